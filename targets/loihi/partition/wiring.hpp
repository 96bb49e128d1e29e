// What the partitioner asks of a network again and again: which connections reach a population, how the
// synapses of each are stored, and one number for every source of spikes.
#pragma once

#include <array>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "targets/loihi/registers.hpp"
#include "targets/loihi/schedule.hpp"

namespace synfire::loihi {

// How the weights of one connection stand in synaptic memory: mantissa = weight << shift with the fewest bits
// that hold all of them, and an exponent that takes the shift back.
struct WeightFormat {
    SignMode sign = SignMode::excitatory;
    int bits = 8;
    int shift = 0;
    int exponent = 0;

    friend auto operator<=>(const WeightFormat&, const WeightFormat&) = default;
};

// The weights must have passed the check of their grid. Those that only the Lava simulation holds count as 8
// bits.
WeightFormat weight_format(const IntConnection& connection);

// The accumulator slots of a core whose longest wait is `delay` steps, and the bits of a synapse that say how
// long it waits: 0 where none waits, else 3..6.
std::size_t delay_slots(int delay);
std::size_t delay_bits(int delay);

// A population's shape as three axes: leading axes are taken together, missing ones are 1.
using Axes = std::array<std::size_t, 3>;
Axes axes_of(const Shape& shape);

struct Wiring {
    const IntNetwork& network;
    std::vector<Axes> axes;                          // per population
    std::vector<std::size_t> compartments;           // per population: of one neuron, 2 for a soft reset
    std::vector<std::vector<std::size_t>> arriving;  // per population: connections
    std::vector<WeightFormat> weights;               // per connection
    std::vector<int> delay;                          // per connection: steps that its spikes wait
    // Sources are numbered over all inputs, then all populations.
    std::vector<std::size_t> first_source_of_input, first_source_of_population;
    std::size_t sources = 0;
};

Wiring wiring(const IntNetwork& network, const Schedule& schedule);

std::size_t first_source(const Wiring& wiring, const Presynaptic& source);

bool has_soft_reset(const IntPopulation& population);

}  // namespace synfire::loihi
