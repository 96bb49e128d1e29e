// Event driven: silent sources cost nothing. 64 bits hold every sum that check() lets through.
#include "emulator/synapses.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "compiler/network/window.hpp"

namespace synfire {
namespace {

PresynapticRows transposed(const IntConnection& c) {
    PresynapticRows rows;
    rows.weight.resize(c.weight.size());
    for (std::size_t i = 0; i <= c.inputs; ++i) rows.first.push_back(i * c.outputs);
    for (std::size_t o = 0; o < c.outputs; ++o)
        for (std::size_t i = 0; i < c.inputs; ++i)
            rows.weight[i * c.outputs + o] = c.weight[o * c.inputs + i];
    return rows;
}

// What the source sends in one step.
std::vector<std::int64_t> sent(const Arrivals& a, const Presynaptic& source, std::size_t step,
                               const SpikeViews& spikes) {
    const std::size_t n = width(a.network, source), first = step * n;
    std::vector<std::int64_t> values(n);
    for (std::size_t i = 0; i < n; ++i)
        values[i] = source.kind == Presynaptic::Kind::input
                        ? to_level(a.inputs[source.index].values[first + i], a.network.inputs[source.index])
                        : (*spikes[source.index])[first + i];
    return values;
}

}  // namespace

std::vector<std::int64_t> pooled(const Pool& pool, const std::vector<std::int64_t>& x) {
    std::vector<std::int64_t> y;
    const Shape out = output_shape(pool);
    for (std::size_t c = 0; c < out[0]; ++c)
        for (std::size_t row = 0; row < out[1]; ++row)
            for (std::size_t column = 0; column < out[2]; ++column) {
                std::optional<std::int64_t> most;
                for_each_inside(pool.window, pool.input, row, column, [&](std::size_t, std::size_t at) {
                    const std::int64_t value = x[c * pool.input[1] * pool.input[2] + at];
                    most = most ? std::max(*most, value) : value;
                });
                y.push_back(most.value_or(0));
            }
    return y;
}

std::int64_t to_level(double value, const Input& input) {
    if (input.kind != SignalKind::real) return static_cast<std::int64_t>(value);
    const double level = std::round(value * (input.levels / input.range));
    return static_cast<std::int64_t>(std::clamp<double>(level, -input.levels, input.levels));
}

PresynapticRows by_presynaptic(const IntConnection& c) {
    if (!is_sparse(c)) return transposed(c);
    PresynapticRows rows;
    rows.first.assign(c.inputs + 1, 0);
    rows.output.resize(c.weight.size());
    rows.weight.resize(c.weight.size());
    for (std::uint32_t column : c.column) ++rows.first[column + 1];
    std::partial_sum(rows.first.begin(), rows.first.end(), rows.first.begin());
    std::vector<std::size_t> next(rows.first.begin(), rows.first.end() - 1);
    for (std::size_t o = 0; o < c.outputs; ++o)
        for_each_synapse(c, o, [&](std::size_t i, std::int16_t w) {
            rows.output[next[i]] = static_cast<std::uint32_t>(o);
            rows.weight[next[i]++] = w;
        });
    return rows;
}

void add_sums(const IntConnection& c, const PresynapticRows& rows, std::vector<std::int64_t> sent,
              std::vector<std::int64_t>& sums) {
    if (c.source_pool) sent = pooled(*c.source_pool, sent);
    std::vector<std::int64_t> sum(c.outputs, 0);
    for (std::size_t i = 0; i < c.inputs; ++i) {
        if (sent[i] == 0) continue;
        const std::size_t first = rows.first[i], count = rows.first[i + 1] - first;
        const std::int16_t* weight = rows.weight.data() + first;
        for (std::size_t k = 0; k < count; ++k)
            sum[rows.output.empty() ? k : rows.output[first + k]] += sent[i] * weight[k];
    }
    for (std::int64_t& s : sum) s = rt::shift_floor(s, c.exponent);
    if (c.sum_pool) sum = pooled(*c.sum_pool, sum);
    for (std::size_t o = 0; o < sum.size(); ++o) sums[o] += sum[o];
}

Arrivals::Arrivals(const IntNetwork& integers, const std::vector<Signal>& signals)
    : network(integers), inputs(signals) {
    for (const IntConnection& c : network.connections) rows.push_back(by_presynaptic(c));
}

std::vector<std::int64_t> Arrivals::sums(std::size_t population, std::size_t step,
                                         const SpikeViews& spikes) const {
    const IntPopulation& p = network.populations[population];
    std::vector<std::int64_t> total(neurons(p));
    for (std::size_t j = 0; j < total.size(); ++j) total[j] = at(p.bias_u, j);
    for (std::size_t k = 0; k < network.connections.size(); ++k) {
        const IntConnection& c = network.connections[k];
        const auto delay = static_cast<std::size_t>(c.delay);
        if (c.target == population && delay <= step)
            add_sums(c, rows[k], sent(*this, c.source, step - delay, spikes), total);
    }
    return total;
}

}  // namespace synfire
