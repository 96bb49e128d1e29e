// Flooding along and against the edges.
#include "compiler/frontend/nir/reach.hpp"

#include <algorithm>

namespace synfire::nir {
namespace {

// The nodes that can be reached from those of a role.
std::vector<bool> flood(const Graph& graph, Role from, bool along_edges) {
    const std::size_t count = graph.nodes.size();
    std::vector<std::vector<std::size_t>> next(count);
    std::vector<std::size_t> open;
    for (std::size_t n = 0; n < count; ++n) {
        if (graph.nodes[n].role == from) open.push_back(n);
        for (const std::size_t source : graph.nodes[n].from)
            along_edges ? next[source].push_back(n) : next[n].push_back(source);
    }
    std::vector<bool> reached(count, false);
    while (!open.empty()) {
        const std::size_t n = open.back();
        open.pop_back();
        if (reached[n]) continue;
        reached[n] = true;
        for (const std::size_t other : next[n])
            if (!reached[other]) open.push_back(other);
    }
    return reached;
}

}  // namespace

void check_reach(const Graph& graph, Report& report) {
    const std::vector<bool> entered = flood(graph, Role::input, true);
    const std::vector<bool> used = flood(graph, Role::output, false);
    bool path = false;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const Node& node = graph.nodes[n];
        path = path || (entered[n] && node.role == Role::output);
        if (node.from.empty() && node.readers > 0 && node.role != Role::neuron && node.role != Role::input)
            report.error(about(graph, node, "", "is read, but no edge enters it", "",
                               "connect it, or remove it and its edges"));
        else if (!entered[n])
            report.warning(about(graph, node, "", "no Input leads to it", "", "check the edges"));
        else if (!used[n])
            report.warning(about(graph, node, "", "leads to no Output", "", "check the edges"));
    }
    if (!path)
        report.error(about(graph, {}, "edges", "no path leads from an Input to an Output", "",
                           "nodes and edges must include an Input and an Output node"));
}

}  // namespace synfire::nir
