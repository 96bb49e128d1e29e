// What makes a layer fit for kernels: dense bytes or nibbles of one exponent, sums that 16 bits hold, and for
// the update a plain neuron whose membrane provably meets no limit.
#include "targets/mcu/kernels.hpp"

#include <algorithm>
#include <limits>

#include "compiler/quantize/range_proof.hpp"
#include "compiler/support/report.hpp"
#include "runtime/kernels/narrow.hpp"
#include "targets/mcu/fuse.hpp"

namespace synfire::mcu {
namespace {

constexpr int most_shift = 14;  // of rt::LaneLayer::scale
// A layer whose padding is small in itself also loses the portable code, where it is the only one left.
constexpr std::size_t most_padding_bytes = 1024;
constexpr std::size_t most_padding_part = 3;  // of a row

// Of a row, in blocks of 16 bytes.
std::size_t padded_bytes(std::size_t neurons, std::size_t per_byte) {
    const std::size_t block = rt::block_neurons * per_byte;
    return (neurons + block - 1) / block * rt::block_neurons;
}

// Additions in a lane may wrap on the way: only what all spikes together give has to fit.
bool sums_fit_lanes(const std::vector<const ConnectionTable*>& into, std::size_t neurons) {
    std::vector<std::int64_t> positive(neurons, 0), negative(neurons, 0);
    for (const ConnectionTable* c : into)
        for (std::size_t k = 0; k < c->weight.size(); ++k)
            (c->weight[k] > 0 ? positive : negative)[k % neurons] += c->weight[k];
    for (std::size_t i = 0; i < neurons; ++i)
        if (positive[i] > INT16_MAX || negative[i] < INT16_MIN) return false;
    return true;
}

// How many rows a signed byte adds up in any case; 0 where so few that it is not worth it.
std::size_t rows_in_bytes(const std::vector<const ConnectionTable*>& into) {
    constexpr int least_rows = 8;
    int low = -1, high = 1;
    for (const ConnectionTable* c : into)
        for (const std::int16_t w : c->weight) {
            low = std::min<int>(low, w);
            high = std::max<int>(high, w);
        }
    const int rows = std::min(INT8_MIN / low, INT8_MAX / high);
    return rows < least_rows ? 0 : static_cast<std::size_t>(rows);
}

bool too_much(std::size_t padding, std::size_t neurons, std::size_t rows) {
    return padding * most_padding_part > neurons && padding * rows > most_padding_bytes;
}

// Bytes are added 32 at a time.
void choose_byte_sums(const std::vector<const ConnectionTable*>& into, std::size_t neurons, LaneTable& lane) {
    const std::size_t block = 2 * rt::block_neurons, bytes = (neurons + block - 1) / block * block;
    std::size_t rows = 0;
    for (const ConnectionTable* c : into) rows += c->inputs;
    if (too_much(bytes - neurons, neurons, rows)) return;
    lane.part = rows_in_bytes(into);
    if (lane.part > 0) lane.row_bytes = bytes;
}

// Weights in a byte of a row; 0: portable.
std::size_t weights_per_byte(const std::vector<const ConnectionTable*>& into, std::size_t neurons,
                             const KernelFamily& family) {
    const auto all = [&](auto holds) { return std::all_of(into.begin(), into.end(), holds); };
    if (into.empty() || !all([](const ConnectionTable* c) {
            return !c->drawn && !c->convolution && c->first.empty() && c->shift == 0;
        }))
        return 0;
    std::size_t per_byte = 0;
    if (all([](const ConnectionTable* c) { return c->bits == 8; })) per_byte = 1;
    if (family.nibbles && all([](const ConnectionTable* c) { return c->bits <= 4; })) per_byte = 2;
    if (per_byte == 0) return 0;
    const std::size_t padding = padded_bytes(neurons, per_byte) * per_byte - neurons;
    std::size_t rows = 0;
    for (const ConnectionTable* c : into) rows += c->inputs;
    if (padding * most_padding_part > neurons && padding * rows > most_padding_bytes * per_byte) return 0;
    return sums_fit_lanes(into, neurons) ? per_byte : 0;
}

}  // namespace

bool plain_rules(const rt::Rules& rules) {
    const rt::Register registers[] = {rules.accumulator, rules.current, rules.drive, rules.membrane};
    return rules.accumulator_shift == 0 &&
           std::all_of(std::begin(registers), std::end(registers), [](const rt::Register& r) {
               return r.bits == 32 && r.overflow == rt::Overflow::clamp;
           });
}

namespace {

// A reset in the next step is made before the leak (rt::settled), in 32 bits, and of neurons that were
// listed. The membrane that stands in for both lies within limit as well.
bool settles(const IntPopulation& p, const PopulationRange& range, int decay_bits, std::int64_t limit) {
    std::int64_t amount = 0;
    for (std::size_t i = 0; i < neurons(p); ++i) {
        amount = std::max<std::int64_t>(amount, std::abs(std::int64_t{at(p.reset_amount, i)}));
        if (at(p.initial_v, i) > at(p.threshold, i)) return false;
    }
    const std::int64_t one = std::int64_t{1} << decay_bits;
    const std::int64_t target = std::max(-range.membrane.low, range.membrane.high) + amount;
    return target < (std::int64_t{1} << (32 - decay_bits)) - 1 &&
           target * one / (one - p.decay_v.front()) + 1 < limit;
}

// Whether synfire_update gives what integrate() and fire() give.
bool updates_quickly(const IntNetwork& network, std::size_t index, const PopulationTable& table,
                     const KernelFamily& family) {
    const IntPopulation& p = network.populations[index];
    const int decay_bits = network.rules.decay_bits;
    if (!plain_rules(network.rules) || table.filtered || p.refractory_steps > 0 || p.max_spikes > 1 ||
        rt::without_delay(p.reset) || table.shift > most_shift)
        return false;
    const auto has = [](const IntPerNeuron& values, std::int32_t x) {
        return std::all_of(values.begin(), values.end(), [&](std::int32_t y) { return x == y; });
    };
    if (!has(p.bias_u, 0) || !has(p.v_min, no_v_min)) return false;
    if (!has(p.decay_v, p.decay_v.front()) || p.decay_v.front() > 1 << (decay_bits - 1)) return false;
    if (!p.spiking && !has(p.threshold, std::numeric_limits<std::int32_t>::max())) return false;
    const PopulationRange range = prove_range(network, index);
    if (range.verdict != RangeVerdict::proven) return false;
    const std::int64_t farthest = std::max(-range.membrane.low, range.membrane.high);
    if (!family.long_product && decay_bits != rt::narrow_fraction_bits) return false;
    const std::int64_t limit = std::int64_t{1} << ((family.long_product ? 32 : 31) - decay_bits);
    if (farthest >= limit) return false;
    return p.reset != rt::Reset::subtract_next_step || settles(p, range, decay_bits, limit);
}

// Whether 16 bits hold what portable code adds up for a neuron, before PopulationTable::shift.
bool gathered_sums_fit(const IntNetwork& network, std::size_t population, int shift) {
    const std::size_t n = neurons(network.populations[population]);
    std::vector<std::int64_t> positive(n, 0), negative(n, 0);
    for (const IntConnection& c : network.connections) {
        if (c.target != population) continue;
        const int most = largest_value(network, c.source);
        for (std::size_t o = 0; o < c.outputs; ++o)
            for_each_synapse(c, o, [&](std::size_t, std::int64_t weight) {
                const std::int64_t delivered = weight * most * (std::int64_t{1} << c.exponent) >> shift;
                const bool both = c.source.kind == Presynaptic::Kind::input &&
                                  network.inputs[c.source.index].kind == SignalKind::real;
                if (weight > 0 || both) positive[o] += std::abs(delivered);
                if (weight < 0 || both) negative[o] -= std::abs(delivered);
            });
    }
    for (std::size_t i = 0; i < n; ++i)
        if (positive[i] > INT16_MAX || negative[i] < INT16_MIN) return false;
    return true;
}

void set_parameters(const IntPopulation& p, int decay_bits, int shift, const KernelFamily& family,
                    LaneTable& lane) {
    const std::size_t n = neurons(p);
    lane.whole = n / 8 * 8;
    lane.fraction_bits = decay_bits;
    lane.scale_bits = shift;
    lane.leak = static_cast<std::int32_t>(-(std::int64_t{p.decay_v.front()} << (32 - decay_bits)));
    lane.threshold = at(p.threshold, 0);
    bool one = true;
    for (std::size_t i = 0; i < n; ++i)
        one = one && at(p.threshold, i) == lane.threshold && at(p.bias, i) == 0;
    // Where neurons are alike, so may be what they subtract.
    const std::int32_t amount = at(p.reset_amount, 0);
    const bool alike = one && std::all_of(p.reset_amount.begin(), p.reset_amount.end(),
                                          [&](std::int32_t x) { return x == amount; });
    const bool at_once = p.reset == rt::Reset::subtract_at_once;
    if (family.resets && alike && at_once)
        lane.amount = amount;
    else
        lane.resets = at_once || p.reset == rt::Reset::to_value;
    if (one) return;
    for (std::size_t i = 0; i < n; i += lane.group)
        for (const IntPerNeuron* values : {&p.bias, &p.threshold})
            for (std::size_t k = i; k < i + lane.group; ++k)
                lane.parameters.push_back(at(*values, std::min(k, n - 1)));
}

// Lists of inputs and populations can fill the rows of one population each.
void choose_feeds(const IntNetwork& network, Tables& tables) {
    tables.feeds.assign(tables.lists.size(), 0);
    const std::size_t own = network.inputs.size() + network.populations.size();
    std::size_t connection = 0;
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        PopulationTable& population = tables.populations[p];
        if (population.lane.row_bytes > 0) {
            const std::size_t source = tables.connections[connection].source;
            if (population.connections == 1 && source < own && tables.feeds[source] == 0) {
                tables.feeds[source] = p + 1;
                population.lane.direct = connection;
            }
        }
        connection += population.connections;
    }
}

}  // namespace

