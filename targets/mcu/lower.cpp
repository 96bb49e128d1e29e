// Chooses storage, never arithmetic: element widths, common factors of two, which spike lists live a step
// longer.
#include "targets/mcu/lower.hpp"

#include <algorithm>
#include <map>

#include "compiler/network/window.hpp"
#include "compiler/support/report.hpp"
#include "runtime/weights.hpp"

namespace synfire::mcu {
namespace {

ColumnTable column(const IntPerNeuron& values) {
    ColumnTable table{1, values};
    if (std::all_of(values.begin(), values.end(), [&](std::int32_t x) { return x == values.front(); }))
        table.values.resize(1);
    for (std::int32_t x : table.values) {
        if (x < INT16_MIN || x > INT16_MAX)
            table.bytes = 4;
        else if ((x < INT8_MIN || x > INT8_MAX) && table.bytes == 1)
            table.bytes = 2;
    }
    return table;
}

// Where the sum of a neuron lies.
std::size_t place_of_sum(std::size_t neuron, std::size_t neurons, std::size_t channels) {
    const std::size_t plane = neurons / channels;
    return neuron % plane * channels + neuron / plane;
}

ConnectionTable transpose(const IntConnection& c, std::size_t source, Width width, std::size_t channels) {
    ConnectionTable table{c.name, source, width.bits, 0, c.inputs, c.outputs, {}, {}, {}};
    const SynapseBytes bytes = synapse_bytes(c, width.bits);
    const bool sparse = bytes.sparse < bytes.dense;
    std::vector<std::vector<std::pair<std::uint16_t, std::int16_t>>> rows(sparse ? c.inputs : 0);
    if (!sparse) table.weight.assign(c.inputs * c.outputs, 0);
    for (std::size_t o = 0; o < c.outputs; ++o)
        for_each_synapse(c, o, [&](std::size_t i, int weight) {
            const auto w = static_cast<std::int16_t>(weight / (1 << width.factor_bits));
            const std::size_t to = place_of_sum(o, c.outputs, channels);
            if (sparse)
                rows[i].emplace_back(static_cast<std::uint16_t>(to), w);
            else
                table.weight[i * c.outputs + to] = w;
        });
    if (sparse) table.first.push_back(0);
    for (const auto& row : rows) {
        for (const auto& [target, w] : row) {
            table.targets.push_back(target);
            table.weight.push_back(w);
        }
        table.first.push_back(static_cast<std::uint32_t>(table.targets.size()));
    }
    return table;
}

// As many places in the guide as the table has entries, rounded up to a power of two, 256 at most.
LawTable law_of(const std::vector<std::uint32_t>& table) {
    LawTable law{table, {}, 31};
    while (law.guide_shift > 24 && (table.size() >> (32 - law.guide_shift)) > 0) --law.guide_shift;
    for (std::uint64_t place = 0; place < std::uint64_t{1} << (32 - law.guide_shift); ++place) {
        const auto least = static_cast<std::uint32_t>(place << law.guide_shift);
        const auto below = std::upper_bound(table.begin(), table.end(), least) - table.begin();
        law.guide.push_back(static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(below, UINT8_MAX)));
    }
    return law;
}

// Connections with the same law share its tables.
ConnectionTable drawn_table(const IntConnection& c, std::size_t source, Tables& tables) {
    auto law = std::find_if(tables.laws.begin(), tables.laws.end(),
                            [&](const LawTable& l) { return l.table == c.drawn->table; });
    if (law == tables.laws.end()) law = tables.laws.insert(law, law_of(c.drawn->table));
    ConnectionTable table{c.name, source, 0, 0, c.inputs, c.outputs, {}, {}, {}};
    table.drawn = DrawnTable{c.drawn->seed, c.drawn->stream,
                             static_cast<std::size_t>(law - tables.laws.begin()), column(c.drawn->factor)};
    return table;
}

SpikePoolTable spike_pool(const Pool& pool, std::size_t from) {
    const Shape out = output_shape(pool);
    const std::size_t plane = pool.input[1] * pool.input[2];
    std::vector<std::vector<std::uint16_t>> windows(pool.input[0] * plane);
    std::size_t at = 0;
    for (std::size_t c = 0; c < out[0]; ++c)
        for (std::size_t row = 0; row < out[1]; ++row)
            for (std::size_t column = 0; column < out[2]; ++column, ++at)
                for_each_inside(pool.window, pool.input, row, column, [&](std::size_t, std::size_t neuron) {
                    windows[c * plane + neuron].push_back(static_cast<std::uint16_t>(at));
                });
    SpikePoolTable table{from, 0, at, {0}, {}};
    for (const auto& of_neuron : windows) {
        table.targets.insert(table.targets.end(), of_neuron.begin(), of_neuron.end());
        table.first.push_back(static_cast<std::uint32_t>(table.targets.size()));
    }
    return table;
}

bool needs_extras(const IntPopulation& p) {
    const auto differs = [](const IntPerNeuron& values, std::int32_t from) {
        return std::any_of(values.begin(), values.end(), [&](std::int32_t x) { return x != from; });
    };
    return differs(p.bias_u, 0) || differs(p.initial_u, 0) || differs(p.v_min, no_v_min);
}

// The spike lists: inputs, populations, then the copies that keep a list for more steps. A list of the
// step before survives without a copy where the target is updated before the source, or with it.
struct Lists {
    const IntNetwork& network;
    Tables& tables;
    std::map<std::size_t, std::vector<std::size_t>> previous;  // of one step ago, two steps ago, ...
    std::vector<Pool> pools{};                                 // of tables.pools

