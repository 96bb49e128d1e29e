// Recurrence: a NIR edge holds no delay, and every simulator lets the spikes that go around a cycle wait one
// step.
#pragma once

#include "compiler/frontend/nir/graph.hpp"
#include "compiler/network/network.hpp"

namespace synfire::nir {

// Error where nodes without state form a cycle: its values would depend on themselves.
void refuse_stateless_cycles(const Graph& graph, Report& report);

// Gives a delay of one step to the connections that close a cycle without delay: a population's connection to
// itself, else the one that leads back to a population nearer to the input. Each is noted. Returns their
// indices.
std::vector<std::size_t> delay_cycles(Network& network, const std::string& file, Report& report);

// Norse computes a recurrent node from the second step on: lets the biases of these connections wait until
// then by what it puts into the states before the first step.
void hold_back_biases(Network& network, const std::vector<std::size_t>& connections, const std::string& file,
                      Report& report);

}  // namespace synfire::nir
