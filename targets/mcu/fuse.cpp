// What makes a layer fit: plain neurons of one decay and 16-bit membranes that saturate, one dense connection
// of bytes, and 16 bits for all that arrives in a step and for every membrane after its reset.
#include "targets/mcu/fuse.hpp"

#include <algorithm>

#include "compiler/quantize/range_proof.hpp"
#include "runtime/kernels/fused.hpp"

namespace synfire::mcu {
namespace {

// Neurons and indices are factors of a signed product of halves.
constexpr std::size_t most_factor = INT16_MAX;
// A kernel reads eight weights at a time.
constexpr std::size_t weights_read = 8;

bool all_of(const IntPerNeuron& values, std::int32_t x) {
    return std::all_of(values.begin(), values.end(), [&](std::int32_t y) { return x == y; });
}

bool is_half(std::int64_t x) {
    return x >= INT16_MIN && x <= INT16_MAX;
}

bool fused_rules(const rt::Rules& rules) {
    const rt::Register sums[] = {rules.accumulator, rules.current, rules.drive};
    return rules.decay_bits == rt::fused_fraction_bits && rules.accumulator_shift == 0 &&
           rules.membrane.bits == 16 && rules.membrane.overflow == rt::Overflow::saturate &&
           std::all_of(std::begin(sums), std::end(sums), [](const rt::Register& r) {
               return r.bits == 32 && r.overflow == rt::Overflow::clamp;
           });
}

bool fused_connection(const ConnectionTable& c) {
    return !c.drawn && !c.convolution && c.first.empty() && c.bits == 8 && c.shift == 0 &&
           c.inputs <= most_factor && c.outputs <= most_factor;
}

// What arrives in one step, bias included, in whatever order it is added.
bool input_fits(const IntPopulation& p, const ConnectionTable& c, int shift) {
    if (shift > 14) return false;
    std::vector<std::int64_t> positive(c.outputs, 0), negative(c.outputs, 0);
    for (std::size_t k = 0; k < c.weight.size(); ++k)
        (c.weight[k] > 0 ? positive : negative)[k % c.outputs] += c.weight[k];
    for (std::size_t i = 0; i < c.outputs; ++i) {
        const std::int64_t bias = at(p.bias, i);
        if (!is_half(bias) || !is_half(positive[i] * (std::int64_t{1} << shift) + bias) ||
            !is_half(negative[i] * (std::int64_t{1} << shift) + bias))
            return false;
    }
    return true;
}

// The membrane that stands in for one that will be reset in the next step, after its leak (rt::settled), lies
// within 16 bits; what it leaks to is exact where the decay is at most half.
bool settles(const IntPopulation& p, std::size_t i) {
    constexpr std::int64_t one = std::int64_t{1} << rt::fused_fraction_bits;
    const std::int64_t amount = at(p.reset_amount, i), keep = one - p.decay_v.front();
    if (p.decay_v.front() > one / 2 || at(p.initial_v, i) > at(p.threshold, i)) return false;
    const auto before = [&](std::int64_t v) {
        const std::int64_t target =
            rt::decay_toward_zero(static_cast<std::int32_t>(v), p.decay_v.front(), rt::fused_fraction_bits) -
            amount;
        const std::int64_t magnitude = (std::abs(target) * one + keep - 1) / keep;
        return target < 0 ? -magnitude : magnitude;
    };
    return is_half(before(at(p.threshold, i) + std::int64_t{1})) && is_half(before(INT16_MAX));
}

// Whether no reset saturates. Neurons above 32766 never spike.
bool resets_fit(const IntPopulation& p) {
    for (std::size_t i = 0; i < neurons(p); ++i) {
        const std::int64_t threshold = at(p.threshold, i), amount = at(p.reset_amount, i);
        if (!p.spiking || threshold >= INT16_MAX) continue;
        if (threshold < INT16_MIN || !is_half(amount) || !is_half(-amount)) return false;
        if (p.reset == rt::Reset::subtract_at_once && (amount < 0 || !is_half(threshold + 1 - amount)))
            return false;
        if (p.reset == rt::Reset::subtract_next_step && !settles(p, i)) return false;
    }
    return true;
}

// Whether the kernel gives what integrate() and fire() give.
bool fits(const IntNetwork& network, const IntPopulation& p, const PopulationTable& table,
          const ConnectionTable& c) {
    return !table.filtered && p.refractory_steps == 0 && p.max_spikes == 1 && !rt::without_delay(p.reset) &&
           all_of(p.bias_u, 0) && all_of(p.v_min, no_v_min) && all_of(p.decay_v, p.decay_v.front()) &&
           p.decay_v.front() > 0 && fused_rules(network.rules) && fused_connection(c) &&
           input_fits(p, c, table.shift) && resets_fit(p);
}

std::int16_t half(std::int64_t x) {
    return static_cast<std::int16_t>(std::clamp<std::int64_t>(x, INT16_MIN, INT16_MAX));
}

std::int16_t threshold_of(const IntPopulation& p, std::size_t i) {
    return p.spiking ? half(at(p.threshold, i)) : std::int16_t{INT16_MAX};
}

// What a spike adds.
std::int16_t added(const IntPopulation& p, std::size_t i) {
    if (p.reset == rt::Reset::subtract_at_once) return half(-std::int64_t{at(p.reset_amount, i)});
    return p.reset == rt::Reset::to_value ? half(at(p.reset_amount, i)) : std::int16_t{0};
}

bool alike(const IntPopulation& p, int shift) {
    if (shift != 0 || p.reset == rt::Reset::to_value || !all_of(p.bias, 0)) return false;
    for (std::size_t i = 1; i < neurons(p); ++i)
        if (threshold_of(p, i) != threshold_of(p, 0) || added(p, i) != added(p, 0)) return false;
    return true;
}

std::vector<std::int16_t> parameters_of(const IntPopulation& p) {
    const std::size_t n = neurons(p);
    std::vector<std::int16_t> parameters;
    for (std::size_t first = 0; first < n; first += rt::fused_group) {
        const auto add = [&](auto value) {
            for (std::size_t i = first; i < first + rt::fused_group; ++i)
                parameters.push_back(value(std::min(i, n - 1)));
        };
        add([&](std::size_t i) { return half(at(p.bias, i)); });
        add([&](std::size_t i) { return threshold_of(p, i); });
        add([&](std::size_t i) { return added(p, i); });
    }
    return parameters;
}

}  // namespace

void fuse_layers(const IntNetwork& network, Tables& tables) {
    std::size_t first = 0;
    for (std::size_t k = 0; k < tables.populations.size(); ++k) {
        PopulationTable& table = tables.populations[k];
        const std::size_t connection = first;
        first += table.connections;
        const IntPopulation& p = network.populations[k];
        const std::size_t list = network.inputs.size() + k;
        // A list cannot be read and written at the same time.
        if (table.connections != 1 || is_driven(tables.values, k) ||
            tables.connections[connection].source == list ||
            !fits(network, p, table, tables.connections[connection]))
            continue;
        tables.connections[connection].padding = weights_read;
        FusedTable& fused = table.fused;
        fused.connection = connection;
        fused.list = list;
        fused.keep = 8 * ((1 << rt::fused_fraction_bits) - p.decay_v.front());
        fused.scale = 1 << table.shift;
        fused.stays = p.reset != rt::Reset::to_value;
        if (alike(p, table.shift)) {
            fused.threshold = threshold_of(p, 0);
            fused.amount = -added(p, 0);
        } else {
            fused.parameters = parameters_of(p);
        }
    }
}

}  // namespace synfire::mcu
