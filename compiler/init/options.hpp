// What a user says about an initialization.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/init/integer_options.hpp"
#include "compiler/init/moments.hpp"

namespace synfire {

struct InitOptions {
    std::string scheme = "variance-conserving";  // one of the rows in schemes.cpp
    bool uniform = false;                        // a uniform distribution of the same variance
    bool replace = false;                        // weights that the model brings are drawn anew, too
    std::uint64_t seed = 0;
    std::optional<IntegerOptions> integers;  // weights that are integers times a unit

    // What one value of the network's inputs looks like in a step; by default a standard normal number.
    Moments input{0, 1};
    bool input_spikes = false;  // the values are 0 and 1: mean = square = firing probability

    // Where the membrane stands relative to the threshold: sigma_u, or a = threshold / sigma_u.
    std::optional<double> operating_point;  // a > 0
    std::optional<double> sigma_u;          // > 0, in the unit of the threshold; 1 where neither is given

    double weight_scale = 1;  // w0 of inverse-sqrt, in units of the threshold
    double leaky_slope = 0;   // of Kaiming's rectifier

    // Fluctuation-driven (Rossbroich et al. 2022) and rate-consistent.
    double mean_u = 0;           // mu_U, in the unit of the threshold
    double xi = 1;               // (threshold - mu_U) / sigma_U; sigma_U = threshold / xi where centred
    std::optional<double> rate;  // nu dt of the presynaptic neurons, spikes per step
    double feed_forward_share =
        0.9;  // alpha: the part of sigma_U^2 that does not come from recurrent synapses
    std::vector<std::string> inhibitory;  // Dale's law: connections whose weights are all negative
};

}  // namespace synfire
