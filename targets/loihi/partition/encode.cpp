#include "targets/loihi/partition/encode.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

constexpr std::size_t entry_bits = 4 + 6;
constexpr std::uint32_t bases = 256;  // values of cxBase
constexpr int least_skip_bits = 2, most_skip_bits = 5;

// dense, sparse, and run length with 2..5 skip bits
constexpr std::size_t option_count = 2 + most_skip_bits - least_skip_bits + 1;
using Costs = std::array<std::size_t, option_count>;

Encoding encoding_of(std::size_t option) {
    return option == 0 ? Encoding::dense : option == 1 ? Encoding::sparse : Encoding::run_length;
}
int skip_bits_of(std::size_t option) {
    return option < 2 ? 0 : least_skip_bits + static_cast<int>(option) - 2;
}

// Synapses of one list that one connection makes.
struct Run {
    const Synapse* first;
    const Synapse* last;
};

template <class Visit>
void for_each_run(const Lists& lists, std::size_t list, Visit visit) {
    const Synapse* at = lists.synapses.data() + lists.first[list];
    const Synapse* const end = lists.synapses.data() + lists.first[list + 1];
    while (at != end) {
        const Synapse* last = at;
        while (last != end && last->connection == at->connection) ++last;
        visit(Run{at, last});
        at = last;
    }
}

std::size_t value_bits(const SynapseFormat& f) {
    return static_cast<std::size_t>(f.weight.bits + f.delay_bits);
}

// Calls visit(first synapse, count) for every entry of the run; a dense entry counts compartments and bridges
// a gap where that is cheaper than another entry.
template <class Visit>
void for_each_entry(const Run& run, const SynapseFormat& f, Visit visit) {
    const std::size_t stride = static_cast<std::size_t>(f.stride);
    const std::size_t widest_gap =
        f.encoding == Encoding::sparse ? SIZE_MAX
        : f.encoding == Encoding::run_length
            ? std::size_t{1} << f.skip_bits
            : 1 + (entry_bits + static_cast<std::size_t>(f.index_bits)) / value_bits(f);
    const Synapse* first = run.first;
    std::size_t count = 1;
    for (const Synapse* s = run.first + 1; s < run.last; ++s) {
        const std::size_t gap = (s->compartment - (s - 1)->compartment) / stride;
        const std::size_t more = f.encoding == Encoding::dense ? gap : 1;
        if (gap <= widest_gap && count + more <= synapses_per_entry) {
            count += more;
            continue;
        }
        visit(first, count);
        first = s;
        count = 1;
    }
    visit(first, count);
}

std::size_t bits_of(const SynapseFormat& f, std::size_t entries, std::size_t synapses) {
    const auto index = static_cast<std::size_t>(f.index_bits);
    const std::size_t each =
        value_bits(f) + static_cast<std::size_t>(f.skip_bits) + (f.encoding == Encoding::sparse ? index : 0);
    return entries * (entry_bits + (f.encoding == Encoding::sparse ? 0 : index)) + synapses * each;
}

std::size_t bits_of(const Run& run, const SynapseFormat& f) {
    std::size_t entries = 0, synapses = 0;
    for_each_entry(run, f, [&](const Synapse*, std::size_t count) {
        ++entries;
        synapses += count;
    });
    return bits_of(f, entries, synapses);
}

// exact: of every option; else of those that can be the cheapest, the others at least what they take.
Costs costs_of(const Run& run, SynapseFormat f, bool exact) {
    Costs costs{};
    const auto n = static_cast<std::size_t>(run.last - run.first);
    const std::size_t entries = (n + synapses_per_entry - 1) / synapses_per_entry;
    const bool without_gap =
        (run.last[-1].compartment - run.first->compartment) == (n - 1) * static_cast<std::size_t>(f.stride);
    for (std::size_t o = 0; o < option_count; ++o) {
        f.encoding = encoding_of(o);
        f.skip_bits = skip_bits_of(o);
        const std::size_t least = bits_of(f, entries, n);
        const bool walk = f.encoding != Encoding::sparse && !without_gap &&
                          (exact || f.encoding == Encoding::dense || least < std::min(costs[0], costs[1]));
        costs[o] = walk ? bits_of(run, f) : least;
    }
    return costs;
}

