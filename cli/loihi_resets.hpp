// The ways in which Loihi can reset the neurons of a network, with what each costs.
#pragma once

#include <vector>

#include "cli/common.hpp"
#include "emulator/trace.hpp"
#include "targets/targets.hpp"

namespace synfire::cli {

// A table of the resets that --target loihi offers for a network with soft resets: where each runs, cores and
// chips, and its agreement with the reference over the samples ([sample][input]). integers: with the model's
// own reset. Nothing where no neuron has a soft reset.
void describe_resets(const Network& network, const IntNetwork& integers,
                     const std::vector<std::vector<Signal>>& samples, const TargetOptions& options,
                     const Common& common, Outcome& outcome);

}  // namespace synfire::cli
