// Reads the mapping as a loader would: axon by axon, word by word. Its numbers are written out here once more
// and on purpose, so that a wrong constant of the partitioner is found.
#include "targets/loihi/recount.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "targets/loihi/grid.hpp"
#include "targets/loihi/registers.hpp"

namespace synfire::loihi {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_faults = 20;

struct Neuron {
    std::size_t population = 0, index = 0;
};

struct Format {
    std::string sign, encoding;
    int weight_bits = 0, shift = 0, exponent = 0, skip_bits = 0, index_bits = 0, delay_bits = 0;
    std::size_t stride = 1;
};

struct Recount {
    const IntNetwork& network;
    const Schedule& schedule;
    std::vector<std::string> faults{};
    std::string where{};  // the core that is read

    void fault(const std::string& what) {
        if (faults.size() < most_faults) faults.push_back(where + what);
    }
    void at_most(const std::string& what, std::size_t used, std::size_t available) {
        if (used > available) fault(fmt::format("{} {}, a core has {}", used, what, available));
    }
};

// One core as a loader sees it.
struct CoreView {
    std::vector<std::optional<Neuron>> dendrite;  // per compartment: the neuron whose synapses end there
    std::vector<std::vector<Neuron>> part;        // part -> its neurons in order
    std::vector<Format> formats;
    std::vector<std::pair<std::size_t, std::size_t>>
        axon_source;  // per axon: (0 input | 1 population | 2 own) ...
    std::vector<std::size_t> axon_neuron;
    std::map<std::size_t, std::size_t> memory;                 // first word -> words
    std::map<std::size_t, std::vector<std::int64_t>> content;  // first word -> what stands there
    std::size_t output_axons = 0;
    std::size_t slots = 8;
};

std::vector<std::array<std::int64_t, 2>> unrolled_pairs(const Json& runs) {
    std::vector<std::array<std::int64_t, 2>> values;
    for (const Json& run : runs) {
        const auto count = run.back().get<std::size_t>();
        const std::int64_t second = run.size() > 2 ? run[1].get<std::int64_t>() : 0;
        values.insert(values.end(), count, {run[0].get<std::int64_t>(), second});
    }
    return values;
}

std::vector<Neuron> neurons_of(const Json& part, const Json& populations) {
    const auto population = part.at("population").get<std::size_t>();
    const auto axes = populations.at(population).at("axes").get<std::array<std::size_t, 3>>();
    const auto first = part.at("first").get<std::array<std::size_t, 3>>();
    const auto last = part.at("last").get<std::array<std::size_t, 3>>();
    std::vector<Neuron> all;
    for (std::size_t a = first[0]; a < last[0]; ++a)
        for (std::size_t b = first[1]; b < last[1]; ++b)
            for (std::size_t c = first[2]; c < last[2]; ++c)
                all.push_back({population, (a * axes[1] + b) * axes[2] + c});
    return all;
}

bool is_soft(const IntPopulation& p) {
    return p.spiking && (p.reset == rt::Reset::subtract_next_step || p.reset == rt::Reset::subtract_at_once);
}

void count_registers(Recount& r, const Json& core, const Json& part, const std::vector<Neuron>& all) {
    const auto profile = unrolled_pairs(part.at("profile")), threshold = unrolled_pairs(part.at("threshold")),
               bias = unrolled_pairs(part.at("bias"));
    const IntPopulation& p = r.network.populations[all[0].population];
    const Json& registers = core.at("registers");
    if (profile.size() != all.size() || bias.size() != all.size() ||
        threshold.size() != (p.spiking ? all.size() : 0)) {
        r.fault("registers are missing for some neurons of '" + p.name + "'");
        return;
    }
    for (std::size_t k = 0; k < all.size(); ++k) {
        const std::size_t j = all[k].index;
        const Json& row = core.at("profiles").at(static_cast<std::size_t>(profile[k][0]));
        const int u = row[0].get<int>() + registers.at("decay_u_offset").get<int>();
        const int v = row[1].get<int>() + registers.at("decay_v_offset").get<int>();
        const int operation = !p.spiking ? 3 : is_soft(p) ? 2 : 0;
        const bool right = u == at(p.decay_u, j) && v == at(p.decay_v, j) && row[0] >= 0 && row[0] <= 4095 &&
                           row[1] >= 0 && row[1] <= 4095 && row[3] == operation &&
                           row[2] == (p.spiking ? p.refractory_steps : 0) + 1;
        if (!right) r.fault(fmt::format("the profile of neuron {} of '{}' is not the network's", j, p.name));
        if (bias[k][0] * (1 << bias[k][1]) != at(p.bias, j))
            r.fault(fmt::format("the bias of neuron {} of '{}' is not the network's", j, p.name));
        if (!p.spiking) continue;
        const auto mantissa = core.at("thresholds").at(static_cast<std::size_t>(threshold[k][0])).get<int>();
        if (mantissa * 64 != at(p.threshold, j))
            r.fault(fmt::format("the threshold of neuron {} of '{}' is not the network's", j, p.name));
    }
}

void count_compartments(Recount& r, const Json& document, const Json& core,
                        std::vector<std::vector<int>>& placed, CoreView& view) {
    std::set<std::size_t> taken;
    std::size_t top = 0;
    view.slots = core.at("registers").at("delay_slots").get<std::size_t>();
    for (const Json& part : core.at("parts")) {
        view.part.push_back(neurons_of(part, document.at("populations")));
        const std::vector<Neuron>& all = view.part.back();
        const IntPopulation& p = r.network.populations[all.at(0).population];
        const auto first = part.at("compartment").get<std::size_t>();
        const auto each = part.at("compartments_per_neuron").get<std::size_t>();
        if (each != (is_soft(p) ? 2u : 1u) || (each == 2 && first % 2 != 0))
            r.fault("the compartments of '" + p.name + "' are no pairs of dendrite and soma");
        for (std::size_t k = 0; k < all.size(); ++k) {
            ++placed[all[k].population][all[k].index];
            if (first + each * k >= view.dendrite.size()) view.dendrite.resize(first + each * k + 1);
            view.dendrite[first + each * k] = all[k];
            for (std::size_t e = 0; e < each; ++e)
                if (!taken.insert(first + each * k + e).second) r.fault("two neurons share a compartment");
            top = std::max(top, first + each * (k + 1));
        }
        count_registers(r, core, part, all);
    }
    r.at_most("compartments", top, std::min<std::size_t>(1024, 8192 / view.slots));
    r.at_most("compartment profiles", core.at("profiles").size(), 32);
    r.at_most("threshold profiles", core.at("thresholds").size(), 8);
}

void read_formats(Recount& r, const Json& core, CoreView& view) {
    for (const Json& row : core.at("formats")) {
        Format f{row.at("sign"),         row.at("encoding"),        row.at("weight_bits"),
                 row.at("weight_shift"), row.at("weight_exponent"), row.at("skip_bits"),
                 row.at("index_bits"),   row.at("delay_bits"),      row.at("stride")};
        const std::set<int> widths{1, 2, 3, 4, 5, 6, 8};
        const bool skips = f.encoding == "run length";
        if (widths.count(f.weight_bits) == 0 || f.exponent < -8 || f.exponent > 7 || f.index_bits < 6 ||
            f.index_bits > 10 || (skips && (f.skip_bits < 2 || f.skip_bits > 5)) ||
            (!skips && f.skip_bits != 0) || (f.delay_bits != 0 && (f.delay_bits < 3 || f.delay_bits > 6)))
            r.fault("a synapse format has fields that its registers do not hold");
        view.formats.push_back(std::move(f));
    }
    std::set<std::int64_t> subtracting;
    for (const Json& soft : core.at("soft_resets"))
        for (const Json& run : soft.at("weight")) subtracting.insert(run[1].get<std::int64_t>());
    r.at_most("synapse formats", view.formats.size() + subtracting.size(), 7);
}

int weight_of(const IntConnection& c, std::size_t output, std::size_t input) {
    if (c.first.empty()) return c.weight[output * c.inputs + input];
    const auto begin = c.column.begin() + c.first[output], end = c.column.begin() + c.first[output + 1];
    const auto found = std::lower_bound(begin, end, input);
    return found == end || *found != input ? 0 : c.weight[static_cast<std::size_t>(found - c.column.begin())];
}

bool on_grid(int mantissa, const Format& f) {
    const int unit = 1 << (8 - f.weight_bits + (f.sign == "mixed" ? 1 : 0));
    if (mantissa % unit != 0) return false;
    if (f.sign == "mixed") return mantissa >= -256 && mantissa <= 254;
    return f.sign == "excitatory" ? mantissa >= 0 && mantissa <= 255 : mantissa <= 0 && mantissa >= -255;
}

// One list, read for one source. Returns what stands in memory, and counts the synapses that it gives.
struct ListReader {
    Recount& r;
    const CoreView& view;
    Presynaptic source;
    std::size_t neuron;  // of the source
    std::size_t base;
    std::vector<std::pair<std::size_t, std::size_t>> seen{};  // (connection, compartment)
    std::size_t bits = 0, synapses = 0;
    std::vector<std::int64_t> content{};

