// Chains of stages, as short as they can be: factors go into weights, paddings into windows, permutations and
// slices into the columns of matrices.
#pragma once

#include <vector>

#include "compiler/network/network.hpp"
#include "compiler/network/stage.hpp"

namespace synfire::onnx {

// The stage behind the chain.
void append(std::vector<Stage>& chain, Stage stage);

// factor * (what leaves the chain); one factor, or one for each of the `count` values.
void scale_outputs(std::vector<Stage>& chain, const PerNeuron& factor, std::size_t count);

// The chain for a source whose values are multiplied by factor before they enter it.
void scale_inputs(std::vector<Stage>& chain, const PerNeuron& factor);

// Adds offset where the last stage has a bias that can hold it; false, and no change, where it has none.
bool add_bias(std::vector<Stage>& chain, const PerNeuron& offset, std::size_t count);

// One synapse of weight factor per neuron.
Sparse one_to_one(const PerNeuron& factor, std::size_t count);

}  // namespace synfire::onnx
