// A layer's weights as connections. Each takes one step, plus its own delay.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/frontend/netx/layers.hpp"
#include "compiler/network/network.hpp"

namespace synfire::netx {

// The connections into population `target` of `outputs` neurons from a source of `inputs` values: one, or one
// for each delay where synapses differ. recurrent: the layer's weight_rec, from the population itself.
// Weights are what netx makes of those in the file. Throws InputError: sizes, delays that Lava does not hold,
// weights that netx destroys.
std::vector<Connection> dense_connections(const Layer& layer, const Presynaptic& source, std::size_t inputs,
                                          std::size_t target, std::size_t outputs, Report& report);

// The convolution of a conv layer that reads an image [channels, height, width].
Convolution convolution_of(const Layer& layer, const Shape& image, Report& report);

}  // namespace synfire::netx
