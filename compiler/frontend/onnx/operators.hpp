// What each operator computes, in float64: used to fold constants, to find shapes, and to check recognised
// neurons against the original graph.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "compiler/frontend/onnx/graph.hpp"

namespace synfire::onnx {

// One per input of the node; null where an optional input is left out.
using Operands = std::vector<const Tensor*>;

struct Operator {
    std::string_view name;
    std::size_t min_inputs;
    std::size_t max_inputs;
    Tensor (*evaluate)(const Node&, const Operands&);  // throws OperatorError
};

// Null: no rule. Operators of the default domain only.
const Operator* find_operator(std::string_view name);

// Evaluates one node; throws OperatorError.
Tensor evaluate(const Node& node, const Operands& operands);

// Upper bounds of the elementary operations that evaluating one node, or all of a folded graph, takes.
double evaluation_work(const Node& node, const std::vector<Shape>& shapes);
double evaluation_work(const Graph& graph);

// The wanted values of a folded graph for one step, and what they need: given holds the graph inputs, and any
// value whose computation is to be replaced. Indexed like Graph::values. Throws InputError.
std::vector<TensorPtr> evaluate(const Graph& graph, const std::map<int, Tensor>& given,
                                const std::vector<int>& wanted);

}  // namespace synfire::onnx
