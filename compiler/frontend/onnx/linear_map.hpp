// Gemm and MatMul with one computed operand, as Dense.
#pragma once

#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/network/network.hpp"

namespace synfire::onnx {

struct LinearMap {
    int signal = absent;  // the computed operand
    Dense dense;          // with alpha, beta and both transpositions applied
};

// Throws OperatorError where the node is not a linear map of one computed vector.
LinearMap linear_map(const Graph& graph, const Node& node);

// W diag(factor), without bias.
Dense with_scaled_inputs(const Dense& dense, const PerNeuron& factor);

// diag(factor) (W x + b)
Dense with_scaled_outputs(Dense dense, const PerNeuron& factor);

// b + W c; empty where that is no bias at all.
std::vector<double> biased(const Dense& dense, const PerNeuron& c);

}  // namespace synfire::onnx
