#include "emulator/activity.hpp"

#include <algorithm>

#include "compiler/quantize/fold.hpp"
#include "emulator/emulate.hpp"
#include "emulator/synapses.hpp"

namespace synfire {
namespace {

// A matrix beyond this is not formed for the sake of a count.
constexpr double most_values = 1 << 28;

}  // namespace

std::size_t SpikeActivity::silent() const {
    return static_cast<std::size_t>(std::count(of_neuron.begin(), of_neuron.end(), 0u));
}

void add_spikes(SpikeActivity& activity, const std::vector<std::uint8_t>& s, std::size_t neurons) {
    activity.of_neuron.resize(neurons);
    activity.cells += s.size();
    for (std::size_t k = 0; k < s.size(); ++k) {
        if (s[k] == 0) continue;
        activity.spikes += s[k];
        ++activity.active;
        ++activity.of_neuron[k % neurons];
    }
}

FanOut fan_out(const IntConnection& c) {
    FanOut fan{std::vector<std::uint32_t>(c.inputs), std::vector<std::uint32_t>(c.inputs)};
    for (std::size_t o = 0; o < c.outputs; ++o)
        for_each_synapse(c, o,
                         [&](std::size_t i, std::int16_t w) { ++(w != 0 ? fan.synapses : fan.zeros)[i]; });
    return fan;
}

FanOut fan_out(const Network& network, const Connection& connection, const IntConnection& integers) {
    const FoldingCost cost = cost_of_folding(network, connection);
    if (!reason_not_to_fold(connection).empty() || cost.multiplications > most_values ||
        cost.values > most_values)
        return fan_out(integers);
    const Matrix matrix = fold(network, connection).matrix;
    FanOut fan{std::vector<std::uint32_t>(matrix.inputs), std::vector<std::uint32_t>(matrix.inputs)};
    for (std::size_t row = 0; row < matrix.outputs; ++row)
        for (std::size_t k = matrix.begin(row); k < matrix.end(row); ++k)
            ++(matrix.weight[k] != 0 ? fan.synapses : fan.zeros)[matrix.column_of(row, k)];
    return fan;
}

void add(Traffic& total, const Traffic& part) {
    total.events += part.events;
    total.operations += part.operations;
    total.zero_operations += part.zero_operations;
    total.values += part.values;
}

Traffic traffic(const IntConnection& c, const FanOut& fan, const std::vector<std::int64_t>& sent,
                std::size_t steps) {
    Traffic total;
    const std::size_t width = sent.size() / steps, delay = static_cast<std::size_t>(c.delay);
    for (std::size_t step = 0; step + delay < steps; ++step) {
        const auto begin = sent.begin() + static_cast<std::ptrdiff_t>(step * width);
        std::vector<std::int64_t> x(begin, begin + static_cast<std::ptrdiff_t>(width));
        if (c.source_pool) x = pooled(*c.source_pool, x);
        total.values += x.size();
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (x[i] == 0) continue;
            ++total.events;
            total.operations += fan.synapses[i];
            total.zero_operations += fan.zeros[i];
        }
    }
    return total;
}

std::vector<std::int64_t> sent(const IntNetwork& network, const Presynaptic& source,
                               const std::vector<Signal>& inputs,
                               const std::vector<const std::vector<std::uint8_t>*>& spikes) {
    std::vector<std::int64_t> values;
    if (source.kind == Presynaptic::Kind::population) {
        values.assign(spikes[source.index]->begin(), spikes[source.index]->end());
        return values;
    }
    const Input& input = network.inputs[source.index];
    values.reserve(inputs[source.index].values.size());
    for (double value : inputs[source.index].values) values.push_back(to_level(value, input));
    return values;
}

}  // namespace synfire
