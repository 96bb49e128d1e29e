// The fixed-point rule with which the NIR paper's authors ran NIR files on Lava and on Loihi 2.
#pragma once

#include <string>

#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::nir {

// The part of the potential that is kept per step: dv = int(dt/tau * 4095) of 4096 is lost.
double lava_decay(double dt_per_tau);

// Rewrites a network without synaptic filters in Lava's integers (docs/source/examples/lava/nir_to_lava.py of
// the NIR repository): weights int(w * 256), thresholds int(v * 131071) >> 9; decays are lava_decay's
// already. What the rule has no integers for is an error: synaptic filters, biases, resets to other values
// than 0.
void to_lava_integers(Network& network, const std::string& file, Report& report);

}  // namespace synfire::nir
