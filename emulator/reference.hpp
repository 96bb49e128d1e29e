// The float64 reference: the source framework's semantics, dense and exact, as plain as they can be written.
#pragma once

#include <vector>

#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// inputs: one Signal per network input, all with the same number of steps. Sums run over the inputs in
// ascending order in double precision, the connections of a population in their order in the Network.
FloatTrace simulate(const Network& network, const std::vector<Signal>& inputs);

}  // namespace synfire
