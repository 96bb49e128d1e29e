// Graph -> Network.
#pragma once

#include "compiler/frontend/nir/graph.hpp"
#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"

namespace synfire::nir {

// Neurons become populations of the same name, chains of nodes without state connections. Throws StageFailed
// or InputError where the Network cannot hold the graph.
Network lower(const Graph& graph, const ReadOptions& options, Report& report);

}  // namespace synfire::nir
