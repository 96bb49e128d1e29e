// Layout of the printed tables: sections for the size report, names by index.
#include "targets/mcu/print_tables.hpp"

#include <algorithm>
#include <array>

#include "targets/mcu/print_arrays.hpp"
#include "targets/mcu/print_values.hpp"

namespace synfire::mcu {
namespace {

using ColumnNames = std::array<const char*, 3>;
using Columns = std::array<const ColumnTable*, 3>;

// Of rt::Population and of rt::NeuronColumns.
constexpr ColumnNames population_names{"decay_v", "reset_amount", "initial_v"},
    neuron_names{"decay_u", "bias", "threshold"};

constexpr ColumnNames extra_names{"bias_u", "initial_u", "v_min"};

Columns extras_of(const PopulationTable& p) {
    return {&p.bias_u, &p.initial_u, &p.v_min};
}

Columns population_columns(const PopulationTable& p) {
    return {&p.decay_v, &p.reset_amount, &p.initial_v};
}

Columns neuron_columns(const PopulationTable& p) {
    return {&p.decay_u, &p.bias, &p.threshold};
}

const char* name_of(rt::Overflow overflow) {
    switch (overflow) {
        case rt::Overflow::wrap:
            return "wrap";
        case rt::Overflow::wrap_once:
            return "wrap_once";
        case rt::Overflow::saturate:
            return "saturate";
        case rt::Overflow::clamp:
            break;
    }
    return "clamp";
}

const char* name_of(rt::Reset reset) {
    switch (reset) {
        case rt::Reset::none:
            return "none";
        case rt::Reset::to_value:
            return "to_value";
        case rt::Reset::subtract_at_once:
            return "subtract_at_once";
        case rt::Reset::subtract_next_step:
            return "subtract_next_step";
        case rt::Reset::subtract_no_delay:
            return "subtract_no_delay";
        case rt::Reset::to_zero_no_delay:
            break;
    }
    return "to_zero_no_delay";
}

Text print_rules(const rt::Rules& rules) {
    Text text = fmt::format("{{{}, {}", rules.decay_bits, rules.accumulator_shift);
    for (const rt::Register& r : {rules.accumulator, rules.current, rules.drive, rules.membrane})
        add(text, ",\n        {{{}, synfire::rt::Overflow::{}}}", r.bits, name_of(r.overflow));
    return text + "}";
}

bool resets_without_delay(const Tables& tables) {
    return std::any_of(tables.populations.begin(), tables.populations.end(),
                       [](const PopulationTable& p) { return rt::without_delay(p.reset); });
}

// Whether kernels reset any population in the step after a spike.
bool settles(const Tables& tables) {
    return std::any_of(tables.populations.begin(), tables.populations.end(), [](const PopulationTable& p) {
        return (p.lane.quick || p.fused.connection) && p.reset == rt::Reset::subtract_next_step;
    });
}

// Of connections that portable code reads.
bool any_weights_of(const Tables& tables, int bits) {
    return std::any_of(tables.connections.begin(), tables.connections.end(),
                       [&](const ConnectionTable& c) { return c.bits == bits && c.row_bytes == 0; });
}

void add_drawn(Text& text, std::size_t c, const ConnectionTable& connection) {
    const DrawnTable& drawn = *connection.drawn;
    add_array(text, "tables", integer_type(drawn.factor.bytes), fmt::format("factor_{}", c),
              drawn.factor.values);
    add(text,
        "[[gnu::section(\".rodata.tables.weights_{0}\")]] const synfire::rt::DrawnMatrix weights_{0} = {{\n"
        "    {1}U, {2}U, &law_{3}, {4}, {{factor_{0}, {5}, {6}}}}};\n\n",
        c, drawn.seed, drawn.stream, drawn.law, connection.inputs, drawn.factor.bytes,
        drawn.factor.values.size() > 1 ? 1 : 0);
}

// Whether the engine needs code for kernels with weights of so many bytes.
bool any_kernels_of(const Tables& tables, int bytes) {
    return std::any_of(tables.connections.begin(), tables.connections.end(), [&](const ConnectionTable& c) {
        return c.convolution && c.convolution->bytes == bytes;
    });
}

void add_reaches(Text& text, const Text& name, const std::vector<rt::Reach>& reaches) {
    add(text, "[[gnu::section(\".rodata.tables.{0}\")]] const synfire::rt::Reach {0}[{1}] = {{\n", name,
        reaches.size());
    Text line = "   ";
    for (const rt::Reach& r : reaches) {
        const Text entry = fmt::format(" {{{}, {}, {}}},", r.output, r.first, r.count);
        if (line.size() + entry.size() > line_length) {
            text += line + "\n";
            line = "   ";
        }
        line += entry;
    }
    text += line + "};\n";
}

void add_convolution(Text& text, std::size_t c, const ConnectionTable& connection) {
    const ConvolutionTable& t = *connection.convolution;
    add_array(text, "weights", integer_type(t.bytes), fmt::format("kernel_{}", c), connection.weight);
    add_reaches(text, fmt::format("rows_{}", c), t.rows);
    if (!t.square) add_reaches(text, fmt::format("columns_{}", c), t.columns);
    add(text,
        "[[gnu::section(\".rodata.tables.weights_{0}\")]] const synfire::rt::Convolution weights_{0} = {{\n"
        "    kernel_{0}, rows_{0}, {1}_{0}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}, {11}, {12}, {13}, "
        "{14}, {15}}};\n\n",
        c, t.square ? "rows" : "columns", t.kernel, t.group, t.rows.size(), t.columns.size(), t.channels,
        t.filters, t.kernel_row, t.output_row, t.output_column, t.row_distance, t.column_distance, t.distance,
        t.bytes, t.whole_rows);
}

void add_laws(Text& text, const Tables& tables) {
    for (std::size_t k = 0; k < tables.laws.size(); ++k) {
        const LawTable& law = tables.laws[k];
        const std::size_t largest = law.table.size() / 2;
        add(text, "// distribution function of integers from -{0} to {0}, in units of 2^-32\n", largest);
        add_array(text, "tables", "uint32_t", fmt::format("law_table_{}", k), law.table);
        add_array(text, "tables", "uint8_t", fmt::format("law_guide_{}", k), law.guide);
        add(text,
            "[[gnu::section(\".rodata.tables.law_{0}\")]] const synfire::rt::DrawnLaw law_{0} = {{\n"
            "    law_table_{0}, law_guide_{0}, {1}, {2}}};\n\n",
            k, largest, law.guide_shift);
    }
}

// Zeros behind them, which kernels read and do not use.
std::vector<std::int16_t> padded(std::vector<std::int16_t> weights, std::size_t padding) {
    weights.resize(weights.size() + padding);
    return weights;
}

void add_weights(Text& text, const Tables& tables) {
    for (std::size_t c = 0; c < tables.connections.size(); ++c) {
        const ConnectionTable& connection = tables.connections[c];
        add(text, "// {}: [{}, {}]\n", for_comment(connection.name), connection.inputs, connection.outputs);
        if (connection.convolution) {
            add_convolution(text, c, connection);
            continue;
        }
        if (connection.drawn) {
            add_drawn(text, c, connection);
            continue;
        }
        const Text array = fmt::format("weights_{}", c);
        if (connection.row_bytes > 0)
            add_array(text, "weights", "uint8_t", array, packed_weights(connection), ", gnu::aligned(4)");
        else if (connection.bits < 8)
            add_array(text, "weights", "uint8_t", array, packed_weights(connection));
        else
            add_array(text, "weights", integer_type(connection.bits / 8), array,
                      padded(connection.weight, connection.padding));
        if (!connection.first.empty()) {
            add_array(text, "weights", "uint32_t", fmt::format("first_{}", c), connection.first);
            add_array(text, "weights", "uint16_t", fmt::format("targets_{}", c), connection.targets);
        }
        text += "\n";
    }
}

void add_columns(Text& text, const Tables& tables) {
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        const PopulationTable& population = tables.populations[p];
        add(text, "// {}\n", for_comment(population.name));
        const auto add_named = [&](const auto& names, const auto& columns) {
            for (std::size_t k = 0; k < columns.size(); ++k)
                add_array(text, "tables", integer_type(columns[k]->bytes), fmt::format("{}_{}", names[k], p),
                          columns[k]->values);
        };
        add_named(population_names, population_columns(population));
        add_named(neuron_names, neuron_columns(population));
        if (tables.extras_used) add_named(extra_names, extras_of(population));
        if (!population.lane.parameters.empty())
            add_array(text, "tables", "int32_t", fmt::format("parameters_{}", p), population.lane.parameters);
        if (!population.lane.total.empty())
            add_array(text, "tables", "int16_t", fmt::format("total_{}", p), population.lane.total);
        if (!population.fused.parameters.empty())
            add_array(text, "tables", "int16_t", fmt::format("parameters_{}", p), population.fused.parameters,
                      ", gnu::aligned(4)");
        text += "\n";
    }
}

// The columns of population p as rt::Column.
void add_references(Text& text, std::size_t p, const ColumnNames& names, const Columns& columns) {
    for (std::size_t k = 0; k < columns.size(); ++k)
        add(text, "{}{{{}_{}, {}, {}}}", k == 0 ? "" : ", ", names[k], p, columns[k]->bytes,
            columns[k]->values.size() > 1 ? 1 : 0);
}

void add_populations(Text& text, const Tables& tables) {
    add(text, "const synfire::rt::Population Tables::populations[{}] = {{\n", tables.populations.size());
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        const PopulationTable& population = tables.populations[p];
        add(text, "    {{{}, {}, {}, {}, synfire::rt::Reset::{}, {}, {}", population.neurons,
            population.connections, population.spiking, population.filtered, name_of(population.reset),
            population.refractory_steps, population.shift);
        text += ",\n     ";
        add_references(text, p, population_names, population_columns(population));
        text += "},\n";
    }
    add(text, "}};\n\nconst synfire::rt::NeuronColumns Tables::neurons[{}] = {{\n",
        tables.populations.size());
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        text += "    {";
        add_references(text, p, neuron_names, neuron_columns(tables.populations[p]));
        text += "},\n";
    }
    text += "};\n\n";
}