    // The weight of the synapse that a compartment would get, 0 where there is none.
    int weight_at(const IntConnection& c, std::size_t compartment) const {
        if (compartment >= view.dendrite.size()) return 0;
        const std::optional<Neuron>& to = view.dendrite[compartment];
        return !to || to->population != c.target ? 0 : weight_of(c, to->index, neuron);
    }

    void store(std::size_t connection, const IntConnection& c, const Format& f, std::size_t compartment,
               int weight) {
        content.push_back(static_cast<std::int64_t>(compartment - base));
        content.push_back(weight);
        if (weight == 0) return;
        ++synapses;
        seen.emplace_back(connection, compartment);
        if ((!on_grid(weight * (1 << f.shift), f) && !of_nine_bits(c.weight)) ||
            f.exponent + f.shift != c.exponent)
            r.fault("a weight of '" + c.name + "' does not fit its synapse format");
    }

    void read_dense(std::size_t connection, const Format& f, std::size_t index, std::size_t count) {
        const IntConnection& c = r.network.connections[connection];
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t compartment = base + index + k * f.stride;
            store(connection, c, f, compartment, weight_at(c, compartment));
        }
    }

    // The next `count` synapses that are not 0.
    void read_listed(std::size_t connection, const Format& f, std::size_t index, std::size_t count) {
        const IntConnection& c = r.network.connections[connection];
        std::size_t skipped = 0;
        for (std::size_t compartment = base + index; count > 0; compartment += f.stride) {
            if (compartment >= view.dendrite.size())
                return r.fault("a list has more synapses than its source");
            const int weight = weight_at(c, compartment);
            if (weight == 0) {
                ++skipped;
                continue;
            }
            if (f.encoding == "run length" && skipped >= (std::size_t{1} << f.skip_bits))
                r.fault("a synapse skips more compartments than its format can");
            store(connection, c, f, compartment, weight);
            skipped = 0;
            --count;
        }
    }

