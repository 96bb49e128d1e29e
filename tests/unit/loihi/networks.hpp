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

// A population of the default parameters; name "layerK", K counted from 1. Returns its index.
std::size_t add_population(IntNetwork& network, const Shape& shape);

// Appends a two-dimensional convolution from [C, H, W] to the target's [F, H', W'] as a sparse connection,
// with one random even weight other than 0 per kernel entry.
void convolve(IntNetwork& network, Presynaptic source, std::size_t target, std::size_t kernel,
              std::size_t stride, std::size_t pad, Numbers& numbers);

// A network of every kind of connection, parameter and size, the same for the same seed.
IntNetwork random_network(std::uint64_t seed);

// Like the network for MNIST of Rueckauer et al. 2021 as far as it is published: 4 layers of convolutions,
// about 4,000 neurons, 7,000 weights and 341,000 synapses, soft reset.
IntNetwork published_mnist();

std::vector<Case> cases();
// The case of that name.
Case find_case(const std::string& name);

// One Signal per network input: random spikes (counts 0..9), of one sample.
std::vector<Signal> random_inputs(const Case& c, std::size_t sample);

}  // namespace synfire::loihi
