// One step of the neurons of a population in double precision: the equation of compiler/network/network.hpp,
// with every reset, as the float64 reference runs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/network/network.hpp"

namespace synfire {

// One entry per neuron.
struct NeuronState {
    std::vector<double> i, v;
    std::vector<int> held;             // refractory steps left
    std::vector<std::uint8_t> spiked;  // in the step before
};

// Before the first step.
NeuronState initial_state(const Population& population);
// As a periodic reset leaves it.
void clear(NeuronState& state);

struct NeuronStep {
    double compared = 0;  // v as it met the threshold, before any reset
    int spikes = 0;
};

// Updates neuron n; drive is the sum over its connections.
NeuronStep step_neuron(const Population& population, NeuronState& state, std::size_t n, double drive);

}  // namespace synfire
