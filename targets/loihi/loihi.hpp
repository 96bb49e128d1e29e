// The Loihi target: places a network on the cores of Loihi 1 and emits the placement, a stand-alone Lava
// script and, where that format can hold it, a lava-dl netx file.
#pragma once

#include <optional>

#include "targets/loihi/partition/place.hpp"
#include "targets/loihi/schedule.hpp"
#include "targets/targets.hpp"

namespace synfire::loihi {

// Collects an error for everything that the chips cannot hold, a warning for what only the Lava simulation
// can run, and a note with the cores needed and the delay of every population.
void check(const IntNetwork& network, const TargetOptions& options, Report& report);

// The same, and where the network computes what: nothing where a register does not hold a parameter. Where it
// does not fit the chips, the report has errors and the placement is what it would take.
struct Placed {
    Schedule schedule;
    Placement placement;
};
// network: as_emitted().
std::optional<Placed> place_checked(const IntNetwork& network, const TargetOptions& options, Report& report);

// Files: mapping.json, run_lava.py, lava_network.json, lava/*.npy, synfire_lava/*.py, and network.net where
// every layer fits netx; the reason where it does not is a warning. Calls check first; throws StageFailed.
Artifacts emit(const IntNetwork& network, const TargetOptions& options, Report& report);

// What check() judges and emit() writes: with a hard reset where that is asked for, and the same weights on
// Loihi's grid.
IntNetwork as_emitted(IntNetwork network, const TargetOptions& options);

// The network with a hard reset to zero in place of every other reset. With TargetOptions::hard_reset, emit
// writes this network, so whoever compares must emulate it too. Thresholds, biases and refractory periods
// stay.
IntNetwork with_hard_reset(IntNetwork network);

}  // namespace synfire::loihi