// Which option each run of a connection may take.
struct Choice {
    std::size_t run_length = 2;       // the option whose skip bits serve the connection best
    std::size_t only = option_count;  // one option for all its runs, or none

    std::size_t operator()(const Costs& costs) const {
        if (only < option_count) return only;
        std::size_t best = costs[1] < costs[0] ? 1 : 0;
        return costs[run_length] < costs[best] ? run_length : best;
    }
};

struct Encoder {
    const Wiring& wiring;
    const Lists& lists;
    int index_bits;
    std::vector<Costs> costs{};               // per run, in order
    std::map<std::size_t, Choice> choices{};  // per connection

    SynapseFormat format(std::size_t connection, std::size_t option) const {
        return {wiring.weights[connection],
                encoding_of(option),
                skip_bits_of(option),
                index_bits,
                static_cast<int>(delay_bits(wiring.delay[connection])),
                static_cast<int>(wiring.compartments[wiring.network.connections[connection].target])};
    }

    void measure(bool exact) {
        costs.clear();
        std::map<std::size_t, Costs> totals;
        std::size_t connection = SIZE_MAX;
        SynapseFormat f;
        Costs* total = nullptr;
        for (std::size_t list = 0; list < lists.source.size(); ++list)
            for_each_run(lists, list, [&](const Run& run) {
                if (run.first->connection != connection) {
                    connection = run.first->connection;
                    f = format(connection, 0);
                    total = &totals[connection];
                }
                costs.push_back(costs_of(run, f, exact));
                for (std::size_t o = 0; o < option_count; ++o) (*total)[o] += costs.back()[o];
            });
        for (const auto& [c, t] : totals)
            choices[c].run_length =
                static_cast<std::size_t>(std::min_element(t.begin() + 2, t.end()) - t.begin());
    }

    std::vector<SynapseFormat> formats() const {
        std::vector<SynapseFormat> used;
        for_each_choice([&](std::size_t, std::size_t connection, std::size_t option) {
            const SynapseFormat f = format(connection, option);
            if (used.empty() || used.back() != f)
                if (std::find(used.begin(), used.end(), f) == used.end()) used.push_back(f);
        });
        std::sort(used.begin(), used.end());
        return used;
    }

    // One encoding per connection, the one that is cheapest over all its lists.
    void restrict_formats() {
        measure(true);
        std::map<std::size_t, Costs> totals;
        std::size_t run = 0;
        for_each_choice([&](std::size_t, std::size_t connection, std::size_t) {
            for (std::size_t o = 0; o < option_count; ++o) totals[connection][o] += costs[run][o];
            ++run;
        });
        for (const auto& [c, t] : totals)
            choices[c].only = static_cast<std::size_t>(std::min_element(t.begin(), t.end()) - t.begin());
    }

    // visit(list, connection, option) run by run.
    template <class Visit>
    void for_each_choice(Visit visit) const {
        std::size_t run = 0;
        for (std::size_t list = 0; list < lists.source.size(); ++list)
            for_each_run(lists, list, [&](const Run& r) {
                const std::size_t c = r.first->connection;
                visit(list, c, choices.at(c)(costs[run++]));
            });
    }
};

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

struct Sharing {
    const Lists& lists;
    std::vector<std::uint32_t> lowest{};                            // compartment per list
    std::unordered_multimap<std::uint64_t, std::uint32_t> known{};  // hash -> list

    explicit Sharing(const Lists& all) : lists(all) {
        for (std::size_t list = 0; list < lists.source.size(); ++list) {
            std::uint32_t low = UINT32_MAX;
            for (std::uint32_t k = lists.first[list]; k < lists.first[list + 1]; ++k)
                low = std::min(low, lists.synapses[k].compartment);
            lowest.push_back(low);
        }
    }

    // What cxBase adds; what it cannot reach stays in the list.
    std::uint32_t base(std::size_t list) const { return lowest[list] % bases; }

