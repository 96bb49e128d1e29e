// Agreement of two runs of the same network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// |A and B| / |A or B| over all (sample, step, neuron); 1 when both are empty. Where neurons send several
// spikes in a step, the lesser number is in both and the greater one in either.
struct SpikeAgreement {
    std::uint64_t both = 0;
    std::uint64_t either = 0;

    double value() const {
        return either == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(either);
    }
    bool perfect() const { return both == either; }
};

// The first spike on which two runs differ, with both membranes in the units of the model file.
// margin: |v - threshold| of the reference before its reset took effect.
struct Divergence {
    std::size_t sample = 0;
    std::size_t step = 0;
    std::size_t population = 0;
    std::size_t neuron = 0;
    bool expected_spike = false;
    double expected_v = 0;
    double actual_v = 0;
    double margin = 0;
};

struct LayerAgreement {
    std::string name;
    SpikeAgreement propagated;  // the network as it runs
    SpikeAgreement local;       // the layer fed with the reference's spikes
    std::uint64_t expected_spikes = 0;
    std::uint64_t actual_spikes = 0;
};

struct Agreement {
    std::vector<LayerAgreement> layers;  // the spiking populations, in the network's order
    std::optional<Divergence> first;     // earliest in (sample, step, population, neuron)
};

// Adds one sample of emulator against reference to the agreement; samples must be added in ascending order.
void add_sample(Agreement& agreement, std::size_t sample, const Network& network, const IntNetwork& integers,
                const FloatTrace& expected, const IntTrace& propagated, const IntTrace& local);

// The first difference of two integer runs that must be identical, in s, u and v.
struct Mismatch {
    std::size_t sample = 0;
    std::size_t step = 0;
    std::size_t population = 0;
    std::size_t neuron = 0;
    char variable = 's';  // or 'u', 'v'
    std::int64_t expected = 0;
    std::int64_t actual = 0;
};

// Arrays that actual leaves empty (not recorded) are not compared.
std::optional<Mismatch> first_mismatch(std::size_t sample, const IntTrace& expected, const IntTrace& actual);

}  // namespace synfire
