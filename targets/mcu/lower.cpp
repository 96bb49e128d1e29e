// Chooses storage, never arithmetic: element widths, common factors of two, which spike lists live a step
// longer.
#include "targets/mcu/lower.hpp"

#include <algorithm>
#include <map>

#include "compiler/support/report.hpp"

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

bool fits_int8(int weight) {
    return weight >= INT8_MIN && weight <= INT8_MAX;
}

// Loihi's mixed-sign weights are even and reach -256: half of each fits one byte. Returns the smallest power
// of two that makes all weights fit a byte without loss; 0 where there is none.
int halvings(const std::vector<std::int16_t>& weights) {
    for (int k = 0; k <= 8; ++k) {
        const int factor = 1 << k;
        const auto fits = [&](int w) { return w % factor == 0 && fits_int8(w / factor); };
        if (std::all_of(weights.begin(), weights.end(), fits)) return k;
    }
    return 0;
}

ConnectionTable transpose(const IntConnection& c, std::size_t source, int factor_bits) {
    ConnectionTable table{c.name, source, 1, 0, c.inputs, c.outputs, {}};
    table.weight.resize(c.weight.size());
    for (std::size_t o = 0; o < c.outputs; ++o)
        for (std::size_t i = 0; i < c.inputs; ++i) {
            const int weight = c.weight[o * c.inputs + i] / (1 << factor_bits);
            table.weight[i * c.outputs + o] = static_cast<std::int16_t>(weight);
            if (!fits_int8(weight)) table.bytes = 2;
        }
    return table;
}

// The spike lists: inputs, populations, then the copies that keep a list for one step more. A list of the
// step before survives without a copy where the target is updated before the source, or with it.
struct Lists {
    const IntNetwork& network;
    Tables& tables;
    std::map<std::size_t, std::size_t> previous;

    std::size_t own(const Presynaptic& source) const {
        return source.kind == Presynaptic::Kind::input ? source.index : network.inputs.size() + source.index;
    }

    std::size_t add(std::size_t neurons) {
        tables.lists.push_back(tables.events);
        tables.events += neurons;
        return tables.lists.size() - 1;
    }

    std::size_t of(const IntConnection& c) {
        const std::size_t list = own(c.source);
        if (c.delay == 0) return list;
        if (c.delay != 1) SYNFIRE_BUG("a delay of more than one step got past the check");
        if (c.source.kind == Presynaptic::Kind::population && c.target <= c.source.index) return list;
        const auto [at, fresh] = previous.try_emplace(list, 0);
        if (fresh) {
            at->second = add(width(network, c.source));
            tables.copies.push_back({list, at->second});
        }
        return at->second;
    }
};

// Connections into one population, by descending exponent, for Horner's scheme.
void add_connections(const IntNetwork& network, std::size_t target, Lists& lists, Tables& tables) {
    std::vector<const IntConnection*> into;
    for (const IntConnection& c : network.connections)
        if (c.target == target) into.push_back(&c);
    std::vector<std::pair<int, ConnectionTable>> by_exponent;
    for (const IntConnection* c : into) {
        if (c->exponent < 0) SYNFIRE_BUG("a negative exponent got past the check");
        const int halved = halvings(c->weight);
        by_exponent.emplace_back(c->exponent + halved, transpose(*c, lists.of(*c), halved));
    }
    std::stable_sort(by_exponent.begin(), by_exponent.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    PopulationTable& population = tables.populations[target];
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

Tables lower(const IntNetwork& network) {
    Tables tables;
    tables.rules = network.rules;
    tables.outputs = network.outputs;
    Lists lists{network, tables, {}};
    for (const Input& input : network.inputs) {
        tables.inputs.push_back(neurons(input));
        lists.add(neurons(input));
    }
    for (const IntPopulation& p : network.populations) {
        const std::size_t n = neurons(p);
        const bool filtered = !unfiltered(p, network.rules);
        tables.populations.push_back({p.name, n, 0, p.spiking, filtered, p.reset, p.refractory_steps, 0,
                                      column(p.decay_u), column(p.decay_v), column(p.bias),
                                      column(p.threshold), column(p.reset_amount), column(p.initial_v)});
        lists.add(p.spiking ? n : 0);
        tables.neurons += n;
        tables.filtered += filtered ? n : 0;
        tables.refractory += p.refractory_steps > 0 ? n : 0;
        tables.widest = std::max(tables.widest, n);
    }
    for (std::size_t p = 0; p < network.populations.size(); ++p) add_connections(network, p, lists, tables);
    return tables;
}

}  // namespace synfire::mcu
