// The Loihi target: checks a network against the limits of one Loihi 1 chip and emits it as a stand-alone
// Lava script and, where that format can hold it, as a lava-dl netx file.
#pragma once

#include "targets/targets.hpp"

namespace synfire::loihi {

// Collects an error for everything that one chip cannot hold, a warning for what only the Lava simulation can
// run, and a note with the cores needed and the delay of every population.
void check(const IntNetwork& network, const TargetOptions& options, Report& report);

// Files: run_lava.py, lava_network.json, lava/*.npy, synfire_lava/*.py, and network.net where every layer
// fits netx; the reason where it does not is a warning. Calls check first; throws StageFailed.
Artifacts emit(const IntNetwork& network, const TargetOptions& options, Report& report);

// The network with a hard reset to zero in place of every other reset. With TargetOptions::hard_reset, emit
// writes this network, so whoever compares must emulate it too. Thresholds, biases and refractory periods
// stay.
IntNetwork with_hard_reset(IntNetwork network);

}  // namespace synfire::loihi
