// The reset of a neuron, told from what its next potential becomes with and without a spike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/frontend/onnx/states.hpp"
#include "compiler/frontend/onnx/symbolic.hpp"

namespace synfire::onnx {

struct Matcher {
    const Graph& graph;
    const Symbols& symbols;
    const std::vector<StatePair>& pairs;
};

struct Membrane {
    Variable v = 0;
    int next = absent;
    Polynomial update;                // the next potential, without its lower bound
    PerNeuron v_min;                  // that bound; empty: none
    std::optional<Variable> bounded;  // the variable of the bound, and
    Polynomial unbounded;             // what it is without the bound
};

const Symbol& symbol(const Matcher& m, Variable v);
const Polynomial& polynomial(const Matcher& m, int value);
std::string name_of(const Matcher& m, Variable v);
[[noreturn]] void refuse(const Matcher& m, const Membrane& membrane, const std::string& reason,
                         const std::string& hint);

// The potential of a state, its bound taken out. Throws InputError where it is bounded in another way.
Membrane membrane_of(const Matcher& m, const StatePair& pair);

// The spikes that a state repeats one step later; nothing for potentials.
std::optional<ScaledSpike> carried_spikes(const Matcher& m, Variable state);

// p without terms that are rounding beside the terms of reference.
Polynomial cleaned(Polynomial p, const Polynomial& reference);

struct Threshold {
    PerNeuron value;
    Compare compare = Compare::greater;
    int max_spikes = 1;

    friend bool operator==(const Threshold&, const Threshold&) = default;
};

// The threshold that a comparison or a count applies to the potential p of the membrane, where it compares
// k * p + constant with k > 0. never: a comparison that is false in every run.
std::optional<Threshold> threshold_on(const Matcher& m, const Membrane& membrane, Variable spikes,
                                      const Polynomial& p, std::optional<Variable> never = {});

struct MatchedReset {
    Reset reset;
    Threshold threshold;
    std::string form;
    Polynomial linear;     // the next potential where nothing is reset
    Polynomial compared;   // the next potential as it meets the threshold
    Variable by = 0;       // the comparison, count or state that resets
    bool delayed = false;  // by the spikes of the step before
    std::optional<Variable>
        never;  // a comparison that is false in every run (Neuron::starts_below_threshold)
    int refractory_steps = 0;
};

// Nothing where no comparison changes the next potential. Throws InputError where one does in a way that is
// no reset of the family.
std::optional<MatchedReset> match_reset(const Matcher& m, const Membrane& membrane);

}  // namespace synfire::onnx