void add_extras(Text& text, const Tables& tables) {
    add(text, "const synfire::rt::Extras Tables::extras[{}] = {{\n",
        tables.extras_used ? tables.populations.size() : std::size_t{1});
    for (std::size_t p = 0; tables.extras_used && p < tables.populations.size(); ++p) {
        text += "    {";
        add_references(text, p, extra_names, extras_of(tables.populations[p]));
        text += "},\n";
    }
    if (!tables.extras_used) text += "    {},\n";
    text += "};\n\n";
}

void add_connections(Text& text, const Tables& tables) {
    add(text, "const synfire::rt::Connection Tables::connections[{}] = {{\n",
        std::max<std::size_t>(tables.connections.size(), 1));
    for (std::size_t c = 0; c < tables.connections.size(); ++c) {
        const ConnectionTable& connection = tables.connections[c];
        const bool sparse = !connection.first.empty();
        add(text, "    {{{}weights_{}, {}, {}, {}, {}, {}}},\n",
            connection.drawn || connection.convolution ? "&" : "", c, connection.source, connection.bits,
            connection.shift, sparse ? fmt::format("first_{}", c) : "nullptr",
            sparse ? fmt::format("targets_{}", c) : "nullptr");
    }
    if (tables.connections.empty()) text += "    {nullptr, 0, 8, 0, nullptr, nullptr},\n";
    text += "};\n\n";
}

