// The ways that values take to a node: chains of nodes without state, each from a network input or a neuron.
#pragma once

#include <vector>

#include "compiler/frontend/nir/graph.hpp"

namespace synfire::nir {

// True for neurons without spikes: what leaves them is a potential.
bool has_potential_only(const Node& node);

struct Path {
    std::size_t source = 0;  // an Input or a neuron
    struct Step {
        std::size_t node = 0;
        bool bias = true;  // false: another path through the same node brings its bias
    };
    std::vector<Step> steps;  // from the source on
};

// All paths that end at the node. A path leads through one neuron without spikes, since a connection carries
// spikes: what is behind it is filtered twice. Throws InputError where they are too many. The graph has no
// stateless cycle and no stateless node without an edge into it.
std::vector<Path> paths_to(const Graph& graph, std::size_t target);

// The neuron whose values arrive unchanged over a single chain that ends here (`node` included), or the node
// where that ends.
std::size_t unchanged_source(const Graph& graph, std::size_t node);

}  // namespace synfire::nir
