// Layers of images for bench_mcu: what shared kernels cost beside the same synapses one by one.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"

namespace synfire {

struct ImageLayer {
    std::string name;
    Convolution shape;  // without weights
};

// Small enough for the memory of the board.
std::vector<ImageLayer> image_layers(const std::string& board);

// shared: whether firmware may store the kernel once.
IntNetwork network_of(const ImageLayer& layer, bool shared);

std::size_t synapses(const IntNetwork& network);

}  // namespace synfire
