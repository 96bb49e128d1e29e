// The integer sums of connections, driven by what their sources send.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// The synapses of a connection by presynaptic neuron, so that a spike adds one contiguous row.
struct PresynapticRows {
    std::vector<std::size_t> first;     // [inputs + 1]
    std::vector<std::uint32_t> output;  // of each synapse; empty: each row has all outputs
    std::vector<std::int16_t> weight;   // of each synapse
};

PresynapticRows by_presynaptic(const IntConnection& connection);

// The maximum over each window of values [C, H, W]; a window outside of the image gives 0.
std::vector<std::int64_t> pooled(const Pool& pool, const std::vector<std::int64_t>& x);

// The whole number that a value of a network input becomes.
std::int64_t to_level(double value, const Input& input);

// Adds what the connection delivers to each target neuron. sent: one value per neuron of the source.
void add_sums(const IntConnection& connection, const PresynapticRows& rows, std::vector<std::int64_t> sent,
              std::vector<std::int64_t>& sums);

// The spikes that connections read: [population][step * neurons + neuron].
using SpikeViews = std::vector<const std::vector<std::uint8_t>*>;

// All synapses of a network, and the inputs that drive it.
struct Arrivals {
    const IntNetwork& network;
    const std::vector<Signal>& inputs;
    std::vector<PresynapticRows> rows;  // per connection

    Arrivals(const IntNetwork& integers, const std::vector<Signal>& signals);

    // What reaches each neuron of a population in a step: bias_u and the sums of all connections.
    std::vector<std::int64_t> sums(std::size_t population, std::size_t step, const SpikeViews& spikes) const;
};

}  // namespace synfire
