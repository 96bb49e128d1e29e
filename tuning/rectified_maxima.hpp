// Max pools of a conventional network as ReLUs: max(a, b) = a + ReLU(b - a).
#pragma once

#include <vector>

#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// Layer, max pool, ReLU as layer, ReLU, max pool: the same function. Populations are in topological order.
Network rectified_before_pools(Network ann);

struct RectifiedMaxima {
    Network ann;  // populations are not in topological order
    // For every population the one whose activations it takes the maximum of, or itself.
    std::vector<std::size_t> origin;
};

// The same function without max pools of ReLUs: spikes have no maximum that keeps rates, sums of spikes do.
// Every pair of a window becomes a population, and one more passes the result on. Pools of the input itself
// stay: they see the same values in every step. A pool of values that are not rectified stays as well, and a
// warning says so.
RectifiedMaxima with_rectified_maxima(Network ann, Report& report);

}  // namespace synfire
