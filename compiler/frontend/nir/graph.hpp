// A NIR graph as it stands in the file, nested graphs flattened: nodes with their fields, and edges.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/frontend/nir/conventions.hpp"
#include "compiler/support/report.hpp"

namespace synfire::nir {

using hdf5::Data;
using hdf5::Group;
using hdf5::Tree;

enum class Role { input, output, port, linear, neuron };

struct Node {
    std::string name;  // nested: "outer.inner"
    std::string type;  // "CubaLIF"
    Role role = Role::linear;
    const Group* fields = nullptr;  // lives in the Tree
    std::vector<std::size_t> from;  // sources of its edges; twice where an edge is written twice
    std::size_t readers = 0;
};

struct Graph {
    std::string file;
    Hints hints;  // of the outermost graph
    std::vector<Node> nodes;
};

// Throws InputError or leaves errors in the report: no version or node, an unknown or unsupported node type,
// missing fields, values that are not finite, edges to nodes that do not exist.
Graph read_graph(const Tree& tree, const std::string& file, Report& report);

// The field's values, or null where the node has no such field.
const Data* data_of(const Node& node, const char* field);

// A diagnostic about a node: "'lif1' (CubaLIF)".
Diagnostic about(const Graph& graph, const Node& node, const std::string& field, const std::string& reason,
                 const std::string& expected, const std::string& hint);

}  // namespace synfire::nir