    std::size_t own(const Presynaptic& source) const {
        return source.kind == Presynaptic::Kind::input ? source.index : network.inputs.size() + source.index;
    }

    std::size_t add(std::size_t neurons) {
        tables.lists.push_back(tables.events);
        tables.events += neurons;
        return tables.lists.size() - 1;
    }

    // The list that a maximum pool makes of another one; connections with the same pool share it.
    std::size_t pooled(const Pool& pool, std::size_t from) {
        for (std::size_t p = 0; p < pools.size(); ++p)
            if (pools[p] == pool && tables.pools[p].from == from) return tables.pools[p].to;
        pools.push_back(pool);
        tables.pools.push_back(spike_pool(pool, from));
        return tables.pools.back().to = add(tables.pools.back().outputs);
    }

    std::size_t of(const IntConnection& c) {
        const std::size_t list = c.source_pool ? pooled(*c.source_pool, own(c.source)) : own(c.source);
        const auto delay = static_cast<std::size_t>(c.delay);
        if (delay == 0) return list;
        const bool still_there = c.source.kind == Presynaptic::Kind::population && c.target <= c.source.index;
        if (delay == 1 && still_there) return list;
        std::vector<std::size_t>& copies = previous[list];
        while (copies.size() < delay) {
            const std::size_t from = copies.empty() ? list : copies.back();
            copies.push_back(add(c.inputs));
            // The oldest first, so that none is overwritten before it is handed on.
            tables.copies.insert(tables.copies.begin(), {from, copies.back()});
        }
        return copies[delay - 1];
    }
};

ConnectionTable convolution_table(const IntConnection& c, std::size_t source, const SharedKernel& kernel,
                                  std::size_t channels) {
    ConnectionTable table{c.name, source, rt::convolution_bits, 0, c.inputs, c.outputs, kernel.weight,
                          {},     {}};
    table.convolution = placed(kernel, channels);
    return table;
}

// Connections into one population, by descending exponent, for Horner's scheme.
void add_connections(const IntNetwork& network, std::size_t target, WeightSource weights,
                     const std::vector<std::optional<SharedKernel>>& kernels, Lists& lists, Tables& tables) {
    std::vector<std::pair<int, ConnectionTable>> by_exponent;
    PopulationTable& population = tables.populations[target];
    const auto drawn = [&](const IntConnection& c) { return weights == WeightSource::seed && c.drawn; };
    population.channels = channels_of_sums(network, target, kernels, drawn);
    for (std::size_t k = 0; k < network.connections.size(); ++k) {
        const IntConnection& c = network.connections[k];
        if (c.target != target) continue;
        if (reads_values(network, c)) {
            const Width width = narrowest(c.weight);
            add_value_connection(network, c, width.bits, width.factor_bits, tables.values);
            continue;
        }
        if (c.exponent < 0) SYNFIRE_BUG("a negative exponent got past the check");
        if (drawn(c)) {
            by_exponent.emplace_back(c.exponent, drawn_table(c, lists.of(c), tables));
            continue;
        }
        if (kernels[k]) {
            by_exponent.emplace_back(c.exponent + kernels[k]->width.factor_bits,
                                     convolution_table(c, lists.of(c), *kernels[k], population.channels));
            continue;
        }
        Width width = narrowest(c.weight);
        if (weights == WeightSource::bytes) width.bits = std::max(width.bits, 8);
        by_exponent.emplace_back(c.exponent + width.factor_bits,
                                 transpose(c, lists.of(c), width, population.channels));
    }
    std::stable_sort(by_exponent.begin(), by_exponent.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    population.connections = by_exponent.size();
    for (std::size_t c = 0; c < by_exponent.size(); ++c) {
        const bool last = c + 1 == by_exponent.size();
        if (last)
            population.shift = by_exponent[c].first;
        else
            by_exponent[c].second.shift = by_exponent[c].first - by_exponent[c + 1].first;
        tables.connections.push_back(std::move(by_exponent[c].second));
    }
}

}  // namespace

namespace {

std::vector<std::uint8_t> kernel_rows(const ConnectionTable& c) {
    const std::size_t per_byte = c.order == rt::RowOrder::nibbles ? 2 : 1;
    const int bias = c.order == rt::RowOrder::nibbles ? 8 : c.order == rt::RowOrder::biased ? 128 : 0;
    std::vector<std::uint8_t> bytes(c.inputs * c.row_bytes);
    for (std::size_t i = 0; i < c.inputs; ++i)
        for (std::size_t k = 0; k < c.row_bytes * per_byte; ++k) {
            const std::size_t neuron = rt::neuron_of_byte(c.order, static_cast<std::uint32_t>(k));
            const int weight = neuron < c.outputs ? c.weight[i * c.outputs + neuron] : 0;
            std::uint8_t& byte = bytes[i * c.row_bytes + k / per_byte];
            byte = static_cast<std::uint8_t>(byte | (weight + bias) << (4 * (k % per_byte)));
        }
    return bytes;
}

}  // namespace

bool any_fused(const Tables& tables) {
    return std::any_of(tables.populations.begin(), tables.populations.end(),
                       [](const PopulationTable& p) { return p.fused.connection.has_value(); });
}

int potential_bytes(const rt::Rules& rules) {
    return rules.membrane.bits <= 16 ? 2 : 4;
}

std::vector<std::uint8_t> packed_weights(const ConnectionTable& connection) {
    if (connection.row_bytes > 0) return kernel_rows(connection);
    const bool sparse = !connection.first.empty();
    const std::size_t row = sparse ? connection.weight.size() : connection.outputs;
    const auto bits = static_cast<std::size_t>(connection.bits);
    std::vector<std::uint8_t> bytes;
    for (std::size_t begin = 0; begin < connection.weight.size(); begin += row) {
        const std::size_t first = bytes.size();
        bytes.resize(first + (row * bits + 7) / 8);
        for (std::size_t k = 0; k < row; ++k)
            for (std::size_t b = 0; b < bits; ++b) {
                const int bit = (connection.weight[begin + k] >> b) & 1;
                std::uint8_t& byte = bytes[first + (k * bits + b) / 8];
                byte = static_cast<std::uint8_t>(byte | bit << (k * bits + b) % 8);
            }
    }
    return bytes;
}

std::size_t flash_bytes(const ConnectionTable& connection) {
    if (connection.convolution)
        return synfire::mcu::flash_bytes(*connection.convolution, connection.weight.size());
    return packed_weights(connection).size() + 4 * connection.first.size() + 2 * connection.targets.size();
}

Tables lower(const IntNetwork& network, WeightSource weights) {
    Tables tables;
    tables.rules = network.rules;
    tables.outputs = network.outputs;
    Lists lists{network, tables, {}, {}};
    for (const Input& input : network.inputs) {
        tables.inputs.push_back(carries_values(input) ? 0 : neurons(input));
        lists.add(tables.inputs.back());
    }
    tables.values = lower_inputs(network);
    for (const IntPopulation& p : network.populations) {
        const std::size_t n = neurons(p);
        const bool filtered = !unfiltered(p, network.rules);
        tables.populations.push_back({p.name, n, 0, p.spiking, filtered, p.reset, p.refractory_steps, 0, 1,
                                      column(p.decay_u), column(p.decay_v), column(p.bias),
                                      column(p.threshold), column(p.reset_amount), column(p.initial_v),
                                      column(p.bias_u), column(p.initial_u), column(p.v_min)});
        tables.extras_used = tables.extras_used || needs_extras(p);
        lists.add(p.spiking ? n : 0);
        tables.neurons += n;
        tables.filtered += filtered ? n : 0;
        tables.refractory += p.refractory_steps > 0 ? n : 0;
        tables.widest = std::max(tables.widest, n);
    }
    const std::vector<std::optional<SharedKernel>> kernels = shared_kernels(network);
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        add_connections(network, p, weights, kernels, lists, tables);
    std::stable_sort(tables.pools.begin(), tables.pools.end(),
                     [](const SpikePoolTable& a, const SpikePoolTable& b) { return a.from < b.from; });
    for (const SpikePoolTable& pool : tables.pools) tables.widest = std::max(tables.widest, pool.outputs);
    tables.sparse = std::any_of(tables.connections.begin(), tables.connections.end(),
                                [](const ConnectionTable& c) { return !c.first.empty(); });
    tables.drawn = !tables.laws.empty();
    tables.convolution = std::any_of(tables.connections.begin(), tables.connections.end(),
                                     [](const ConnectionTable& c) { return c.convolution.has_value(); });
    return tables;
}

}  // namespace synfire::mcu
