// Ranges instead of lists: neighbouring sources whose axons continue each other are one row, and lists with
// the same entries name one layout.
#include "targets/loihi/mapping.hpp"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "targets/loihi/limits.hpp"
#include "targets/loihi/partition/chips.hpp"

namespace synfire::loihi {
namespace {

using Json = nlohmann::ordered_json;

// Values and how often each is repeated.
class Runs {
  public:
    void add(const std::vector<std::int64_t>& value) {
        if (!rows_.empty() && value == last_) {
            rows_.back().back() = rows_.back().back().get<std::int64_t>() + 1;
            return;
        }
        Json row = value;
        row.push_back(1);
        rows_.push_back(std::move(row));
        last_ = value;
    }
    Json rows() const { return rows_; }

  private:
    Json rows_ = Json::array();
    std::vector<std::int64_t> last_;
};

template <class T>
std::int64_t place_in(const std::vector<T>& sorted, const T& value) {
    return std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
}

struct Flags {
    int u = 0, v = 0;
};

// One flag of the core makes registers 0..4095 mean 1..4096.
Flags flags_of(const CoreUse& use) {
    return {use.decay_u_full ? 1 : 0, use.decay_v_full ? 1 : 0};
}

int decay_register(std::int32_t decay, int flag) {
    return std::min(decay - flag, decay_max - 1);
}

Json profiles_json(const CoreUse& use) {
    const Flags flags = flags_of(use);
    Json rows = Json::array();
    for (const CompartmentProfile& p : use.profiles)
        rows.push_back({decay_register(p.decay_u, flags.u), decay_register(p.decay_v, flags.v),
                        p.refractory + 1, static_cast<int>(p.operation)});
    return rows;
}

Json part_json(const Wiring& w, const Part& part, const CoreUse& use) {
    const IntPopulation& p = w.network.populations[part.population];
    Runs profiles, thresholds, biases, initial;
    bool starts_at_zero = true;
    for_each_neuron(w.axes[part.population], part.box, [&](std::size_t j, std::size_t) {
        profiles.add({place_in(use.profiles, profile_of(p, j))});
        if (p.spiking) thresholds.add({place_in(use.thresholds, at(p.threshold, j) / (1 << state_shift))});
        const Bias bias = bias_registers(at(p.bias, j)).value();
        biases.add({bias.mantissa, bias.exponent});
        initial.add({at(p.initial_v, j)});
        starts_at_zero &= at(p.initial_v, j) == 0;
    });
    Json row = {{"population", part.population},
                {"first", part.box.first},
                {"last", part.box.last},
                {"compartment", part.first_compartment},
                {"compartments_per_neuron", w.compartments[part.population]},
                {"profile", profiles.rows()},
                {"threshold", thresholds.rows()},
                {"bias", biases.rows()}};
    if (w.compartments[part.population] > 1) row["soma_profile"] = place_in(use.profiles, soma_profile);
    if (!starts_at_zero) row["initial_v"] = initial.rows();
    return row;
}

const char* name_of(SignMode mode) {
    return mode == SignMode::mixed ? "mixed" : mode == SignMode::excitatory ? "excitatory" : "inhibitory";
}

const char* name_of(Encoding encoding) {
    return encoding == Encoding::dense ? "dense" : encoding == Encoding::sparse ? "sparse" : "run length";
}

Json formats_json(const CoreMemory& memory) {
    Json rows = Json::array();
    for (const SynapseFormat& f : memory.formats)
        rows.push_back({{"sign", name_of(f.weight.sign)},
                        {"weight_bits", f.weight.bits},
                        {"weight_shift", f.weight.shift},
                        {"weight_exponent", f.weight.exponent},
                        {"encoding", name_of(f.encoding)},
                        {"skip_bits", f.skip_bits},
                        {"index_bits", f.index_bits},
                        {"delay_bits", f.delay_bits},
                        {"stride", f.stride}});
    return rows;
}

// A row of input axons: neighbouring sources with equal layouts, whose pointers and bases go up in even
// steps.
struct AxonRow {
    std::uint32_t source = 0, count = 1;
    std::int64_t pointer = 0, pointer_step = 0, words = 0, layout = 0, base = 0, base_step = 0;

