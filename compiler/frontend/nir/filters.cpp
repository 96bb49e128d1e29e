// i[t] = alpha i[t-1] + x, v[t] = beta v[t-1] + i[t]: two decays, of which a Threshold or Output uses none
// and a LIF one.
#include "compiler/frontend/nir/filters.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace synfire::nir {
namespace {

struct Filter {
    PerNeuron alpha{0.0}, beta{0.0};

    friend bool operator==(const Filter&, const Filter&) = default;
};

PerNeuron shortened(const PerNeuron& values) {
    return all_equal(values, values.front()) ? PerNeuron{values.front()} : values;
}

// The step of a path at which it leads through a neuron.
std::optional<std::size_t> potential_in(const Graph& graph, const Path& path) {
    for (std::size_t k = 0; k < path.steps.size(); ++k)
        if (graph.nodes[path.steps[k].node].role == Role::neuron) return k;
    return std::nullopt;
}

bool keeps_places(const Node& node) {
    return node.role == Role::port || node.role == Role::output || node.type == "Scale" ||
           node.type == "Delay" || node.type == "Flatten";
}

struct TakeOver {
    const Graph& graph;
    const Node& reader;
    const std::map<std::size_t, FoldedNeuron>& folded;

    [[noreturn]] void refuse(const Node& potential, const std::string& reason,
                             const std::string& expected) const {
        throw InputError(about(
            graph, reader, "",
            fmt::format("reads '{}' ({}), which has no spikes: {}", potential.name, potential.type, reason),
            expected,
            "connect the potential to an Output or a Threshold, or write the filters as one "
            "CubaLIF"));
    }

    Filter filter_of(const Path& path, std::size_t k) const {
        const Node& potential = graph.nodes[path.steps[k].node];
        const Population& p = folded.at(path.steps[k].node).population;
        const Filter filter{shortened(p.alpha), shortened(p.beta)};
        const bool same = filter.alpha.size() == 1 && filter.beta.size() == 1;
        const bool in_place =
            std::all_of(path.steps.begin() + static_cast<std::ptrdiff_t>(k) + 1, path.steps.end(),
                        [&](const Path::Step& s) { return keeps_places(graph.nodes[s.node]); });
        if (!same && !in_place)
            refuse(potential, "its time constants differ and weights mix its values",
                   "one time constant for all its neurons");
        return filter;
    }
};

}  // namespace

void take_over_filter(const Graph& graph, std::size_t node, const std::vector<Path>& paths,
                      const std::map<std::size_t, FoldedNeuron>& folded, Population& population,
                      Report& report) {
    const TakeOver take{graph, graph.nodes[node], folded};
    std::optional<Filter> filter;
    const Node* first = nullptr;
    std::size_t potentials = 0;
    for (const Path& path : paths) {
        const std::optional<std::size_t> k = potential_in(graph, path);
        if (!k) continue;
        const Filter found = take.filter_of(path, *k);
        const Node& potential = graph.nodes[path.steps[*k].node];
        ++potentials;
        if (filter && !(*filter == found))
            take.refuse(potential, fmt::format("'{}' has other time constants", first->name),
                        "the same for both");
        filter = found;
        first = &potential;
    }
    if (!filter) return;
    if (potentials != paths.size()) take.refuse(*first, "spikes reach the node as well", "potentials only");
    const Node& reader = graph.nodes[node];
    if (reader.type == "Threshold" || reader.role == Role::output) {
        population.alpha = filter->alpha;
        population.beta = filter->beta;
    } else if (all_equal(filter->alpha, 0) && all_equal(population.alpha, 0)) {
        population.alpha = filter->beta;
    } else {
        take.refuse(*first, "there are three filters in a row", "two at most");
    }
    report.note(
        about(graph, reader, "",
              fmt::format("has a potential of its own that follows '{}' ({}), since connections carry "
                          "spikes; '{}' is kept as a readout",
                          first->name, first->type, first->name),
              "", ""));
}

}  // namespace synfire::nir
