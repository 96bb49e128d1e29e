// Flattening: a nested graph's Input and Output become ports of the graph around it.
#include "compiler/frontend/nir/graph.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/nir/fields.hpp"

namespace synfire::nir {
namespace {

constexpr std::size_t most_nodes = 2000;
constexpr std::size_t most_hinted = 12;

// Where edges to and from a name of one graph end and begin: the node itself, or the ports of a nested graph.
struct Ends {
    std::vector<std::size_t> entries;
    std::vector<std::size_t> exits;
    bool nested = false;
};

using Scope = std::map<std::string, Ends>;

std::optional<std::string> text_of(const Group& group, const std::string& field) {
    const auto found = group.data.find(field);
    if (found == group.data.end() || found->second.kind != Data::Kind::strings ||
        found->second.strings.size() != 1)
        return std::nullopt;
    return found->second.strings.front();
}

[[noreturn]] void refuse(const std::string& file, const std::string& field, const std::string& reason,
                         const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.field = field;
    d.reason = reason;
    d.hint = hint;
    throw InputError(d);
}

struct Flattening {
    Graph graph;
    Report& report;
    std::set<std::string> names;

    void fail(const Node& node, const std::string& field, const std::string& reason,
              const std::string& expected, const std::string& hint) {
        report.error(about(graph, node, field, reason, expected, hint));
    }

    static std::string listed(const Scope& scope) {
        std::string text;
        std::size_t count = 0;
        for (const auto& [name, ends] : scope) {
            if (++count > most_hinted) return text + ", ...";
            text += (text.empty() ? "" : ", ") + name;
        }
        return text;
    }

    // The node that an edge's end stands for; nothing where an error was reported.
    std::optional<std::size_t> resolve(const Scope& scope, const std::string& name, bool is_source,
                                       const Node& around, const std::string& edge) {
        const auto found = scope.find(name);
        if (found == scope.end()) {
            std::vector<std::string> known;
            for (const auto& [other, ends] : scope) known.push_back(other);
            fail(around, "edges", fmt::format("edge {} names '{}', which is not a node here", edge, name),
                 listed(scope), nearest(name, known, "rename the edge's end to the node's name"));
            return std::nullopt;
        }
        const std::vector<std::size_t>& ends = is_source ? found->second.exits : found->second.entries;
        if (ends.size() == 1) return ends.front();
        fail(around, "edges",
             fmt::format("edge {} {} '{}', which has {} {} nodes", edge, is_source ? "leaves" : "enters",
                         name, ends.size(), is_source ? "Output" : "Input"),
             "exactly one", "split the nested graph, or write its nodes into the graph around it");
        return std::nullopt;
    }

    void edges(const Group& group, const Scope& scope, const Node& around) {
        const auto found = group.data.find("edges");
        if (found == group.data.end()) {
            fail(around, "edges", "is missing", "pairs of node names, shape [E, 2]",
                 "write the file with the nir package");
            return;
        }
        const Data& data = found->second;
        if (element_count(data.shape).value_or(1) == 0) return;
        if (data.kind != Data::Kind::strings || data.shape.size() != 2 || data.shape[1] != 2) {
            fail(around, "edges", fmt::format("has shape {}", to_string(data.shape)),
                 "pairs of node names, shape [E, 2]", "write the file with the nir package");
            return;
        }
        std::set<std::pair<std::string, std::string>> seen;
        for (std::size_t e = 0; e + 1 < data.strings.size(); e += 2) {
            const std::string &from = data.strings[e], &to = data.strings[e + 1];
            const std::string edge = fmt::format("'{}' -> '{}'", from.substr(0, 200), to.substr(0, 200));
            if (!seen.insert({from, to}).second)
                report.warning(about(graph, around, "edges",
                                     fmt::format("edge {} is written twice and counts twice", edge), "",
                                     "remove one of them unless this is meant"));
            const auto source = resolve(scope, from, true, around, edge);
            const auto target = resolve(scope, to, false, around, edge);
            if (!source || !target) continue;
            connect(*source, *target, around, edge);
        }
    }

