// A population alone: what drives it becomes inputs of a network of its own. So a deep network runs layer by
// layer, with no more than one layer's weights in memory.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

struct Slice {
    Network network;
    std::vector<Signal> inputs;
    std::vector<std::size_t> connection;  // of the whole network, by connection of the slice
};

// inputs: of the whole network; spikes: of the populations before, by population.
Slice slice_of(const Network& network, std::size_t population, const std::vector<Signal>& inputs,
               const std::vector<Signal>& spikes);

// Whether every population hears only inputs, itself and earlier populations, so that it can run alone.
bool is_layered(const Network& network);

}  // namespace synfire
