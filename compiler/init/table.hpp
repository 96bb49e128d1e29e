// Integers drawn directly from a table of their distribution: no fraction is ever made, so a microcontroller
// draws the same ones (runtime/drawn_weight.hpp).
#pragma once

#include <cstdint>
#include <vector>

namespace synfire {

// The table of N(0, 1) / step, rounded to the nearest integer and held within -largest .. largest. Entry k is
// floor(2^32 Phi((k - largest + 1/2) step) + 1/2). step > 0, in standard deviations; largest: 1..127;
// integers that 32 bits never reach are left out, so the table may be shorter than 2 * largest.
std::vector<std::uint32_t> normal_table(double step, int largest);

// The table of -1 and 1 with equal probability.
std::vector<std::uint32_t> sign_table();

// E[q^2] of the integers that a table gives.
double mean_square(const std::vector<std::uint32_t>& table);

}  // namespace synfire
