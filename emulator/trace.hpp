// What goes into a run and what comes out of it. Time-major arrays; a batch is a sequence of independent
// samples, each started from the initial state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/shape.hpp"

namespace synfire {

// One network input of one sample: [steps x neurons], row-major. Spikes are 0 and 1, counts whole numbers.
struct Signal {
    std::size_t steps = 0;
    std::size_t neurons = 0;
    std::vector<double> values;
};

// The record of one population over one sample; u and v are the values after the step, after any reset.
template <class Value>
struct PopulationTrace {
    std::string name;
    std::size_t neurons = 0;
    bool spiking = true;
    std::vector<std::uint8_t> s;  // [steps x neurons]
    std::vector<Value> u;         // [steps x neurons]
    std::vector<Value> v;         // [steps x neurons]
    std::vector<Value>
        compared;  // [steps x neurons], v as it met the threshold, before any reset; empty for devices
};

template <class Value>
struct Trace {
    std::size_t steps = 0;
    std::vector<PopulationTrace<Value>> populations;  // in the order of the network's populations
};

using FloatTrace = Trace<double>;      // of the float64 reference, in the units of the model file
using IntTrace = Trace<std::int32_t>;  // of the emulator or a device, in integer units

// Spikes that replace a population's own as input to its connections: [population][step * neurons + neuron].
// Used to feed every layer with the reference's spikes.
using ForcedSpikes = std::vector<std::vector<std::uint8_t>>;

}  // namespace synfire