void add_sum_distances(Text& text, const Tables& tables) {
    add(text, "const uint16_t Tables::sum_distances[{}] = {{\n", tables.populations.size());
    std::vector<std::size_t> channels;
    for (const PopulationTable& p : tables.populations) channels.push_back(p.channels);
    add_numbers(text, channels);
    text += "};\n\n";
}

// What the kernels need of every population, where any has kernels.
void add_lanes(Text& text, const Tables& tables) {
    add(text, "const synfire::rt::LanePopulation Tables::lane_populations[{}] = {{\n",
        tables.lanes ? tables.populations.size() : std::size_t{1});
    for (std::size_t p = 0; tables.lanes && p < tables.populations.size(); ++p) {
        const LaneTable& lane = tables.populations[p].lane;
        add(text, "    {{{}, {}, {}, {}, {}, {}, {}, {{{}, {}, {}, {}, {}, {}, {}, {}}}}},\n", lane.row_bytes,
            lane.rows, lane.direct ? fmt::format("weights_{}", *lane.direct) : "nullptr", lane.quick,
            lane.nibbles, lane.resets, lane.part, lane.leak, lane.threshold, 1 << lane.scale_bits,
            lane.parameters.empty() ? "nullptr" : fmt::format("parameters_{}", p), lane.whole,
            lane.fraction_bits, lane.group, lane.amount);
    }
    if (!tables.lanes) text += "    {},\n";
    add(text, "}};\n\nconst uint16_t Tables::feeds[{}] = {{\n",
        std::max<std::size_t>(tables.feeds.size(), 1));
    add_numbers(text, tables.feeds.empty() ? std::vector<std::size_t>{0} : tables.feeds);
    text += "};\n\n";
}

