// Recognised neurons -> Network.
#pragma once

#include <vector>

#include "compiler/frontend/onnx/match_neuron.hpp"
#include "compiler/network/network.hpp"

namespace synfire::onnx {

// The neurons in the order of their spikes in the graph, named layer1, layer2, ...
std::vector<Neuron> in_order(const Graph& graph, const Symbols& symbols, std::vector<Neuron> neurons);

// neurons: as in_order() gave them; population i is neuron i. Throws InputError: a source that is neither an
// input nor spikes, an output that is neither.
Network build_network(const Graph& graph, const Symbols& symbols, const std::vector<StatePair>& pairs,
                      const std::vector<Neuron>& neurons, Report& report);

}  // namespace synfire::onnx
