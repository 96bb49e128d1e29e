// What the files of unroll*.cpp share: values over time, and the rules by operator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/frontend/onnx/graph_writer.hpp"
#include "compiler/frontend/onnx/unroll.hpp"

namespace synfire::onnx {

// A value of the file, written out over time.
struct Timed {
    enum class Kind {
        plain,     // one value
        sequence,  // one value per step, joined along an axis
        sum        // what the file adds up over the steps
    };
    Kind kind = Kind::plain;
    std::vector<int> parts;  // plain: one; else one per step
    std::size_t axis = 0;    // sequence: where the parts are joined
};

struct Unroller {
    GraphWriter writer;
    std::size_t steps = 0;
    std::vector<CarriedState> states;
};

// The file's graph, or the body of a Loop or Scan in one of its steps.
struct Scope {
    const Graph& graph;
    std::vector<std::optional<Timed>> values;  // indexed like graph.values
};

[[noreturn]] void refuse_mixing(const Unroller& u, const Node& node, const std::string& reason);

const Timed& input_of(const Unroller& u, const Scope& s, const Node& node, std::size_t index);
const Timed* optional_input(const Scope& s, const Node& node, std::size_t index);
// Null where the value is not a constant.
const Tensor* constant_of(const Unroller& u, const Timed& value);

// The shape that the value has in the file.
Shape whole_shape(const Unroller& u, const Timed& value);

Timed plain(int value);

// Puts the constants of the graph into the scope.
Scope open_scope(Unroller& u, const Graph& graph);

// Writes one node out over time and puts its results into the scope. Throws InputError.
void unroll_node(Unroller& u, Scope& s, const Node& node);
void unroll_nodes(Unroller& u, Scope& s);

// Loop and Scan: their bodies once per step.
void unroll_loop(Unroller& u, Scope& s, const Node& node);
void unroll_scan(Unroller& u, Scope& s, const Node& node);

}  // namespace synfire::onnx
