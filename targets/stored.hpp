// What is asked of a network before a target's own check: no feature that only the emulator has, and whole
// matrices where the target stores nothing else.
#pragma once

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"
#include "targets/targets.hpp"

namespace synfire {

// The network as the target stores it. Errors, each naming the population or connection: maximum pools,
// real-valued inputs, several spikes in one step, periodic resets, and what Target::holds denies. Throws
// StageFailed.
IntNetwork stored_on(const Target& target, IntNetwork network, Report& report);

}  // namespace synfire