bool any_complement(const Tables& tables) {
    return std::any_of(tables.populations.begin(), tables.populations.end(),
                       [](const PopulationTable& p) { return !p.lane.total.empty(); });
}

void add_complements(Text& text, const Tables& tables) {
    const bool any = any_complement(tables);
    add(text, "const synfire::rt::Complement Tables::complement[{}] = {{\n",
        any ? tables.populations.size() : std::size_t{1});
    for (std::size_t p = 0; any && p < tables.populations.size(); ++p) {
        const LaneTable& lane = tables.populations[p].lane;
        if (lane.total.empty())
            text += "    {nullptr, 0},\n";
        else
            add(text, "    {{total_{}, {}}},\n", p, tables.connections[*lane.direct].inputs);
    }
    if (!any) text += "    {nullptr, 0},\n";
    text += "};\n\n";
}

// What one kernel needs of every population that it steps, where it steps any.
void add_fused(Text& text, const Tables& tables) {
    add(text, "const synfire::rt::FusedLayer Tables::fused_layers[{}] = {{\n", tables.populations.size());
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        const FusedTable& fused = tables.populations[p].fused;
        if (!fused.connection) {
            text += "    {},\n";
            continue;
        }
        const ConnectionTable& connection = tables.connections[*fused.connection];
        add(text, "    {{weights_{}, {}, {}, {}U, {}, {}, {}, {}, {}, {}, {}, {}, {}}},\n", *fused.connection,
            tables.lists[connection.source], tables.lists[fused.list],
            connection.outputs << 16 | static_cast<std::size_t>(fused.keep), -fused.keep, fused.threshold,
            fused.amount, connection.outputs, fused.scale, fused.stays ? 1 : 0,
            fused.parameters.empty() ? "nullptr" : fmt::format("parameters_{}", p), connection.source,
            fused.list);
    }
    text += "};\n\n";
}

void add_pools(Text& text, const Tables& tables) {
    for (std::size_t p = 0; p < tables.pools.size(); ++p) {
        add_array(text, "tables", "uint32_t", fmt::format("pool_first_{}", p), tables.pools[p].first);
        add_array(text, "tables", "uint16_t", fmt::format("pool_targets_{}", p), tables.pools[p].targets);
    }
}

void add_pool_list(Text& text, const Tables& tables) {
    add(text, "const synfire::rt::SpikePool Tables::pools[{}] = {{\n",
        std::max<std::size_t>(tables.pools.size(), 1));
    for (std::size_t p = 0; p < tables.pools.size(); ++p)
        add(text, "    {{{}, {}, {}, pool_first_{}, pool_targets_{}}},\n", tables.pools[p].from,
            tables.pools[p].to, tables.pools[p].outputs, p, p);
    if (tables.pools.empty()) text += "    {},\n";
    text += "};\n\n";
}

