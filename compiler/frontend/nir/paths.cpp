// A walk against the edges. A bias is added to a sum once, so the first path through a node carries it.
#include "compiler/frontend/nir/paths.hpp"

#include <fmt/format.h>

namespace synfire::nir {
namespace {

constexpr std::size_t most_paths = 256;  // sums of sums multiply

struct Walk {
    const Graph& graph;
    std::size_t target;
    std::vector<Path::Step> open;  // from the target back; bias: not yet carried
    std::vector<Path> paths;

    void emit(std::size_t source) {
        if (paths.size() == most_paths)
            throw InputError(about(graph, graph.nodes[target], "", "adds up too many paths",
                                   fmt::format("at most {}", most_paths),
                                   "put a neuron between sums of sums, or remove duplicated edges"));
        Path path;
        path.source = source;
        path.steps.assign(open.rbegin(), open.rend());
        for (Path::Step& step : open) step.bias = false;
        paths.push_back(std::move(path));
    }

    // A neuron ends the path, unless its potential is read: then the path leads on through it, once.
    void follow(std::size_t n, bool through = true) {
        const Node& node = graph.nodes[n];
        const bool potential = node.role == Role::neuron && has_potential_only(node);
        if (node.role == Role::input || (node.role == Role::neuron && !(potential && through)))
            return emit(n);
        open.push_back({n, true});
        for (const std::size_t source : node.from) follow(source, through && !potential);
        open.pop_back();
    }
};

}  // namespace

bool has_potential_only(const Node& node) {
    return node.type == "I" || node.type == "LI" || node.type == "CubaLI";
}

std::vector<Path> paths_to(const Graph& graph, std::size_t target) {
    Walk walk{graph, target, {}, {}};
    for (const std::size_t source : graph.nodes[target].from) walk.follow(source);
    return std::move(walk.paths);
}

std::size_t unchanged_source(const Graph& graph, std::size_t node) {
    const auto passes = [](const Node& n) {
        return (n.role == Role::port || n.role == Role::output || n.type == "Flatten") && n.from.size() == 1;
    };
    while (passes(graph.nodes[node])) node = graph.nodes[node].from.front();
    return node;
}

}  // namespace synfire::nir
