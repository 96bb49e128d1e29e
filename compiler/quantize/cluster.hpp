// Fewer different parameters: chips keep decays and thresholds in a few register sets that neurons share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"

namespace synfire {

// How many different values one population may have.
struct ClusterLimits {
    std::size_t decays = 32;  // pairs of decay_u and decay_v
    std::size_t thresholds = 8;
    std::int32_t threshold_grid = 64;  // thresholds are multiples of it
};

// What became of one parameter of one population, as fractions of what the neurons had.
struct ClusterChange {
    std::size_t population = 0;
    std::string parameter;              // "decay_u", "decay_v", "threshold"
    std::size_t before = 0, after = 0;  // different values
    double largest = 0, rms = 0;
};

// The network with the nearest values that stay within the limits; populations that are within them are left
// alone. Near are decays whose logarithms are (so that time constants change by few per cent) and thresholds
// whose logarithms are; the sum of squared differences over all neurons is the least there is, for two decays
// the least of all grids. Decays of 0 keep their value. A soft reset that subtracts the threshold subtracts
// the new one.
IntNetwork cluster_parameters(IntNetwork network, const ClusterLimits& limits,
                              std::vector<ClusterChange>& changes);

}  // namespace synfire
