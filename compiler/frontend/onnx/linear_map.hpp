// Nodes that are linear in a computed operand, as stages of a connection.
#pragma once

#include <optional>
#include <vector>

#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/network/stage.hpp"

namespace synfire::onnx {

// What Gemm, MatMul, Conv, the mean pools and reductions make of their operand of that number, without what
// their constants add. Throws OperatorError where the node is not linear in it.
std::vector<Stage> linear_part(const Graph& graph, const Node& node, std::size_t operand);

// MaxPool, GlobalMaxPool and ReduceMax over the last axes.
Pool maximum_of(const Graph& graph, const Node& node);

// Where a node that only moves values (Transpose, Slice, Concat, Pad, ...) takes those of its result from,
// found by moving numbers: positions that hold a constant, or a value of another operand, are `nothing`.
IndexMap moved(const Graph& graph, const Node& node, std::size_t operand);

}  // namespace synfire::onnx
