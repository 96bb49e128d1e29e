// The fields one after another, as 64-bit numbers.
#include "compiler/quantize/fingerprint.hpp"

#include "compiler/quantize/levels.hpp"

namespace synfire {
namespace {

struct Hash {
    std::uint64_t value = 0xCBF29CE484222325;

    void add(std::uint64_t number) {
        for (int byte = 0; byte < 8; ++byte) {
            value ^= (number >> (8 * byte)) & 0xFF;
            value *= 0x100000001B3;
        }
    }
    void add_signed(std::int64_t number) { add(static_cast<std::uint64_t>(number)); }
};

void add(Hash& hash, const rt::Rules& rules) {
    hash.add(rules.decay_bits);
    hash.add(rules.accumulator_shift);
    for (const rt::Register& r : {rules.accumulator, rules.current, rules.drive, rules.membrane}) {
        hash.add_signed(r.bits);
        hash.add(static_cast<std::uint64_t>(r.overflow));
    }
}

void add(Hash& hash, const IntPopulation& p) {
    const std::size_t n = neurons(p);
    hash.add(n);
    for (const IntPerNeuron* values : {&p.decay_u, &p.decay_v, &p.bias, &p.bias_u, &p.threshold,
                                       &p.reset_amount, &p.initial_v, &p.initial_u, &p.v_min})
        for (std::size_t i = 0; i < n; ++i) hash.add_signed(at(*values, i));
    hash.add(p.spiking);
    hash.add(static_cast<std::uint64_t>(p.reset));
    hash.add_signed(p.refractory_steps);
    hash.add_signed(p.max_spikes);
    hash.add_signed(p.periodic_reset.interval);
    hash.add_signed(p.periodic_reset.first);
}

void add(Hash& hash, const std::optional<Pool>& pool) {
    hash.add(pool.has_value());
    if (!pool) return;
    hash.add(static_cast<std::uint64_t>(pool->kind));
    hash.add(pool->count_padding);
    for (std::size_t size : pool->input) hash.add(size);
    const Window& w = pool->window;
    for (const auto* pair : {&w.kernel, &w.stride, &w.dilation, &w.pad_before, &w.pad_after})
        for (std::size_t size : *pair) hash.add(size);
}

void add(Hash& hash, const IntConnection& c) {
    hash.add(static_cast<std::uint64_t>(c.source.kind));
    hash.add(c.source.index);
    hash.add(c.target);
    hash.add_signed(c.delay);
    hash.add_signed(c.exponent);
    hash.add(c.outputs);
    hash.add(c.inputs);
    add(hash, c.source_pool);
    add(hash, c.sum_pool);
    for (std::size_t o = 0; o < c.outputs; ++o)
        for_each_synapse(c, o, [&](std::size_t input, std::int16_t weight) {
            if (weight == 0) return;
            hash.add(o);
            hash.add(input);
            hash.add_signed(weight);
        });
}

}  // namespace

std::uint64_t fingerprint(const IntNetwork& network) {
    Hash hash;
    add(hash, network.rules);
    for (std::size_t count : {network.inputs.size(), network.populations.size(), network.connections.size(),
                              network.outputs.size()})
        hash.add(count);
    for (const Input& input : network.inputs) {
        hash.add(neurons(input));
        if (!carries_values(input)) continue;
        const Interval levels = level_range(network, input);
        hash.add_signed(levels.low);
        hash.add_signed(levels.high);
    }
    for (const IntPopulation& p : network.populations) add(hash, p);
    for (const IntConnection& c : network.connections) add(hash, c);
    for (std::size_t output : network.outputs) hash.add(output);
    return hash.value;
}

}  // namespace synfire
