// Small networks of the loihi profile that between them use every feature the target emits.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire::loihi {

struct Case {
    std::string name;
    IntNetwork network;
    std::size_t samples = 2;
    std::size_t steps = 60;
};

// Deterministic numbers, the same on every host (splitmix64).
struct Numbers {
    std::uint64_t state;
    std::uint64_t next();
    int in(int low, int high);  // inclusive
};

// An input and fully connected layers of the given sizes with mixed weights; names "input", "layer1", ...
IntNetwork chain(const std::string& name, const std::vector<std::size_t>& sizes, std::uint64_t seed);

// Appends a connection with random even weights in -span..span.
void connect(IntNetwork& network, Presynaptic source, std::size_t target, int delay, int span,
             Numbers& numbers);

std::vector<Case> cases();
// The case of that name.
Case find_case(const std::string& name);

// One Signal per network input: random spikes (counts 0..9), of one sample.
std::vector<Signal> random_inputs(const Case& c, std::size_t sample);

}  // namespace synfire::loihi
