// Conventional networks (ReLUs between linear layers) held as a Network: populations with a rectifier, which
// are no neurons yet. They can be shown, evaluated and converted, but neither simulated nor compiled.
#pragma once

#include <vector>

#include "compiler/network/network.hpp"

namespace synfire {

bool has_rectifiers(const Network& network);

// What leaves every population: its bias and its connections, rectified where it is a rectifier; the others
// are readouts. inputs: one vector per network input. The network must have passed check().
std::vector<std::vector<double>> evaluate_rectified(const Network& network,
                                                    const std::vector<std::vector<double>>& inputs);

}  // namespace synfire
