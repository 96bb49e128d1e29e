// A neuron layer -> a population in the one equation family: time constants, gains and leak potentials
// disappear.
#pragma once

#include <optional>
#include <string>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/tensor.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

struct FoldedNeuron {
    Population population;
    PerNeuron gain{1.0};     // to be folded into everything that arrives, biases included
    double spike_value = 1;  // to be folded into everything that reads the spikes
};

// layer: fits the schema and the rules of rules.hpp. document: for dt and defaults. Notes say what was
// folded, warnings what was assumed. Throws InputError: a value out of range, or fields that do not go
// together.
FoldedNeuron fold_neuron(const Value& layer, const std::string& name, const Shape& shape,
                         const Value& document, const Place& place, TensorSource& source, Report& report);

// "0.9", or "0.5..0.7 (3 values)".
std::string shown_values(const PerNeuron& values);

}  // namespace synfire::json
