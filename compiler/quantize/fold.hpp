// Connections as the quantizer sees them: a chain of linear stages multiplied into one matrix.
#pragma once

#include <cstddef>

#include "compiler/network/network.hpp"

namespace synfire {

// Multiply-adds that folding the stages of a connection takes; what the quantizer bounds beforehand.
double cost_of_folding(const Connection& connection);

// All stages as one matrix [outputs, inputs] and one bias [outputs] (empty where no stage has one).
Dense fold(const Connection& connection);

// What is added to v in every step where there is no synaptic filter: the population's bias and those of the
// connections that reach it. folded: one matrix per connection of the network.
double total_bias(const Network& network, const std::vector<Dense>& folded, std::size_t population,
                  std::size_t neuron);

}  // namespace synfire