    void read(const Json& entry) {
        const auto connection = entry.at(0).get<std::size_t>();
        const Format& f = view.formats.at(entry.at(1).get<std::size_t>());
        const auto index = entry.at(2).get<std::size_t>(), count = entry.at(3).get<std::size_t>();
        const IntConnection& c = r.network.connections.at(connection);
        const int delay = r.schedule.delay.at(connection);
        if (!(c.source == source)) r.fault("a list of another source has synapses of '" + c.name + "'");
        if (delay > 0 && (f.delay_bits == 0 || delay > (1 << f.delay_bits) - 2 ||
                          static_cast<std::size_t>(delay) + 2 > view.slots))
            r.fault("the delay of '" + c.name + "' does not fit its accumulator slots");
        if (count < 1 || count > 60) r.fault("an entry holds no synapse or more than 60");
        if (index >= (std::size_t{1} << f.index_bits)) r.fault("an index does not fit its bits");
        const auto value = static_cast<std::size_t>(f.weight_bits + f.delay_bits + f.skip_bits);
        const auto index_bits = static_cast<std::size_t>(f.index_bits);
        bits += 10 + (f.encoding == "sparse" ? count * (value + index_bits) : index_bits + count * value);
        for (const Json& field : {entry.at(0), entry.at(1), entry.at(3)})
            content.push_back(field.get<std::int64_t>());
        f.encoding == "dense" ? read_dense(connection, f, index, count)
                              : read_listed(connection, f, index, count);
    }
};

// A list ends at a word's end; it takes another word where nothing or fewer than six bits are left.
std::size_t words_for(std::size_t bits) {
    std::size_t words = 0, left = bits;
    for (; left >= 64; left -= 64) ++words;
    if (left > 0) ++words;
    return left == 0 || left >= 59 ? words + 1 : words;
}

