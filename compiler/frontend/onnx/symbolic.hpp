// A folded graph -> what each of its values is in terms of the variables of one time step.
#pragma once

#include <limits>
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

// The output of a layer: the sum of its paths, plus an offset (one value, or one per neuron). A path through
// a maximum holds what is added before it in its stages; it is then the only one.
struct Drive {
    std::vector<Path> paths;
    PerNeuron offset{0.0};
};

// left > right, or left >= right.
struct Step {
    Polynomial left;
    Polynomial right;
    Compare compare = Compare::greater;
};

// The whole part of a polynomial: several spikes in one step.
struct Count {
    Polynomial argument;
    bool from_zero = false;  // negative counts are 0
    int most = max_count;    // larger ones are this
};

// max(argument, 0): a lower bound of a potential, once the bound is added again.
struct Bounded {
    Polynomial argument;
    double most = std::numeric_limits<double>::infinity();  // ReLUs of conventional networks: an upper bound
};

struct Symbol {
    enum class Kind { input, drive, step, count, bounded } kind = Kind::input;
    int value = absent;     // the ONNX value that holds it
    std::size_t count = 0;  // neurons
    Drive drive;            // kind drive
    Step step;              // kind step
    Count spikes;           // kind count
    Bounded bounded;        // kind bounded
    bool negated = false;   // kind step: the ONNX value is 1 - step
};

struct Symbols {
    bool conventional = false;    // the graph is one of ReLUs, without neurons (conventional.hpp)
    std::vector<Symbol> symbols;  // indexed by Variable
    std::set<Variable> steps;
    std::set<Variable> counts;
    // What every computed value is, indexed like Graph::values; nothing for constants.
    std::vector<std::optional<Polynomial>> values;
};

// factor * variable, where the variable is a comparison or a count: spikes, perhaps graded ones.
struct ScaledSpike {
    Variable variable = 0;
    PerNeuron factor;
};
std::optional<ScaledSpike> scaled_spike(const Symbols& symbols, const Polynomial& p);

// Throws InputError that names the first node which is not arithmetic of the kind above.
Symbols expand(const Graph& graph);

}  // namespace synfire::onnx