    bool take(const AxonRow& next) {
        if (next.source != source + count || next.words != words || next.layout != layout) return false;
        if (count == 1) {
            pointer_step = next.pointer - pointer;
            base_step = next.base - base;
        } else if (next.pointer != pointer + pointer_step * count || next.base != base + base_step * count) {
            return false;
        }
        ++count;
        return true;
    }
};

struct SourceNames {
    const Wiring& w;

    // The input or population that a source belongs to: 0 or 1, its index, its first source.
    std::array<std::size_t, 3> of(std::uint32_t source) const {
        const bool population =
            !w.first_source_of_population.empty() && source >= w.first_source_of_population[0];
        const auto& first = population ? w.first_source_of_population : w.first_source_of_input;
        const auto next = std::upper_bound(first.begin(), first.end(), std::size_t{source});
        const auto index = static_cast<std::size_t>(next - first.begin()) - 1;
        return {population ? 1u : 0u, index, first[index]};
    }
};

void add_axons(const Wiring& w, const Lists& lists, const CoreMemory& memory, Json& core) {
    const SourceNames names{w};
    std::map<std::vector<std::array<std::size_t, 4>>, std::int64_t> layouts;
    Json layout_rows = Json::array(), axon_rows = Json::array();
    std::vector<AxonRow> rows;
    for (std::size_t list = 0; list < lists.source.size(); ++list) {
        const StoredList& stored = memory.stored[memory.list_of[list]];
        std::vector<std::array<std::size_t, 4>> layout;
        for (const Entry& e : stored.entries) layout.push_back({e.connection, e.format, e.index, e.count});
        const auto [at, is_new] = layouts.emplace(layout, static_cast<std::int64_t>(layouts.size()));
        if (is_new) layout_rows.push_back(layout);
        const AxonRow row{lists.source[list], 1,          stored.pointer,    0,
                          stored.words,       at->second, memory.base[list], 0};
        const bool same = !rows.empty() && names.of(rows.back().source) == names.of(row.source);
        if (!same || !rows.back().take(row)) rows.push_back(row);
    }
    for (const AxonRow& r : rows) {
        const auto [kind, index, first] = names.of(r.source);
        axon_rows.push_back({kind, index, r.source - first, r.count, r.pointer, r.pointer_step, r.words,
                             r.layout, r.base, r.base_step});
    }
    core["layouts"] = std::move(layout_rows);
    core["input_axons"] = std::move(axon_rows);
}

// The synapses that subtract, behind all others: one axon and one word for each neuron.
void add_soft_resets(const Wiring& w, const Core& c, std::size_t axon, std::size_t word, Json& core) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < c.parts.size(); ++i) {
        if (w.compartments[c.parts[i].population] == 1) continue;
        const IntPopulation& p = w.network.populations[c.parts[i].population];
        Runs weights;
        for_each_neuron(w.axes[c.parts[i].population], c.parts[i].box, [&](std::size_t j, std::size_t) {
            const SelfSynapse s = self_synapse(at(p.reset_amount, j));
            weights.add({s.mantissa, s.exponent});
        });
        rows.push_back({{"part", i}, {"axon", axon}, {"pointer", word}, {"weight", weights.rows()}});
        axon += neurons(c.parts[i].box);
        word += neurons(c.parts[i].box);
    }
    core["soft_resets"] = std::move(rows);
}

Json core_json(const Wiring& w, const Core& c, Scratch& scratch) {
    const Lists lists = gather(w, c.parts, scratch);
    const CoreMemory memory = encode(w, lists, {c.use.compartments - 1, free_formats(w, c.parts), true});
    const Flags flags = flags_of(c.use);
    Json core = {{"chip", c.chip},
                 {"core", c.number},
                 {"registers",
                  {{"delay_slots", c.use.delay_slots},
                   {"decay_u_offset", flags.u},
                   {"decay_v_offset", flags.v},
                   {"v_min_exponent", full_v_min_exponent},
                   {"v_max_exponent", full_v_max_exponent}}},
                 {"used",
                  {{"compartments", c.use.compartments},
                   {"words", c.use.words},
                   {"input_axons", c.use.input_axons},
                   {"output_axons", c.use.output_axons},
                   {"formats", c.use.formats}}},
                 {"profiles", profiles_json(c.use)},
                 {"thresholds", c.use.thresholds},
                 {"parts", Json::array()},
                 {"formats", formats_json(memory)}};
    for (const Part& part : c.parts) core["parts"].push_back(part_json(w, part, c.use));
    add_axons(w, lists, memory, core);
    add_soft_resets(w, c, lists.source.size(), memory.words, core);
    return core;
}

