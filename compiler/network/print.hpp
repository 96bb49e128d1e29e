// The canonical text of a Network, with every digit: what golden tests compare.
#pragma once

#include <string>

#include "compiler/network/network.hpp"

namespace synfire {

std::string print(const Network& network);

// Four digits, for eyes: "0.9", or "-0.25..0.31" where the values differ.
std::string print_short(const std::vector<double>& values);
// "convolution [2, 34, 34] -> [12, 30, 30], kernel 5x5, weights -0.2..0.3"
std::string print_short(const Stage& stage);

}  // namespace synfire