    void connect(std::size_t source, std::size_t target, const Node& around, const std::string& edge) {
        if (graph.nodes[target].role == Role::input || graph.nodes[source].role == Role::output) {
            fail(around, "edges", fmt::format("edge {} enters an Input or leaves an Output", edge), "",
                 "swap the edge's ends, source first");
            return;
        }
        graph.nodes[target].from.push_back(source);
        ++graph.nodes[source].readers;
    }

    // Nodes of one graph; prefix: "" or "outer.".
    Ends add_graph(const Group& group, const Node& around, const std::string& prefix) {
        Scope scope;
        Ends ports;
        ports.nested = true;
        const auto nodes = group.groups.find("nodes");
        if (nodes == group.groups.end()) {
            fail(around, "nodes", "is missing", "a group of nodes", "write the file with the nir package");
            return ports;
        }
        for (const auto& [name, fields] : nodes->second.groups)
            scope.emplace(name, add_node(name, fields, prefix, ports));
        edges(group, scope, around);
        return ports;
    }

    Ends add_node(const std::string& name, const Group& fields, const std::string& prefix, Ends& ports) {
        Node node;
        node.name = prefix + name;
        node.fields = &fields;
        node.type = text_of(fields, "type").value_or("").substr(0, 64);
        if (!names.insert(node.name).second)
            fail(node, "", "has the name of another node after nested graphs were flattened", "",
                 "rename it");
        if (node.type == "NIRGraph") return add_graph(fields, node, node.name + ".");
        const Primitive* primitive = find_primitive(node.type);
        if (primitive == nullptr) {
            fail(node, "type", node.type.empty() ? "is missing" : "is not a type of node that NIR has", "",
                 nearest(node.type, primitive_types(),
                         "is it a node of your own? rewrite it with NIR's types"));
        } else {
            check_fields(graph, node, *primitive, report);
        }
        if (primitive != nullptr) node.role = primitive->role;
        const std::size_t index = graph.nodes.size();
        if (index >= most_nodes)
            refuse(graph.file, "nodes", fmt::format("has more than {} nodes", most_nodes),
                   "is this the file that you meant?");
        if (!prefix.empty() && (node.role == Role::input || node.role == Role::output)) {
            (node.role == Role::input ? ports.entries : ports.exits).push_back(index);
            node.role = Role::port;
        }
        graph.nodes.push_back(std::move(node));
        return {{index}, {index}, false};
    }
};

}  // namespace

const Data* data_of(const Node& node, const char* field) {
    const auto found = node.fields->data.find(field);
    return found == node.fields->data.end() ? nullptr : &found->second;
}

Diagnostic about(const Graph& graph, const Node& node, const std::string& field, const std::string& reason,
                 const std::string& expected, const std::string& hint) {
    Diagnostic d;
    d.file = graph.file;
    if (!node.name.empty())
        d.node = fmt::format("'{}'{}", node.name, node.type.empty() ? "" : " (" + node.type + ")");
    d.field = field;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    return d;
}

Graph read_graph(const Tree& tree, const std::string& file, Report& report) {
    if (tree.is_typed)
        refuse(file, "", "holds recorded activity (NIRGraphData), not a network",
               "give the file that nir.write() wrote for the network itself");
    if (!text_of(tree.root, "version"))
        refuse(file, "version", "is missing: not a NIR file", "write the file with nir.write()");
    const auto found = tree.root.groups.find("node");
    if (found == tree.root.groups.end())
        refuse(file, "node", "is missing: the NIR file holds no graph", "write the file with nir.write()");
    const std::string type = text_of(found->second, "type").value_or("");
    if (type != "NIRGraph")
        refuse(file, "node/type", fmt::format("'{}' is not a graph", type.substr(0, 64)),
               "wrap the node: nir.NIRGraph(nodes={...}, edges=[...]) with an Input and an Output");
    Flattening flattening{{file, hints_of(found->second), {}}, report, {}};
    flattening.add_graph(found->second, Node{}, "");
    report.stop_on_errors();
    return std::move(flattening.graph);
}

}  // namespace synfire::nir
