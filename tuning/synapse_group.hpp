// Neurons that share their weights, as the channels of a convolution do, or one neuron alone: what is rounded
// together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/quantize/fold.hpp"

namespace synfire {

// A population with the connections that reach it, in their order in the network.
struct Inflow {
    std::size_t population = 0;
    std::size_t neurons = 0;
    std::vector<std::size_t> connections;  // of the network
    std::vector<const Folded*> folded;     // of each of these
};

Inflow inflow_of(const Network& network, const std::vector<Folded>& folded, std::size_t population);

struct SynapseGroup {
    std::size_t first = 0;            // neuron
    std::size_t last = 0;             // one past the last
    std::vector<double> weight;       // of each parameter, as the folded matrices have it
    std::vector<std::size_t> source;  // of each parameter: position in Inflow::connections
    // By position in Inflow::connections: the parameter of every synapse of the group, in the order of the
    // matrix rows.
    std::vector<std::vector<std::uint32_t>> parameter;
};

// Rows [first, last) of the matrix belong to the neurons [first, last) of the population.
struct Rows {
    std::size_t first = 0;
    std::size_t last = 0;
};
Rows rows_of(const Folded& folded, std::size_t first, std::size_t last, std::size_t neurons);

// One group per neuron, or per channel where the neurons of one share weights. Within a channel, synapses
// with the same weight are one parameter, so that a convolution stays one.
std::vector<SynapseGroup> synapse_groups(const Inflow& inflow);

// True where two groups differ only in the values of their weights and in their neurons.
bool same_layout(const Inflow& inflow, const SynapseGroup& a, const SynapseGroup& b);

}  // namespace synfire