const std::vector<KernelFamily>& kernel_families() {
    static const std::vector<KernelFamily> rows{
        {{"cortex-m0"},
         "runtime/kernels/armv6m.cpp",
         rt::RowOrder::biased,
         false,
         2,
         false,
         false,
         false,
         ""},
        {{"cortex-m3"}, "runtime/kernels/armv7m.cpp", rt::RowOrder::biased, true, 2, false, false, true, ""},
        {{"cortex-m4", "cortex-m7", "cortex-m33"},
         "runtime/kernels/dsp.cpp",
         rt::RowOrder::swapped,
         true,
         2,
         true,
         true,
         true,
         ""},
        {{"cortex-m55"},
         "runtime/kernels/mve.cpp",
         rt::RowOrder::natural,
         false,
         4,
         false,
         false,
         false,
         "runtime/kernels/mve_fused.cpp"},
        {{"rv32"}, "runtime/kernels/rv32.cpp", rt::RowOrder::biased, false, 2, false, false, false, ""},
    };
    return rows;
}

std::vector<std::string> cores() {
    std::vector<std::string> names;
    for (const KernelFamily& family : kernel_families())
        names.insert(names.end(), family.cores.begin(), family.cores.end());
    return names;
}

const KernelFamily* find_family(const std::string& core) {
    if (core.empty()) return nullptr;
    for (const KernelFamily& family : kernel_families())
        if (std::find(family.cores.begin(), family.cores.end(), core) != family.cores.end()) return &family;
    Diagnostic d;
    d.field = "--core";
    d.reason = "there are no kernels for '" + core + "'";
    for (const std::string& known : cores()) d.expected += (d.expected.empty() ? "" : ", ") + known;
    d.hint = "leave out --core: portable C++ runs on every 32-bit core";
    throw InputError(std::move(d));
}

