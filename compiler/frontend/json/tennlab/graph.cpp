// "values" are read by the "index" that "Properties" gives to a name.
#include "compiler/frontend/json/tennlab/graph.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "compiler/network/network.hpp"

namespace synfire::json {
namespace {

const char* const see_format = "the framework's network_tool writes complete files";

const Value& list_at(const Value& object, const char* field, const Place& place) {
    if (!object.contains(field) || !object[field].is_array())
        fail(inside(place, field), "is missing", "a list", see_format);
    return object[field];
}

Place at_index(const Place& place, std::size_t index) {
    return {place.file, place.node, child(place.pointer, index)};
}

std::uint32_t id_at(const Value& value, const Place& place) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 0xffffffffu)
        fail(place, fmt::format("is {}", shown(value)), "the id of a node, a whole number below 2^32",
             see_format);
    return value.get<std::uint32_t>();
}

void allow(const Value& object, const std::vector<std::string>& fields, const Place& place) {
    if (!object.is_object()) fail(place, fmt::format("is {}", shown(object)), "an object", see_format);
    for (const auto& [key, value] : object.items())
        if (std::find(fields.begin(), fields.end(), key) == fields.end())
            fail(inside(place, key), "is not a field of the format here",
                 fmt::format("{}", fmt::join(fields, ", ")), "remove it");
}

// Name of a property -> index in "values".
using Properties = std::map<std::string, std::size_t>;

Properties read_properties(const Value& document, const char* kind, const std::vector<std::string>& wanted,
                           const std::string& file) {
    const Place root{file, "", "/Properties"};
    if (!document["Properties"].is_object())
        fail(root, "is missing", "an object with node, edge and network properties", see_format);
    const Value& list = list_at(document["Properties"], kind, root);
    const Place place = inside(root, kind);
    Properties properties;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Place at = at_index(place, i);
        const Value name = list[i].is_object() ? list[i].value("name", Value()) : Value();
        const Value index = list[i].is_object() ? list[i].value("index", Value()) : Value();
        if (!name.is_string() || !index.is_number_unsigned() || list[i].value("size", Value(1)) != 1)
            fail(at, "is not a property of one value", "\"name\", \"index\" and \"size\": 1", see_format);
        if (std::find(wanted.begin(), wanted.end(), name) == wanted.end())
            fail(inside(at, "name"), fmt::format("{} means nothing to RISP here", shown(name)),
                 wanted.empty() ? "no properties" : fmt::format("{}", fmt::join(wanted, ", ")),
                 "was the network made for another processor?");
        if (!properties.emplace(name.get<std::string>(), index.get<std::size_t>()).second)
            fail(inside(at, "name"), fmt::format("{} appears twice", shown(name)), "", "remove one of them");
    }
    for (const std::string& name : wanted)
        if (properties.count(name) == 0)
            fail(place, fmt::format("has no property \"{}\"", name),
                 fmt::format("{}", fmt::join(wanted, ", ")), see_format);
    return properties;
}

// The value of one property of a node or an edge.
double property(const Value& object, const Properties& properties, const std::string& name,
                const Place& place) {
    const Value& values = list_at(object, "values", place);
    const Place at = inside(place, "values");
    const std::size_t index = properties.at(name);
    if (values.size() != properties.size() || index >= values.size())
        fail(at, fmt::format("has {} values", values.size()),
             fmt::format("{}, one for each property", properties.size()), see_format);
    return number_at(values[index], at_index(at, index));
}

// A whole number stored as a double, such as a delay.
std::size_t whole(double value, std::size_t least, std::size_t most, const std::string& name,
                  const Place& place, const std::string& hint) {
    if (value != std::floor(value) || value < static_cast<double>(least) || value > static_cast<double>(most))
        fail(inside(place, "values"), fmt::format("{} is {}", name, value),
             fmt::format("a whole number from {} to {}", least, most), hint);
    return static_cast<std::size_t>(value);
}

// RISP itself compares v >= threshold; where the threshold does not count, it raises it.
double comparable(double threshold, const RispParameters& p) {
    if (p.threshold_inclusive) return threshold;
    return threshold + (p.discrete ? 1.0 : 0.0000001);
}