void take_words(Recount& r, CoreView& view, std::size_t pointer, std::size_t words,
                const std::vector<std::int64_t>& content) {
    const auto [at, is_new] = view.memory.emplace(pointer, words);
    if (!is_new && (at->second != words || view.content[pointer] != content))
        r.fault("two sources share a list but not its synapses");
    if (is_new) view.content[pointer] = content;
}

std::size_t count_axons(Recount& r, const Json& core, CoreView& view) {
    std::size_t synapses = 0;
    std::set<std::array<std::size_t, 3>> sources;
    for (const Json& row : core.at("input_axons")) {
        const auto v = row.get<std::vector<std::int64_t>>();
        for (std::int64_t k = 0; k < v.at(3); ++k) {
            const Presynaptic source{v[0] == 0 ? Presynaptic::Kind::input : Presynaptic::Kind::population,
                                     static_cast<std::size_t>(v[1])};
            const auto neuron = static_cast<std::size_t>(v[2] + k);
            const std::int64_t base = v[8] + k * v[9];
            if (base < 0 || base > 255) r.fault("a base is beyond cxBase, 0..255");
            if (!sources.insert({static_cast<std::size_t>(v[0]), source.index, neuron}).second)
                r.fault("a source has two axons to one core");
            ListReader list{r, view, source, neuron, static_cast<std::size_t>(base)};
            for (const Json& entry : core.at("layouts").at(static_cast<std::size_t>(v[7]))) list.read(entry);
            std::sort(list.seen.begin(), list.seen.end());
            if (std::adjacent_find(list.seen.begin(), list.seen.end()) != list.seen.end())
                r.fault("a synapse is stored twice");
            const auto words = static_cast<std::size_t>(v[6]);
            if (words != words_for(list.bits)) r.fault("a list does not take the words it is given");
            r.at_most("words of one list", words, 256);
            take_words(r, view, static_cast<std::size_t>(v[4] + k * v[5]), words, list.content);
            synapses += list.synapses;
            view.axon_source.emplace_back(static_cast<std::size_t>(v[0]), source.index);
            view.axon_neuron.push_back(neuron);
        }
    }
    return synapses;
}

void count_soft_resets(Recount& r, const Json& core, CoreView& view) {
    std::set<std::size_t> parts;
    for (const Json& row : core.at("soft_resets")) {
        const auto part = row.at("part").get<std::size_t>();
        parts.insert(part);
        const auto weights = unrolled_pairs(row.at("weight"));
        const std::vector<Neuron>& all = view.part.at(part);
        if (weights.size() != all.size() || row.at("axon") != view.axon_neuron.size())
            return r.fault("the synapses of a soft reset are not those of its neurons");
        for (std::size_t k = 0; k < all.size(); ++k) {
            const IntPopulation& p = r.network.populations[all[k].population];
            const auto [mantissa, exponent] = weights[k];
            const std::int64_t wanted = at(p.reset_amount, all[k].index);
            const std::int64_t off = std::abs(mantissa * (64 << exponent) - wanted);
            // Populations that are not exact come as near as a weight can.
            const bool near = mantissa == 255 || off <= (exponent > 0 ? 64 << exponent : 64);
            if (mantissa < 0 || mantissa > 255 || exponent < 0 || exponent > 7 ||
                (exact_on_chip(p) ? off != 0 : !near))
                r.fault("a soft reset subtracts another amount");
            take_words(r, view, row.at("pointer").get<std::size_t>() + k, 1,
                       {-1, static_cast<std::int64_t>(all[k].index)});
            view.axon_source.emplace_back(2, all[k].population);
            view.axon_neuron.push_back(all[k].index);
            ++view.output_axons;
        }
    }
    for (std::size_t k = 0; k < view.part.size(); ++k)
        if (is_soft(r.network.populations[view.part[k].at(0).population]) != (parts.count(k) == 1))
            r.fault("a soft reset has no synapse that subtracts");
}

void count_memory(Recount& r, const CoreView& view) {
    std::size_t end = 0, total = 0;
    for (const auto& [pointer, words] : view.memory) {
        if (pointer < end) r.fault("two lists overlap");
        end = pointer + words;
        total += words;
    }
    r.at_most("synaptic words", std::max(end, total), 16384);
    r.at_most("input axons", view.axon_neuron.size(), 4096);
}

using CoreKey = std::pair<std::size_t, std::size_t>;  // chip, core

