// Integers that were not quantized for Loihi on the grid of its weights, without changing any of them.
#pragma once

#include "compiler/quantize/int_network.hpp"

namespace synfire::loihi {

// Every connection that the grid does not hold as it is, with twice the weights and one exponent less where
// that is on it. What is on no grid stays.
IntNetwork on_weight_grid(IntNetwork network);

// True where only Lava's CPU model holds the weights, with nine bits: both signs, odd, and larger than 127.
bool of_nine_bits(const std::vector<std::int16_t>& weights);

}  // namespace synfire::loihi