std::vector<RispNode> read_nodes(const Value& document, const RispParameters& p, const std::string& file) {
    const bool configurable = p.leak_mode == LeakMode::configurable;
    const Properties properties = read_properties(
        document, "node_properties",
        configurable ? std::vector<std::string>{"Threshold", "Leak"} : std::vector<std::string>{"Threshold"},
        file);
    const Value& list = list_at(document, "Nodes", {file, "", ""});
    std::vector<RispNode> nodes;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Place place{file, "", child("/Nodes", i)};
        allow(list[i], {"id", "values", "name", "coords"}, place);
        RispNode node;
        node.id = id_at(list[i].value("id", Value()), inside(place, "id"));
        node.place = {file, fmt::format("node {}", node.id), place.pointer};
        node.threshold = comparable(property(list[i], properties, "Threshold", node.place), p);
        node.leaks = configurable ? property(list[i], properties, "Leak", node.place) != 0
                                  : p.leak_mode == LeakMode::all;
        nodes.push_back(std::move(node));
    }
    std::sort(nodes.begin(), nodes.end(), [](const RispNode& a, const RispNode& b) { return a.id < b.id; });
    for (std::size_t i = 1; i < nodes.size(); ++i)
        if (nodes[i].id == nodes[i - 1].id)
            fail(inside(nodes[i].place, "id"), fmt::format("{} is used twice", nodes[i].id),
                 "an id of its own for each node", "rename one of them");
    return nodes;
}

std::size_t find_node(const std::vector<RispNode>& nodes, const Value& value, const Place& place) {
    const std::uint32_t id = id_at(value, place);
    const auto found =
        std::lower_bound(nodes.begin(), nodes.end(), id,
                         [](const RispNode& node, std::uint32_t wanted) { return node.id < wanted; });
    if (found == nodes.end() || found->id != id)
        fail(place, fmt::format("there is no node {}", id), "the id of a node", "check Nodes");
    return static_cast<std::size_t>(found - nodes.begin());
}

std::vector<std::size_t> read_ids(const Value& document, const char* field,
                                  const std::vector<RispNode>& nodes, const std::string& file) {
    const Place place{file, "", child("", field)};
    const Value& list = list_at(document, field, {file, "", ""});
    if (list.empty())
        fail(place, "is empty", "at least one node", "without it there is nothing to run or to read");
    std::vector<std::size_t> ids;
    std::set<std::size_t> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
        ids.push_back(find_node(nodes, list[i], at_index(place, i)));
        if (!seen.insert(ids.back()).second)
            fail(at_index(place, i), fmt::format("node {} is named twice", nodes[ids.back()].id),
                 "each node once", "remove one of them");
    }
    return ids;
}

std::vector<RispEdge> read_edges(const Value& document, const std::vector<RispNode>& nodes,
                                 const RispParameters& p, const std::string& file) {
    const Properties properties = read_properties(document, "edge_properties", {"Weight", "Delay"}, file);
    const Value& list = list_at(document, "Edges", {file, "", ""});
    std::vector<RispEdge> edges;
    std::set<std::pair<std::size_t, std::size_t>> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Place place{file, "", child("/Edges", i)};
        allow(list[i], {"from", "to", "values", "control_point"}, place);
        RispEdge edge;
        edge.from = find_node(nodes, list[i].value("from", Value()), inside(place, "from"));
        edge.to = find_node(nodes, list[i].value("to", Value()), inside(place, "to"));
        if (!seen.emplace(edge.from, edge.to).second)
            fail(place,
                 fmt::format("a second edge from node {} to node {}", nodes[edge.from].id, nodes[edge.to].id),
                 "one edge for each pair of nodes", "remove one of them");
        edge.weight = property(list[i], properties, "Weight", place);
        if (!p.weights.empty())
            edge.weight = p.weights[whole(edge.weight, 0, p.weights.size() - 1, "Weight", place,
                                          "with \"weights\" an edge's weight is an index into them")];
        edge.delay = static_cast<int>(whole(property(list[i], properties, "Delay", place), 1, max_delay,
                                            "Delay", place, "a spike needs at least one step"));
        edges.push_back(edge);
    }
    return edges;
}

}  // namespace

RispGraph read_risp_graph(const Value& document, const RispParameters& parameters, const std::string& file) {
    const Place root{file, "", ""};
    allow(document,
          {"Associated_Data", "Edges", "Inputs", "Network_Values", "Nodes", "Outputs", "Properties"}, root);
    if (!document.contains("Properties"))
        fail(inside(root, "Properties"), "is missing", "an object with node, edge and network properties",
             see_format);
    read_properties(document, "network_properties", {}, file);
    RispGraph graph;
    graph.nodes = read_nodes(document, parameters, file);
    graph.inputs = read_ids(document, "Inputs", graph.nodes, file);
    graph.outputs = read_ids(document, "Outputs", graph.nodes, file);
    graph.edges = read_edges(document, graph.nodes, parameters, file);
    return graph;
}

}  // namespace synfire::json