// Follows one row of output axons; each input axon is to be reached once.
void follow(Recount& r, std::map<CoreKey, CoreView>& cores, const CoreKey& to, std::size_t axon,
            std::size_t kind, std::size_t index, std::size_t neuron,
            std::map<CoreKey, std::vector<int>>& reached) {
    const auto found = cores.find(to);
    if (found == cores.end() || axon >= found->second.axon_neuron.size())
        return r.fault("an output axon leads nowhere");
    if (found->second.axon_source[axon] != std::pair{kind, index} ||
        found->second.axon_neuron[axon] != neuron)
        r.fault("an output axon leads to the list of another source");
    std::vector<int>& counts = reached[to];
    counts.resize(found->second.axon_neuron.size());
    ++counts[axon];
}

void count_outputs(Recount& r, const Json& document, std::map<CoreKey, CoreView>& cores) {
    std::map<CoreKey, std::vector<int>> reached;
    for (std::size_t i = 0; i < document.at("inputs").size(); ++i)
        for (const Json& row : document.at("inputs")[i].at("output_axons")) {
            const auto v = row.get<std::vector<std::size_t>>();
            for (std::size_t k = 0; k < v.at(1); ++k)
                follow(r, cores, {v.at(2), v.at(3)}, v.at(4) + k, 0, i, v[0] + k, reached);
        }
    for (const Json& core : document.at("cores")) {
        const CoreKey from{core.at("chip"), core.at("core")};
        r.where = fmt::format("chip {}, core {}: ", from.first, from.second);
        CoreView& view = cores.at(from);
        for (const Json& row : core.at("output_axons")) {
            const auto v = row.get<std::vector<std::size_t>>();
            for (std::size_t k = 0; k < v.at(2); ++k) {
                const Neuron& neuron = view.part.at(v[0]).at(v[1] + k);
                follow(r, cores, {v.at(3), v.at(4)}, v.at(5) + k, 1, neuron.population, neuron.index,
                       reached);
                view.output_axons += v[3] == from.first ? 1 : 2;
            }
        }
        r.at_most("output axons", view.output_axons, 4096);
    }
    r.where.clear();
    for (const auto& [key, view] : cores)
        for (std::size_t axon = 0; axon < view.axon_neuron.size(); ++axon)
            if (view.axon_source[axon].first != 2 && (reached[key].size() <= axon || reached[key][axon] != 1))
                r.fault("an input axon is not reached once");
}

void count(Recount& r, const Json& document) {
    std::vector<std::vector<int>> placed;
    for (const IntPopulation& p : r.network.populations) placed.emplace_back(neurons(p));
    std::map<CoreKey, CoreView> cores;
    std::size_t synapses = 0, expected = 0;
    for (const Json& core : document.at("cores")) {
        const CoreKey key{core.at("chip"), core.at("core")};
        r.where = fmt::format("chip {}, core {}: ", key.first, key.second);
        if (key.first >= document.at("chips").get<std::size_t>() || key.second >= 128)
            r.fault("there is no such core: a chip has 128");
        if (cores.count(key) == 1) r.fault("is listed twice");
        CoreView& view = cores[key];
        count_compartments(r, document, core, placed, view);
        read_formats(r, core, view);
        synapses += count_axons(r, core, view);
        count_soft_resets(r, core, view);
        count_memory(r, view);
        view.content.clear();
        view.dendrite.clear();
    }
    r.where.clear();
    for (std::size_t p = 0; p < placed.size(); ++p)
        if (std::any_of(placed[p].begin(), placed[p].end(), [](int n) { return n != 1; }))
            r.fault("a neuron of '" + r.network.populations[p].name + "' is not placed once");
    for (const IntConnection& c : r.network.connections)
        expected +=
            c.weight.size() - static_cast<std::size_t>(std::count(c.weight.begin(), c.weight.end(), 0));
    if (synapses != expected)
        r.fault(fmt::format("{} synapses are stored, the network has {}", synapses, expected));
    count_outputs(r, document, cores);
}

}  // namespace

std::vector<std::string> recount(const IntNetwork& network, const Schedule& schedule,
                                 const std::string& mapping) {
    Recount r{network, schedule};
    try {
        count(r, Json::parse(mapping));
    } catch (const std::exception& e) {
        r.fault(std::string("cannot be read: ") + e.what());
    }
    return std::move(r.faults);
}

}  // namespace synfire::loihi
