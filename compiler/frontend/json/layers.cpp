// Names and order of layers.
#include "compiler/frontend/json/layers.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/json/rules.hpp"

namespace synfire::json {
namespace {

using Names = std::map<std::string, std::size_t>;

Names read_names(const Value& layers, LayerGraph& graph, const std::string& file, Report& report) {
    Names names = {{"input", from_input}};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        LayerNode node;
        node.name = layer_name(layers[i], i);
        node.place = {file, node_text(layers[i], i), child("/layers", i)};
        if (!names.emplace(node.name, i).second)
            report.error(complaint(inside(node.place, "name"),
                                   fmt::format("the name '{}' is used twice", node.name),
                                   "a name of its own for each layer, other than \"input\"",
                                   "rename one of them; a layer without a name is called layerK"));
        graph.nodes.push_back(node);
    }
    return names;
}

// Adds one source of a layer, named in the file.
void add_source(const std::string& wanted, const Names& names, LayerGraph& graph, std::size_t layer,
                const Place& place, Report& report) {
    const auto found = names.find(wanted);
    if (found == names.end()) {
        report.error(complaint(place, fmt::format("there is no layer {}", shown(wanted)),
                               "the name of a layer, or \"input\"",
                               "check the spelling; names are case sensitive"));
        return;
    }
    graph.nodes[layer].sources.push_back(found->second);
    if (found->second != from_input) ++graph.nodes[found->second].readers;
}

// Kahn's algorithm; among the layers that are ready, the first of the file comes first.
void sort(LayerGraph& graph, Report& report) {
    std::vector<std::size_t> waiting_for(graph.nodes.size(), 0);
    std::vector<std::vector<std::size_t>> readers(graph.nodes.size());
    std::set<std::size_t> ready;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        for (const std::size_t s : graph.nodes[i].sources)
            if (s != from_input) {
                ++waiting_for[i];
                readers[s].push_back(i);
            }
        if (waiting_for[i] == 0) ready.insert(i);
    }
    while (!ready.empty()) {
        const std::size_t next = *ready.begin();
        ready.erase(ready.begin());
        graph.order.push_back(next);
        for (const std::size_t reader : readers[next])
            if (--waiting_for[reader] == 0) ready.insert(reader);
    }
    for (std::size_t i = 0; i < graph.nodes.size() && graph.order.size() < graph.nodes.size(); ++i)
        if (waiting_for[i] != 0) {
            report.error(complaint(inside(graph.nodes[i].place, "from"),
                                   "the layer depends on its own output, or on a layer that does",
                                   "layers without a cycle",
                                   "feedback within a neuron layer is written as \"recurrent\""));
            return;
        }
}

}  // namespace

LayerGraph read_graph(const Value& document, const std::string& file, Report& report) {
    const Value& layers = document["layers"];
    LayerGraph graph;
    const std::size_t before = report.diagnostics.size();
    const Names names = read_names(layers, graph, file, report);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const Place place = inside(graph.nodes[i].place, "from");
        const Value from = layers[i].value("from", Value());
        if (from.is_null()) {
            graph.nodes[i].sources = {i == 0 ? from_input : i - 1};
            if (i > 0) ++graph.nodes[i - 1].readers;
        } else if (from.is_string()) {
            add_source(from, names, graph, i, place, report);
        } else {
            for (std::size_t s = 0; s < from.size(); ++s)
                add_source(from[s], names, graph, i, {place.file, place.node, child(place.pointer, s)},
                           report);
        }
    }
    if (report.diagnostics.size() == before) sort(graph, report);
    return graph;
}

}  // namespace synfire::json
