// A folded graph -> what each of its values is in terms of the variables of one time step.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/frontend/onnx/expression.hpp"
#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/network/network.hpp"

namespace synfire::onnx {

// One linear map from a variable (spikes, an input) to a drive.
struct Path {
    Variable source = 0;
    std::vector<Stage> stages;
};

// The output of a linear layer: the sum of its paths.
struct Drive {
    std::vector<Path> paths;
};

// left > right, or left >= right.
struct Step {
    Polynomial left;
    Polynomial right;
    Compare compare = Compare::greater;
};

struct Symbol {
    enum class Kind { input, drive, step } kind = Kind::input;
    int value = absent;     // the ONNX value that holds it
    std::size_t count = 0;  // neurons
    Drive drive;            // kind drive
    Step step;              // kind step
    bool negated = false;   // kind step: the ONNX value is 1 - step
};

struct Symbols {
    std::vector<Symbol> symbols;  // indexed by Variable
    std::set<Variable> steps;
    // What every computed value is, indexed like Graph::values; nothing for constants.
    std::vector<std::optional<Polynomial>> values;
};

// Throws InputError that names the first node which is not arithmetic of the kind above.
Symbols expand(const Graph& graph);

}  // namespace synfire::onnx
