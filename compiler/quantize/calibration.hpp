// What quantization takes from data. tuning/ makes it, by running the network; quantize() never runs one.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/network/network.hpp"

namespace synfire {

struct Calibration {
    struct Neurons {
        // Per neuron: the scale as a multiple of the one that the quantizer chooses without data. Above 1 the
        // largest weights saturate and all others become finer. Empty: 1.
        std::vector<double> finer;
        // Added to the parameters of the float model, in its units, per neuron; empty: nothing.
        PerNeuron bias, threshold, reset_amount;
    };
    struct Synapses {
        // Integer weights in the order of IntConnection::weight; empty: rounded to nearest.
        std::vector<std::int16_t> weight;
    };
    std::vector<Neurons> populations;   // by population; empty: none has anything
    std::vector<Synapses> connections;  // by connection; likewise
};

}  // namespace synfire
