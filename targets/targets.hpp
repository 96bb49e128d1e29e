// The deployment targets; one row per target in targets.cpp.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// Where firmware has its weights: in flash, in as few bits as they need or in bytes at least, or in the seed
// that they were drawn from.
enum class WeightSource { flash, bytes, seed };

struct TargetOptions {
    WeightSource weights = WeightSource::flash;
    std::string core;  // mcu: whose kernels firmware has (targets/mcu/kernels.hpp); empty: portable C++
    // mcu: where most neurons of a source spike, kernels add the weights of the silent ones.
    bool complement = false;
    // Loihi: replace soft by hard reset where a format cannot hold it (asked for by the user, never silent).
    bool hard_reset = false;
    std::size_t chips = 1;     // Loihi: how many there are
    bool full_limits = false;  // Loihi: fill cores to the last word and axon
};

// What a target can store beyond dense matrices and plain neurons.
struct Holds {
    bool sparse = false;        // sparse connections; elsewhere they are written out as matrices
    bool current_bias = false;  // IntPopulation::bias_u
    bool initial_u = false;
    bool v_min = false;
    bool source_pool = false;   // maximum pools of spikes
    bool seeds = false;         // WeightSource::seed
    bool whole_inputs = false;  // SignalKind::real of networks that take whole numbers (profile lava)
    bool values = false;        // SignalKind::real as levels
};

struct Target {
    std::string name;     // of --target
    std::string profile;  // the default arithmetic profile
    Holds holds;
    // Collects an error for everything the target cannot hold.
    void (*check)(const IntNetwork&, const TargetOptions&, Report&);
    // The files of the compiled directory besides network.json and arrays/. Calls check first; throws
    // StageFailed.
    Artifacts (*emit)(const IntNetwork&, const TargetOptions&, Report&);
};

const std::vector<Target>& targets();

}  // namespace synfire