void add_lists(Text& text, const Tables& tables) {
    const std::vector<std::size_t> none{0};
    add(text, "const uint16_t Tables::inputs[{}] = {{\n", std::max<std::size_t>(tables.inputs.size(), 1));
    add_numbers(text, tables.inputs.empty() ? none : tables.inputs);
    add(text, "}};\n\nconst uint32_t Tables::lists[{}] = {{\n", tables.lists.size());
    add_numbers(text, tables.lists);
    add(text, "}};\n\nconst synfire::rt::ListCopy Tables::copies[{}] = {{\n",
        std::max<std::size_t>(tables.copies.size(), 1));
    for (const ListCopyTable& copy : tables.copies) add(text, "    {{{}, {}}},\n", copy.from, copy.to);
    if (tables.copies.empty()) text += "    {0, 0},\n";
    add(text, "}};\n\nconst synfire::rt::Output Tables::outputs[{}] = {{\n", tables.outputs.size());
    for (std::size_t output : tables.outputs) {
        std::size_t first = 0;
        for (std::size_t p = 0; p < output; ++p) first += tables.populations[p].neurons;
        add(text, "    {{{}, {}, {}}},\n", tables.inputs.size() + output, tables.populations[output].neurons,
            first);
    }
    text += "};\n\n";
}

void add_fused_flags(Text& text, const Tables& tables) {
    if (potential_bytes(tables.rules) != 2) return;
    bool alike = false, own = false, all = true;
    for (const PopulationTable& p : tables.populations) {
        all = all && p.fused.connection;
        if (p.fused.connection) (p.fused.parameters.empty() ? alike : own) = true;
    }
    add(text, "    static constexpr bool fused_alike = {};\n", alike);
    add(text, "    static constexpr bool fused_own = {};\n", own);
    add(text, "    static constexpr bool all_fused = {};\n", all);
    if (!any_fused(tables))
        text += "    static constexpr const synfire::rt::FusedLayer* fused_layers = nullptr;\n";
}

}  // namespace

