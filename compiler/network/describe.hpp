// A Network for human eyes: tables with equations and numbers, and a picture.
#pragma once

#include <string>

#include "compiler/network/network.hpp"

namespace synfire {

// "v = 0.9 v + I, spikes when v > 1, then v -= 1 in the next step"; I is the sum over the connections.
// Parameters that differ between neurons are shown as their range.
std::string equation(const Population& population);

// Tables of the inputs, populations (with fan-in and equation) and connections (with every stage).
std::string describe(const Network& network);

// The network as a graph in the language of Graphviz: inputs and populations are nodes, connections edges.
std::string to_dot(const Network& network);

// "convolution [2, 34, 34] -> [12, 30, 30], kernel 5x5": the stages of a connection, one text each.
std::vector<std::string> stage_texts(const Connection& connection);

}  // namespace synfire
