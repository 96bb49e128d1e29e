// Conventional networks: ReLUs between linear layers and pools, without states and comparisons. They are read
// as populations with a rectifier, which tuning/convert_ann turns into neurons.
#pragma once

#include "compiler/frontend/onnx/symbolic.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::onnx {

// One input, rectifiers (Relu, Clip, Max), and nothing that compares.
bool is_conventional(const Graph& graph);

// Makes what a final Softmax, LogSoftmax, Sigmoid or ArgMax reads the output: the order of the classes is the
// same. A note says so.
void drop_decision(Graph& graph, Report& report);

// Populations named layer1, layer2, ... in the order of the file; the last is a readout unless the file ends
// with a rectifier. Compared with the graph numerically. Throws InputError.
Network build_conventional(const Graph& graph, const Symbols& symbols, Report& report);

}  // namespace synfire::onnx