bool is_kernel(std::string_view path) {
    constexpr std::string_view folder = "runtime/kernels/", suffix = ".cpp";
    return path.substr(0, folder.size()) == folder && path.size() > suffix.size() &&
           path.substr(path.size() - suffix.size()) == suffix;
}

void use_kernels(const IntNetwork& network, const KernelFamily& family, Tables& tables) {
    if (!family.fused_source.empty()) fuse_layers(network, tables);
    std::size_t first = 0;
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        PopulationTable& population = tables.populations[p];
        std::vector<const ConnectionTable*> into;
        for (std::size_t c = 0; c < population.connections; ++c)
            into.push_back(&tables.connections[first + c]);
        first += population.connections;
        if (population.fused.connection) continue;
        const std::size_t per_byte = weights_per_byte(into, population.neurons, family);
        LaneTable& lane = population.lane;
        lane.quick = !is_driven(tables.values, p) && updates_quickly(network, p, population, family) &&
                     (per_byte > 0 || gathered_sums_fit(network, p, population.shift));
        if (per_byte == 0 && !lane.quick) continue;
        tables.lanes = true;
        lane.group = family.parameter_group;
        if (lane.quick)
            set_parameters(network.populations[p], network.rules.decay_bits, population.shift, family, lane);
        if (per_byte == 0) {
            tables.lane_sums = std::max(tables.lane_sums, population.neurons);
            continue;
        }
        lane.row_bytes = padded_bytes(population.neurons, per_byte);
        lane.nibbles = per_byte == 2;
        if (family.byte_sums && !lane.nibbles) choose_byte_sums(into, population.neurons, lane);
        lane.rows = tables.rows;
        tables.lane_sums = std::max(tables.lane_sums, lane.row_bytes * per_byte);
        tables.rows += 1;
        for (std::size_t c = first - population.connections; c < first; ++c) {
            tables.connections[c].row_bytes = lane.row_bytes;
            tables.connections[c].order = lane.nibbles ? rt::RowOrder::nibbles : family.order;
            tables.rows += tables.connections[c].inputs;
        }
    }
    if (tables.lanes) choose_feeds(network, tables);
}

void add_complements(Tables& tables) {
    for (PopulationTable& population : tables.populations) {
        LaneTable& lane = population.lane;
        if (!lane.direct) continue;
        const ConnectionTable& c = tables.connections[*lane.direct];
        std::vector<std::uint16_t> total(population.neurons, 0);
        for (std::size_t k = 0; k < c.weight.size(); ++k)
            total[k % population.neurons] =
                static_cast<std::uint16_t>(total[k % population.neurons] + c.weight[k]);
        lane.total.assign(total.begin(), total.end());
    }
}

}  // namespace synfire::mcu
