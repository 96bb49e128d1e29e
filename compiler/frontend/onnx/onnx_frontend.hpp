// The ONNX front end: recognises spiking neurons in graphs of plain operators, as PyTorch exports them.
//
// Neurons are found by what the graph computes, never by the names of its initializers: the graph is reduced
// to polynomials over states, synaptic drives and threshold comparisons, these are compared with the neuron
// family of compiler/network/network.hpp, and what was recognised is evaluated against the original graph.
#pragma once

#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire::onnx {

// Reads a graph of one time step with explicit states (inputs v, outputs v_next; batch 1 or symbolic). The
// populations are named layer1, layer2, ... in topological order. Throws InputError or StageFailed.
Network read_onnx(const Source& source, const ReadOptions& options, Report& report);

}  // namespace synfire::onnx
