// Small random networks some of whose inputs are numbers, and what they are fed with.
#pragma once

#include "emulator/trace.hpp"
#include "tests/unit/mcu/random_network.hpp"

namespace synfire::test {

// A random network (random_network.hpp) at least one of whose inputs is numbers: counts, or real values in
// levels of a byte with or without sign or of 16 bits; dense connections from them, some with weights of 16
// bits, and sparse ones.
IntNetwork random_value_network(std::mt19937& random);

// Dense layers of sizes that kernels take (random_layers), fed with numbers.
IntNetwork random_value_layers(std::mt19937& random);

// One sample, as the emulator takes it and as firmware does.
struct ValueSample {
    std::size_t steps = 0;
    std::vector<Signal> signals;       // of each input
    std::vector<std::uint8_t> spikes;  // [steps x inputs of spikes]
    std::vector<std::int16_t> levels;  // [steps x levels]
};

// Values that stay for the whole sample, for some steps, or for one.
ValueSample random_sample(std::mt19937& random, const IntNetwork& network, std::size_t steps);

}  // namespace synfire::test