// Where the spikes of each neuron and input go: [part, first neuron of its box, neurons, chip, core, first
// axon], of inputs without the part.
struct Outputs {
    std::vector<Json> of_core, of_input;
};

Outputs outputs_of(const Wiring& w, const Placement& placement) {
    struct Home {
        std::uint32_t part = 0, position = 0;
    };
    const std::vector<std::uint32_t> core_of = home_of_sources(w, placement.cores);
    std::vector<Home> home(w.sources);
    for (const Core& core : placement.cores)
        for (std::size_t i = 0; i < core.parts.size(); ++i)
            for_each_neuron(w.axes[core.parts[i].population], core.parts[i].box,
                            [&](std::size_t j, std::size_t position) {
                                home[w.first_source_of_population[core.parts[i].population] + j] = {
                                    static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(position)};
                            });
    const SourceNames names{w};
    Outputs out{std::vector<Json>(placement.cores.size(), Json::array()),
                std::vector<Json>(w.network.inputs.size(), Json::array())};
    for (const Core& to : placement.cores) {
        Json* rows = nullptr;
        std::array<std::size_t, 3> row{};  // of the last: part or input, first position, neurons
        for (std::size_t axon = 0; axon < to.use.sources.size(); ++axon) {
            const std::uint32_t source = to.use.sources[axon];
            const bool input = core_of[source] == no_core;
            const auto [kind, index, first] = names.of(source);
            Json* const target = input ? &out.of_input[index] : &out.of_core[core_of[source]];
            const std::size_t part = input ? index : home[source].part;
            const std::size_t position = input ? source - first : home[source].position;
            if (target == rows && part == row[0] && position == row[1] + row[2]) {
                rows->back()[input ? 1 : 2] = ++row[2];
                continue;
            }
            rows = target;
            row = {part, position, 1};
            Json values = {position, 1, to.chip, to.number, axon};
            if (!input) values.insert(values.begin(), part);
            rows->push_back(std::move(values));
        }
    }
    return out;
}

Json inputs_json(const Wiring& w, Outputs& outputs) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < w.network.inputs.size(); ++i)
        rows.push_back({{"name", w.network.inputs[i].name},
                        {"shape", w.network.inputs[i].shape},
                        {"output_axons", std::move(outputs.of_input[i])}});
    return rows;
}

Json populations_json(const Wiring& w, const Schedule& schedule) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < w.network.populations.size(); ++i) {
        const IntPopulation& p = w.network.populations[i];
        rows.push_back({{"name", p.name},
                        {"shape", p.shape},
                        {"axes", w.axes[i]},
                        {"shift", schedule.shift[i]},
                        {"exact", exact_on_chip(p)}});
    }
    return rows;
}

Json connections_json(const Wiring& w) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < w.network.connections.size(); ++i) {
        const IntConnection& c = w.network.connections[i];
        rows.push_back({{"name", c.name},
                        {"source", {c.source.kind == Presynaptic::Kind::input ? 0 : 1, c.source.index}},
                        {"target", c.target},
                        {"delay", w.delay[i]}});
    }
    return rows;
}

}  // namespace

std::string mapping_text(const Wiring& w, const Schedule& schedule, const Placement& placement) {
    Outputs outputs = outputs_of(w, placement);
    const auto line = [](const char* name, const Json& value) {
        return "\"" + std::string(name) + "\": " + value.dump() + ",\n";
    };
    std::string text = "{\n" + line("format", "synfire-loihi-mapping-1") + line("name", w.network.name) +
                       line("chips", placement.chips) + line("inputs", inputs_json(w, outputs)) +
                       line("populations", populations_json(w, schedule)) +
                       line("connections", connections_json(w)) + "\"cores\": [";
    Scratch scratch;
    for (std::size_t i = 0; i < placement.cores.size(); ++i) {
        Json core = core_json(w, placement.cores[i], scratch);
        core["output_axons"] = std::move(outputs.of_core[i]);
        text += (i == 0 ? "\n" : ",\n") + core.dump();
    }
    return text + "\n]\n}\n";
}

}  // namespace synfire::loihi
