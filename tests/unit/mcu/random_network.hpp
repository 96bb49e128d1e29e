// Small random integer networks for property tests, and their step as plainly as it can be written.
#pragma once

#include <random>

#include "compiler/quantize/int_network.hpp"

namespace synfire::test {

// Every construct the microcontroller target holds: several inputs, feed-forward, skip and recurrent
// connections, sparse ones, maximum pools of spikes, delays of several steps, filtered currents with biases
// and initial values, lower bounds, refractory periods, all resets, readouts, the rules of all profiles.
IntNetwork random_network(std::mt19937& random);

// Dense layers, some recurrent, of sizes and parameters most of which kernels take: weights of 8 bits, or 4
// where three divides the number of neurons, leaks of at most half, every reset that kernels know, one
// threshold or one per neuron, sums times a power of two, a readout. state_bits: of membranes, 32 or 16.
IntNetwork random_layers(std::mt19937& random, int state_bits = 32);

// Images and convolutions of all kinds: strides, paddings, dilations, groups, depthwise ones, several and
// other connections into one population, recurrent ones, delays; large enough that kernels are stored once.
IntNetwork random_images(std::mt19937& random);

// Gives each dense connection, with a probability of 1 / one_in, weights that a seed gives again: of one of
// the laws that integer initializations have, with one factor or one per neuron.
void draw_connections(std::mt19937& random, int one_in, IntNetwork& network);

// Another one, in which a seed gives every weight.
IntNetwork random_drawn_network(std::mt19937& random);

// [steps x input neurons], 0 or 1, all inputs one after another.
std::vector<std::uint8_t> random_spikes(std::mt19937& random, std::size_t steps, std::size_t neurons);

std::size_t input_neurons(const IntNetwork& network);

struct PlainPopulation {
    std::vector<std::uint8_t> s;  // [steps x neurons]
    std::vector<std::int32_t> u, v;
};

// Sums in 64 bits and rt::step for every neuron.
std::vector<PlainPopulation> plain_run(const IntNetwork& network, std::size_t steps,
                                       const std::vector<std::uint8_t>& spikes);

}  // namespace synfire::test
