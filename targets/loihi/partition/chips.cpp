// Chips in the order of the layers are right for a chain; METIS finds better ones where layers branch. The
// better of the two is taken.
#include "targets/loihi/partition/chips.hpp"

#include <algorithm>
#include <map>
#include <metis.h>

#include "compiler/support/report.hpp"
#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

// Axons between cores, both directions added, as METIS takes a graph.
struct Graph {
    std::vector<idx_t> first, neighbour, weight;
};

Graph graph_of(const Wiring& w, const std::vector<Core>& cores) {
    const std::vector<std::uint32_t> home = home_of_sources(w, cores);
    std::vector<std::map<std::size_t, idx_t>> edges(cores.size());
    for (std::size_t to = 0; to < cores.size(); ++to)
        for (const std::uint32_t source : cores[to].use.sources) {
            const std::size_t from = home[source];
            if (from == no_core || from == to) continue;
            ++edges[from][to];
            ++edges[to][from];
        }
    Graph graph{{0}, {}, {}};
    for (const auto& row : edges) {
        for (const auto& [to, axons] : row) {
            graph.neighbour.push_back(static_cast<idx_t>(to));
            graph.weight.push_back(axons);
        }
        graph.first.push_back(static_cast<idx_t>(graph.neighbour.size()));
    }
    return graph;
}

std::size_t crossing(const Graph& graph, const std::vector<idx_t>& chip) {
    std::size_t twice = 0;
    for (std::size_t core = 0; core < chip.size(); ++core)
        for (idx_t k = graph.first[core]; k < graph.first[core + 1]; ++k) {
            const auto e = static_cast<std::size_t>(k);
            if (chip[core] != chip[static_cast<std::size_t>(graph.neighbour[e])])
                twice += static_cast<std::size_t>(graph.weight[e]);
        }
    return twice / 2;
}

std::vector<idx_t> in_order(std::size_t cores) {
    std::vector<idx_t> chip(cores);
    for (std::size_t i = 0; i < cores; ++i) chip[i] = static_cast<idx_t>(i / cores_per_chip);
    return chip;
}

// METIS balances about, not exactly: cores of a chip that has too many move, those first that lose least.
void move_surplus(const Graph& graph, std::size_t chips, std::vector<idx_t>& chip) {
    std::vector<std::size_t> count(chips);
    for (const idx_t c : chip) ++count[static_cast<std::size_t>(c)];
    for (std::size_t full = 0; full < chips; ++full)
        while (count[full] > cores_per_chip) {
            std::size_t best_core = 0, best_chip = 0;
            std::int64_t best = INT64_MIN;
            for (std::size_t core = 0; core < chip.size(); ++core) {
                if (static_cast<std::size_t>(chip[core]) != full) continue;
                std::vector<std::int64_t> to(chips);
                for (idx_t k = graph.first[core]; k < graph.first[core + 1]; ++k) {
                    const auto e = static_cast<std::size_t>(k);
                    to[static_cast<std::size_t>(chip[static_cast<std::size_t>(graph.neighbour[e])])] +=
                        graph.weight[e];
                }
                for (std::size_t c = 0; c < chips; ++c) {
                    if (count[c] >= cores_per_chip || to[c] - to[full] <= best) continue;
                    best = to[c] - to[full];
                    best_core = core;
                    best_chip = c;
                }
            }
            chip[best_core] = static_cast<idx_t>(best_chip);
            --count[full];
            ++count[best_chip];
        }
}

std::vector<idx_t> by_metis(Graph& graph, std::size_t cores, std::size_t chips) {
    std::vector<idx_t> chip(cores);
    idx_t n = static_cast<idx_t>(cores), constraints = 1, parts = static_cast<idx_t>(chips), cut = 0;
    real_t imbalance = static_cast<real_t>(chips * cores_per_chip) / static_cast<real_t>(cores);
    imbalance = std::max(imbalance, static_cast<real_t>(1.001));
    idx_t options[METIS_NOPTIONS];
    METIS_SetDefaultOptions(options);
    options[METIS_OPTION_SEED] = 1;
    const int status =
        METIS_PartGraphKway(&n, &constraints, graph.first.data(), graph.neighbour.data(), nullptr, nullptr,
                            graph.weight.data(), &parts, nullptr, &imbalance, options, &cut, chip.data());
    if (status != METIS_OK) SYNFIRE_BUG("METIS refuses the graph of cores");
    move_surplus(graph, chips, chip);
    return chip;
}

// Chips in the order of the first core on them, cores in their order.
void number(const std::vector<idx_t>& chip, std::size_t chips, std::vector<Core>& cores) {
    std::vector<std::size_t> renamed(chips, SIZE_MAX), count(chips);
    std::size_t next = 0;
    for (std::size_t i = 0; i < cores.size(); ++i) {
        std::size_t& name = renamed[static_cast<std::size_t>(chip[i])];
        if (name == SIZE_MAX) name = next++;
        cores[i].chip = name;
        cores[i].number = count[name]++;
    }
    std::stable_sort(cores.begin(), cores.end(),
                     [](const Core& a, const Core& b) { return a.chip < b.chip; });
}

}  // namespace

std::vector<std::uint32_t> home_of_sources(const Wiring& w, const std::vector<Core>& cores) {
    std::vector<std::uint32_t> home(w.sources, no_core);
    for (std::size_t i = 0; i < cores.size(); ++i)
        for (const Part& part : cores[i].parts) {
            const std::size_t base = w.first_source_of_population[part.population];
            for_each_neuron(w.axes[part.population], part.box, [&](std::size_t j, std::size_t) {
                home[base + j] = static_cast<std::uint32_t>(i);
            });
        }
    return home;
}

ChipPlan assign_chips(const Wiring& w, std::vector<Core>& cores) {
    ChipPlan plan{chips_for(cores.size()), 0, 0};
    std::vector<idx_t> chip = in_order(cores.size());
    if (plan.chips > 1) {
        Graph graph = graph_of(w, cores);
        plan.crossing = plan.crossing_in_order = crossing(graph, chip);
        const std::vector<idx_t> other = by_metis(graph, cores.size(), plan.chips);
        if (const std::size_t axons = crossing(graph, other); axons < plan.crossing) {
            plan.crossing = axons;
            chip = other;
        }
    }
    number(chip, plan.chips, cores);
    return plan;
}

}  // namespace synfire::loihi
