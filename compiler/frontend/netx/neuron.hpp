// A layer's CUBA neuron as a population.
#pragma once

#include "compiler/frontend/netx/layers.hpp"
#include "compiler/network/network.hpp"

namespace synfire::netx {

// shape: [channels, height, width] or [neurons]. A layer without neuron keeps its sum in u and v and never
// spikes. Biases are in the unit of the weights (Lava's bias_exp is 6). Throws InputError: values that Lava's
// registers do not hold.
Population population_of(const Layer& layer, const Shape& shape, Report& report);

// A threshold that a 24-bit membrane cannot exceed.
bool never_fires(const Population& population);

}  // namespace synfire::netx
