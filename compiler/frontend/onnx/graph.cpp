// Names for messages, and access to attributes.
#include "compiler/frontend/onnx/graph.hpp"

namespace synfire::onnx {

std::string printable(const std::string& name) {
    constexpr std::size_t longest = 120;
    std::string text = name.substr(0, longest);
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return name.size() > longest ? text + "..." : text;
}

std::string label(const Node& node) {
    return "'" + printable(node.name) + "' (" + (node.domain.empty() ? "" : printable(node.domain) + "::") +
           printable(node.op) + ")";
}

Diagnostic at_node(const Graph& graph, const Node& node) {
    Diagnostic d;
    d.file = graph.file;
    d.node = label(node);
    return d;
}

Diagnostic at_value(const Graph& graph, int value, const std::string& role) {
    Diagnostic d;
    d.file = graph.file;
    d.node = "'" + printable(graph.values[static_cast<std::size_t>(value)].name) + "' (" + role + ")";
    return d;
}

namespace {

template <class T>
const T* find(const Node& node, const std::string& name) {
    const auto found = node.attributes.find(name);
    return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

}  // namespace

std::int64_t int_attribute(const Node& node, const std::string& name, std::int64_t otherwise) {
    const std::int64_t* value = find<std::int64_t>(node, name);
    return value != nullptr ? *value : otherwise;
}

double real_attribute(const Node& node, const std::string& name, double otherwise) {
    const double* value = find<double>(node, name);
    return value != nullptr ? *value : otherwise;
}

const std::vector<std::int64_t>* ints_attribute(const Node& node, const std::string& name) {
    return find<std::vector<std::int64_t>>(node, name);
}

}  // namespace synfire::onnx
