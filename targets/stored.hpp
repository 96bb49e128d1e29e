// What every target of today asks of a network before its own check: whole matrices, and no feature that only
// the emulator has.
#pragma once

#include <string>

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// The network with every sparse connection written out as a matrix. Errors, each naming the population or
// connection: maximum pools, real-valued inputs, several spikes in one step, a lower bound of the membrane, a
// bias in front of a synaptic filter, an initial current, periodic resets, matrices too large to write out.
IntNetwork with_matrices(IntNetwork network, const std::string& target, Report& report);

}  // namespace synfire
