// States and their polynomials -> neurons of the family of compiler/network/network.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/frontend/onnx/states.hpp"
#include "compiler/frontend/onnx/symbolic.hpp"

namespace synfire::onnx {

// What drives a neuron: gain * variable is added to its current.
struct NeuronSource {
    Variable variable = 0;
    PerNeuron gain;
};

// The state of a second-order neuron that is its synaptic current, in the file's unit: i = gain * state.
struct CurrentState {
    Variable state = 0;
    int next = absent;
    PerNeuron gain;
    PerNeuron offset{0.0};  // added to i in every step
};

struct Neuron {
    Population population;  // not yet named; the synapses' gains are not yet folded into weights
    std::string form;       // for the report
    Variable state = 0;
    int next = absent;  // the value that carries the state on
    std::vector<Variable>
        spikes;  // comparisons or counts that are this neuron's spikes in this step (equal ones)
    // Comparisons, or states that carry spikes, which are its spikes of the step before, times a factor.
    std::vector<ScaledSpike> previous;
    std::vector<NeuronSource> sources;
    std::optional<CurrentState> current;  // nothing: first order
    // The file keeps the potential as it met the threshold and applies the reset when it reads it again.
    bool recorded_before_reset = false;
    // From rest no step starts above the threshold: a reset that only such a start would meet is left out.
    bool starts_below_threshold = false;
};

// One neuron population per membrane potential, in the order of the states. Throws InputError where a
// potential follows no equation of the family.
std::vector<Neuron> match_neurons(const Graph& graph, const Symbols& symbols,
                                  const std::vector<StatePair>& pairs);

}  // namespace synfire::onnx
