// Initialization that looks at data, layer by layer: calibration inputs run through the layers that are done,
// and the next one is fitted to what arrives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/init/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"
#include "emulator/trace.hpp"

namespace synfire {

enum class DataScheme {
    // Layer-sequential unit variance (Mishkin and Matas 2015, arXiv 1511.06422) for spikes: normal weights,
    // scaled
    // until the variance of the potential over samples, neurons and steps is sigma_u^2.
    unit_variance,
    // Every neuron's threshold becomes the quantile of its potential that it exceeds at the wanted rate: what
    // homeostatic plasticity converges to, in one pass (after Rossbroich et al. 2022).
    threshold_quantile
};

// samples: [sample][input]. options: seed, sigma_u or operating_point, rate (spikes per step) and replace.
// Weights that the network brings are kept by threshold_quantile. Throws StageFailed: no rate, feedback
// between populations, a layer that nothing reaches.
Network initialize_from_data(Network network, DataScheme scheme, const InitOptions& options,
                             const std::vector<std::vector<Signal>>& samples, Report& report);

}  // namespace synfire