    bool same(std::size_t a, std::size_t b) const {
        const std::uint32_t n = lists.first[a + 1] - lists.first[a];
        if (lists.first[b + 1] - lists.first[b] != n) return false;
        for (std::uint32_t k = 0; k < n; ++k) {
            const Synapse& x = lists.synapses[lists.first[a] + k];
            const Synapse& y = lists.synapses[lists.first[b] + k];
            if (x.weight != y.weight || x.connection != y.connection ||
                x.compartment - base(a) != y.compartment - base(b))
                return false;
        }
        return true;
    }

    // The first list that this one equals, or itself.
    std::uint32_t representative(std::uint32_t list) {
        std::uint64_t hash = 0;
        for (std::uint32_t k = lists.first[list]; k < lists.first[list + 1]; ++k) {
            const Synapse& s = lists.synapses[k];
            hash =
                mixed(hash, (std::uint64_t{s.compartment - base(list)} << 32) ^
                                (std::uint64_t{s.connection} << 16) ^ static_cast<std::uint16_t>(s.weight));
        }
        const auto [first, last] = known.equal_range(hash);
        for (auto at = first; at != last; ++at)
            if (same(at->second, list)) return at->second;
        known.emplace(hash, list);
        return list;
    }
};

// Every list gets its words; equal ones the same.
void store(const Lists& lists, const std::vector<std::size_t>& bits, CoreMemory& memory) {
    Sharing sharing(lists);
    std::vector<std::uint32_t> place(lists.source.size());
    for (std::uint32_t list = 0; list < lists.source.size(); ++list) {
        const std::uint32_t first = sharing.representative(list);
        if (first == list) {
            const std::size_t words = words_of_bits(bits[list]);
            place[list] = static_cast<std::uint32_t>(memory.stored.size());
            memory.stored.push_back(
                {static_cast<std::uint32_t>(memory.words), static_cast<std::uint32_t>(words), list});
            memory.words += words;
            memory.longest = std::max(memory.longest, words);
            memory.synapses += lists.first[list + 1] - lists.first[list];
        }
        memory.list_of.push_back(place[first]);
        memory.base.push_back(static_cast<std::uint8_t>(sharing.base(list)));
    }
}

void add_entries(const Encoder& encoder, CoreMemory& memory) {
    std::size_t run = 0;
    for (std::uint32_t list = 0; list < encoder.lists.source.size(); ++list) {
        StoredList& stored = memory.stored[memory.list_of[list]];
        for_each_run(encoder.lists, list, [&](const Run& r) {
            const std::size_t c = r.first->connection;
            const SynapseFormat f = encoder.format(c, encoder.choices.at(c)(encoder.costs[run++]));
            if (stored.list != list) return;
            const auto format = static_cast<std::size_t>(
                std::lower_bound(memory.formats.begin(), memory.formats.end(), f) - memory.formats.begin());
            for_each_entry(r, f, [&](const Synapse* first, std::size_t count) {
                stored.entries.push_back(
                    {c, format, first->compartment - memory.base[list], static_cast<std::uint32_t>(count)});
            });
        });
    }
}

}  // namespace

std::size_t words_of_bits(std::size_t bits) {
    const std::size_t rest = bits % 64;
    return (bits + 63) / 64 + (rest == 0 || rest >= 59 ? 1 : 0);
}

int index_bits(std::size_t index_top) {
    int bits = 6;
    while ((std::size_t{1} << bits) <= index_top) ++bits;
    return bits;
}

CoreMemory encode(const Wiring& wiring, const Lists& lists, const EncodeOptions& options) {
    Encoder encoder{wiring, lists, index_bits(options.index_top)};
    encoder.measure(false);
    CoreMemory memory;
    memory.formats = encoder.formats();
    if (memory.formats.size() > options.most_formats) {
        encoder.restrict_formats();
        memory.formats = encoder.formats();
    }
    std::vector<std::size_t> bits(lists.source.size());
    std::size_t run = 0;
    encoder.for_each_choice([&](std::size_t list, std::size_t, std::size_t option) {
        bits[list] += encoder.costs[run++][option];
    });
    store(lists, bits, memory);
    if (options.entries) add_entries(encoder, memory);
    return memory;
}

}  // namespace synfire::loihi
