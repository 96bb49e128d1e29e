// What arrives at each neuron, at most and at least, over all that its sources can send.
#include "compiler/quantize/sum_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "compiler/network/window.hpp"

namespace synfire {
namespace {

// Beyond every register and far from the ends of int64: sums of bounds cannot overflow.
constexpr std::int64_t unbounded = std::int64_t{1} << 58;
std::int64_t saturated_shift(std::int64_t x, int exponent) {
    if (exponent <= 0) return rt::shift_floor(x, std::max(exponent, -62));
    const std::int64_t most = exponent > 58 ? 0 : unbounded >> exponent;
    if (x > most) return unbounded;
    if (x < -most) return -unbounded;
    return x * (std::int64_t{1} << exponent);
}

// Bounds of the maximum over each window; a window outside of the image gives 0.
std::vector<Interval> pooled(const Pool& pool, const std::vector<Interval>& rows) {
    std::vector<Interval> out;
    const Shape shape = output_shape(pool);
    for (std::size_t c = 0; c < shape[0]; ++c)
        for (std::size_t y = 0; y < shape[1]; ++y)
            for (std::size_t x = 0; x < shape[2]; ++x) {
                std::optional<Interval> most;
                for_each_inside(pool.window, pool.input, y, x, [&](std::size_t, std::size_t at) {
                    const Interval row = rows[c * pool.input[1] * pool.input[2] + at];
                    most =
                        most ? Interval{std::max(most->low, row.low), std::max(most->high, row.high)} : row;
                });
                out.push_back(most.value_or(Interval{}));
            }
    return out;
}

// The most that each input of a connection delivers: of pools, the most of the window.
std::vector<int> most_arriving(const IntNetwork& network, const IntConnection& c, const MostSpikes* most) {
    if (most == nullptr || c.source.kind == Presynaptic::Kind::input)
        return std::vector<int>(c.inputs, largest_value(network, c.source));
    const std::vector<int>& sent = (*most)[c.source.index];
    if (!c.source_pool) return sent;
    std::vector<Interval> values;
    for (int x : sent) values.push_back({0, x});
    std::vector<int> out;
    for (const Interval& x : pooled(*c.source_pool, values)) out.push_back(static_cast<int>(x.high));
    return out;
}

}  // namespace

Interval saturated_shift(Interval x, int exponent) {
    return {saturated_shift(x.low, exponent), saturated_shift(x.high, exponent)};
}

// The sums of one connection, before a maximum pool behind them and before its exponent.
std::vector<Interval> raw_sums(const IntNetwork& network, const IntConnection& c, const MostSpikes* most) {
    const std::vector<int> arriving = most_arriving(network, c, most);
    const bool negative =
        c.source.kind == Presynaptic::Kind::input && network.inputs[c.source.index].kind == SignalKind::real;
    std::vector<Interval> rows;
    for (std::size_t o = 0; o < c.outputs; ++o) {
        Interval row;
        for_each_synapse(c, o, [&](std::size_t i, std::int64_t w) {
            if (negative || w < 0) row.low -= std::abs(w) * arriving[i];
            if (negative || w > 0) row.high += std::abs(w) * arriving[i];
        });
        rows.push_back(row);
    }
    return rows;
}

std::vector<Interval> bound_sums(const IntNetwork& network, std::size_t population, const MostSpikes* most) {
    const IntPopulation& p = network.populations[population];
    std::vector<Interval> total(neurons(p));
    for (std::size_t j = 0; j < total.size(); ++j) total[j] = {at(p.bias_u, j), at(p.bias_u, j)};
    for (const IntConnection& c : network.connections) {
        if (c.target != population || c.outputs == 0) continue;  // not quantized yet
        std::vector<Interval> rows = raw_sums(network, c, most);
        for (Interval& row : rows) row = saturated_shift(row, c.exponent);
        if (c.sum_pool) rows = pooled(*c.sum_pool, rows);
        for (std::size_t j = 0; j < total.size(); ++j) {
            total[j].low = std::max(total[j].low + rows[j].low, -unbounded);
            total[j].high = std::min(total[j].high + rows[j].high, unbounded);
        }
    }
    return total;
}

LaneProof prove_lanes(const IntNetwork& network, std::size_t population, const PopulationRange& range) {
    const IntPopulation& p = network.populations[population];
    LaneProof proof;
    proof.name = p.name;
    std::map<int, std::vector<Interval>> by_exponent;
    std::int64_t largest = 1;  // that one event adds
    for (const IntConnection& c : network.connections) {
        if (c.target != population) continue;
        for (std::int16_t w : c.weight)
            largest = std::max(largest, std::abs(std::int64_t{w}) * largest_value(network, c.source));
        const std::vector<Interval> rows = raw_sums(network, c, nullptr);
        std::vector<Interval>& total = by_exponent[c.exponent];
        total.resize(std::max(total.size(), rows.size()));
        for (std::size_t o = 0; o < rows.size(); ++o) {
            total[o].low += rows[o].low;
            total[o].high += rows[o].high;
        }
    }
    for (const auto& [exponent, total] : by_exponent)
        for (std::size_t o = 0; o < total.size(); ++o) {
            const bool more = total[o].high > proof.most_positive || total[o].low < proof.most_negative;
            if (more) proof.neuron = o * neurons(p) / total.size();  // rows of a pool: several per neuron
            proof.most_positive = std::max(proof.most_positive, total[o].high);
            proof.most_negative = std::min(proof.most_negative, total[o].low);
        }
    proof.sums_fit_16 = proof.most_positive <= INT16_MAX && proof.most_negative >= INT16_MIN;
    proof.events_per_flush = INT16_MAX / largest;
    const auto within = [](Interval x, std::int64_t low, std::int64_t high) {
        return x.low >= low && x.high <= high;
    };
    const bool plain = unfiltered(p, network.rules);
    const std::int64_t product = std::int64_t{1} << (31 - network.rules.decay_bits);
    proof.state_fits_16 = within(range.membrane, INT16_MIN, INT16_MAX) &&
                          (plain || within(range.current, INT16_MIN, INT16_MAX));
    proof.product_fits_32 = within(range.membrane, 1 - product, product - 1) &&
                            (plain || within(range.current, 1 - product, product - 1));
    return proof;
}

}  // namespace synfire
