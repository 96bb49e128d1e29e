// Connections as the quantizer sees them: a chain of linear stages multiplied into one matrix.
#pragma once

#include <cstddef>

#include "compiler/network/network.hpp"

namespace synfire {

// What folding a connection takes; the quantizer bounds it beforehand.
struct FoldingCost {
    double multiplications = 0;
    double values = 0;  // of the largest product; 0 where there is nothing to fold
};
FoldingCost cost_of_folding(const Network& network, const Connection& connection);

// All stages as one matrix [outputs, inputs] and one bias [outputs] (empty where no stage has one). A
// connection without stages passes each spike on with weight 1.
Dense fold(const Network& network, const Connection& connection);

// What is added to v in every step where there is no synaptic filter: the population's bias and those of the
// connections that reach it. folded: one matrix per connection of the network.
double total_bias(const Network& network, const std::vector<Dense>& folded, std::size_t population,
                  std::size_t neuron);

}  // namespace synfire
