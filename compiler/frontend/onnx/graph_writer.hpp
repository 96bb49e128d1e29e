// Building a Graph node by node, with constants folded and shapes known at once.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/frontend/onnx/graph.hpp"

namespace synfire::onnx {

struct ResultType {
    Shape shape;
    Element element = Element::real;
};

struct GraphWriter {
    Graph graph;
    double work = 0;           // elementary operations spent on folding and shapes
    std::size_t elements = 0;  // of all results, which an evaluation holds at once
    // Of computed results, by the node that was copied and the shapes of its operands.
    std::map<std::pair<const Node*, std::vector<Shape>>, ResultType> types;
};

// name: for messages.
int write_constant(GraphWriter& writer, TensorPtr tensor, const std::string& name);
int write_input(GraphWriter& writer, const std::string& name, const Shape& shape);

// A copy of the node with other inputs; gives its first result. Throws InputError: an operator without a
// rule, operands that do not fit, too much work.
int write_node(GraphWriter& writer, const Node& like, std::vector<int> inputs);

// The value in another shape with as many elements.
int write_reshape(GraphWriter& writer, const std::string& name, int value, const Shape& shape);

inline const Value& value_of(const Graph& graph, int value) {
    return graph.values[static_cast<std::size_t>(value)];
}

}  // namespace synfire::onnx
