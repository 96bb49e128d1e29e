// The proof of a recognition by numbers, beside the proof by symbols.
#pragma once

#include <vector>

#include "compiler/frontend/onnx/match_neuron.hpp"
#include "compiler/network/network.hpp"

namespace synfire::onnx {

// Evaluates the original graph and the recognised network at pseudo-random points (the same in every run):
// states below zero, at the threshold and beyond twice the threshold, drives that meet the threshold exactly.
// Spikes must be equal and potentials agree to 1e-9; throws InputError that names the neuron where they do
// not.
void check_numerically(const Graph& graph, const Symbols& symbols, const std::vector<StatePair>& pairs,
                       const std::vector<Neuron>& neurons, const Network& network);

}  // namespace synfire::onnx
