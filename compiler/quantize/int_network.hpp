// IntNetwork: the network as integers, exactly what is deployed. Every target and the emulator read only
// this.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/network/network.hpp"
#include "runtime/neuron.hpp"

namespace synfire {

// One value for all neurons of a population, or one per neuron.
using IntPerNeuron = std::vector<std::int32_t>;

inline std::int32_t at(const IntPerNeuron& values, std::size_t neuron) {
    return values[values.size() == 1 ? 0 : neuron];
}

struct IntPopulation {
    std::string name;
    Shape shape;
    IntPerNeuron decay_u;  // 2^-F; 2^F: no synaptic filter
    IntPerNeuron decay_v;  // 2^-F
    IntPerNeuron bias{0};  // added to v in every step
    bool spiking = true;
    IntPerNeuron threshold{INT32_MAX};  // spikes when v > threshold; INT32_MAX for a readout
    rt::Reset reset = rt::Reset::none;
    IntPerNeuron reset_amount{0};  // hard: the value; soft: what is subtracted
    int refractory_steps = 0;
    IntPerNeuron initial_v{0};
    std::vector<double> scale{1.0};  // v_int = v * scale; for reports, never used in a computation
};

// Fully connected integer synapses. A spike adds weight * 2^exponent to the target's sum.
struct IntConnection {
    std::string name;
    Presynaptic source;
    std::size_t target = 0;
    int delay = 0;
    int exponent = 0;  // a negative exponent floors the connection's sum; only imported networks have one
    std::size_t outputs = 0;
    std::size_t inputs = 0;
    std::vector<std::int16_t> weight;  // [outputs, inputs], row-major
};

struct IntNetwork {
    std::string name;
    std::string profile;  // "mcu", "loihi" or "lava"
    rt::Rules rules;
    std::vector<Input> inputs;
    std::vector<IntPopulation> populations;  // in topological order of the connections without delay
    std::vector<IntConnection> connections;
    std::vector<std::size_t> outputs;
};

std::size_t neurons(const IntPopulation& population);
std::size_t width(const IntNetwork& network, const Presynaptic& source);
std::string name_of(const IntNetwork& network, const Presynaptic& source);

// The parameters of one neuron, as the runtime takes them.
rt::NeuronParameters neuron_parameters(const IntPopulation& population, std::size_t neuron);

// True where the population's u is just this step's input and need not be stored.
bool unfiltered(const IntPopulation& population, const rt::Rules& rules);

}  // namespace synfire
