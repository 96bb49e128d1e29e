// The integer sums of one connection, driven by what its source sends.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/int_network.hpp"

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

// Adds what the connection delivers to each target neuron. sent: one value per neuron of the source.
void add_sums(const IntConnection& connection, const PresynapticRows& rows, std::vector<std::int64_t> sent,
              std::vector<std::int64_t>& sums);

}  // namespace synfire
