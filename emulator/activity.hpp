// What a run costs: the spikes of every population and the synaptic operations they cause.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/network/network.hpp"
#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// The spikes of one population over all samples.
struct SpikeActivity {
    std::uint64_t spikes = 0;              // a neuron that sends several in a step counts as often
    std::uint64_t active = 0;              // (step, neuron) with a spike
    std::uint64_t cells = 0;               // (step, neuron)
    std::vector<std::uint64_t> of_neuron;  // [neurons]: steps in which the neuron spiked

    double rate() const { return cells == 0 ? 0 : static_cast<double>(spikes) / static_cast<double>(cells); }
    double sparsity() const {
        return cells == 0 ? 1 : 1 - static_cast<double>(active) / static_cast<double>(cells);
    }
    std::size_t silent() const;  // neurons that never spiked
};

void add_spikes(SpikeActivity& activity, const std::vector<std::uint8_t>& s, std::size_t neurons);

// The synapses that leave each value which arrives at a connection (behind the maximum pool of its source).
struct FanOut {
    std::vector<std::uint32_t> synapses;  // [inputs], with a weight other than 0
    std::vector<std::uint32_t> zeros;     // [inputs], stored with the weight 0
};

FanOut fan_out(const IntConnection& connection);
// Of the float weights, all linear stages multiplied into one matrix; where that would be too large, of the
// integers.
FanOut fan_out(const Network& network, const Connection& connection, const IntConnection& integers);

// What one connection carried. An event is a value other than 0 that arrives in one step; it causes one
// operation (an addition, or a multiplication and addition for counts and real values) per synapse.
struct Traffic {
    std::uint64_t events = 0;
    std::uint64_t operations = 0;       // at synapses with a weight other than 0
    std::uint64_t zero_operations = 0;  // at synapses stored with the weight 0: a skipping kernel saves them
    std::uint64_t values = 0;           // events, if every source had sent in every step
};

void add(Traffic& total, const Traffic& part);

// sent: [steps x width of the source], what the source sends; steps - delay of them arrive.
Traffic traffic(const IntConnection& connection, const FanOut& fan, const std::vector<std::int64_t>& sent,
                std::size_t steps);

// What a source sends over a whole run, [steps x width], inputs as the integers that they become.
std::vector<std::int64_t> sent(const IntNetwork& network, const Presynaptic& source,
                               const std::vector<Signal>& inputs,
                               const std::vector<const std::vector<std::uint8_t>*>& spikes);

}  // namespace synfire