std::string print_tables_header(const Tables& tables, const std::string& name) {
    Text text =
        "// Rules, sizes and tables of this network, as runtime/engine.hpp takes them. Data only.\n"
        "#pragma once\n\n#include \"runtime/engine.hpp\"\n\n";
    add(text, "namespace {} {{\n\nstruct Tables {{\n", name);
    add(text, "    static constexpr synfire::rt::Rules rules{};\n\n", print_rules(tables.rules));
    add(text, "    static constexpr bool filtered = {};\n", tables.filtered > 0);
    add(text, "    static constexpr bool refractory = {};\n", tables.refractory > 0);
    add(text, "    static constexpr bool no_delay = {};\n", resets_without_delay(tables));
    add(text, "    static constexpr bool extras_used = {};\n", tables.extras_used);
    add(text, "    static constexpr bool sparse = {};\n", tables.sparse);
    add(text, "    static constexpr bool drawn = {};\n", tables.drawn);
    add(text, "    static constexpr bool convolution = {};\n", tables.convolution);
    if (tables.convolution) {
        add(text, "    static constexpr bool byte_kernels = {};\n", any_kernels_of(tables, 1));
        add(text, "    static constexpr bool halfword_kernels = {};\n", any_kernels_of(tables, 2));
    } else {
        text += "    static constexpr bool byte_kernels = false, halfword_kernels = false;\n";
        text += "    static constexpr const uint16_t* sum_distances = nullptr;\n";
    }
    const auto all = [&](auto holds) {
        return tables.lanes && std::all_of(tables.populations.begin(), tables.populations.end(),
                                           [&](const PopulationTable& p) { return holds(p.lane); });
    };
    add(text, "    static constexpr bool lanes = {};\n", tables.lanes);
    add(text, "    static constexpr bool all_lanes = {};\n",
        all([](const LaneTable& l) { return l.row_bytes > 0; }));
    add(text, "    static constexpr bool complements = {};\n", any_complement(tables));
    add(text, "    static constexpr bool row_lanes = {};\n",
        std::any_of(tables.populations.begin(), tables.populations.end(),
                    [](const PopulationTable& p) { return p.lane.row_bytes > 0; }));
    add(text, "    static constexpr bool quick_sums = {};\n",
        std::any_of(tables.populations.begin(), tables.populations.end(),
                    [](const PopulationTable& p) { return p.lane.quick && p.lane.row_bytes == 0; }));
    add(text, "    static constexpr bool all_quick = {};\n", all([](const LaneTable& l) { return l.quick; }));
    add(text, "    static constexpr bool all_direct = {};\n",
        all([](const LaneTable& l) { return l.direct.has_value(); }));
    add(text, "    static constexpr bool nibble_lanes = {};\n",
        std::any_of(tables.populations.begin(), tables.populations.end(),
                    [](const PopulationTable& p) { return p.lane.nibbles; }));
    add(text, "    static constexpr bool byte_lanes = {};\n",
        std::any_of(tables.populations.begin(), tables.populations.end(),
                    [](const PopulationTable& p) { return p.lane.part > 0; }));
    add(text, "    static constexpr bool all_whole = {};\n",
        std::all_of(tables.populations.begin(), tables.populations.end(),
                    [](const PopulationTable& p) { return !p.lane.quick || p.lane.whole == p.neurons; }));
    add(text, "    static constexpr bool settles = {};\n", settles(tables));
    add(text, "    static constexpr bool resets = {};\n",
        std::any_of(tables.populations.begin(), tables.populations.end(),
                    [](const PopulationTable& p) { return p.lane.resets; }));
    add_fused_flags(text, tables);
    add(text, "    static constexpr bool crumbs = {};\n", any_weights_of(tables, 2));
    add(text, "    static constexpr bool nibbles = {};\n", any_weights_of(tables, 4));
    add(text, "    static constexpr bool bytes = {};\n", any_weights_of(tables, 8));
    add(text, "    static constexpr bool halfwords = {};\n\n", any_weights_of(tables, 16));
    text += print_value_members(tables.values);
    add(text, "    static constexpr uint16_t input_count = {};\n", tables.inputs.size());
    add(text, "    static constexpr uint16_t population_count = {};\n", tables.populations.size());
    add(text, "    static constexpr uint16_t copy_count = {};\n", tables.copies.size());
    add(text, "    static constexpr uint16_t pool_count = {};\n", tables.pools.size());
    add(text, "    static constexpr uint16_t list_count = {};\n\n", tables.lists.size());
    const auto declare = [&](const char* type, const char* what, std::size_t count) {
        add(text, "    static const {} {}[{}];\n", type, what, std::max<std::size_t>(count, 1));
    };
    declare("uint16_t", "inputs", tables.inputs.size());
    declare("synfire::rt::Population", "populations", tables.populations.size());
    declare("synfire::rt::NeuronColumns", "neurons", tables.populations.size());
    declare("synfire::rt::Extras", "extras", tables.extras_used ? tables.populations.size() : 0);
    declare("synfire::rt::Connection", "connections", tables.connections.size());
    if (tables.convolution) declare("uint16_t", "sum_distances", tables.populations.size());
    declare("uint32_t", "lists", tables.lists.size());
    declare("synfire::rt::LanePopulation", "lane_populations", tables.lanes ? tables.populations.size() : 0);
    declare("uint16_t", "feeds", tables.feeds.size());
    declare("synfire::rt::Complement", "complement", any_complement(tables) ? tables.populations.size() : 1);
    if (any_fused(tables)) declare("synfire::rt::FusedLayer", "fused_layers", tables.populations.size());
    declare("synfire::rt::ListCopy", "copies", tables.copies.size());
    declare("synfire::rt::SpikePool", "pools", tables.pools.size());
    declare("synfire::rt::Output", "outputs", tables.outputs.size());
    add(text, "}};\n\n}}  // namespace {}\n\n", name);
    text += "// For the fixed sources of this folder.\n";
    add(text, "namespace synfire {{\nnamespace emitted = ::{};\n}}  // namespace synfire\n", name);
    return text;
}

std::string print_tables_source(const Tables& tables, const std::string& name) {
    Text text = "// The numbers of this network. Data only.\n#include \"tables.hpp\"\n\n";
    add(text, "namespace {} {{\nnamespace {{\n\n", name);
    add_laws(text, tables);
    add_weights(text, tables);
    add_columns(text, tables);
    add_pools(text, tables);
    text += print_value_arrays(tables.values);
    text += "}  // namespace\n\n";
    add_populations(text, tables);
    add_extras(text, tables);
    add_pool_list(text, tables);
    add_connections(text, tables);
    if (tables.convolution) add_sum_distances(text, tables);
    add_lists(text, tables);
    add_lanes(text, tables);
    add_complements(text, tables);
    if (any_fused(tables)) add_fused(text, tables);
    text += print_value_tables(tables.values);
    add(text, "}}  // namespace {}\n", name);
    return text;
}

}  // namespace synfire::mcu
