// Which fields each NIR primitive has.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/nir/graph.hpp"

namespace synfire::nir {

struct Primitive {
    std::string type;
    Role role;
    std::vector<std::string> required;
    std::vector<std::string> optional;
};

// Null where NIR has no such type.
const Primitive* find_primitive(const std::string& type);

std::vector<std::string> primitive_types();

// Collects errors and warnings about the node's fields: missing, unknown, no numbers, not finite.
void check_fields(const Graph& graph, const Node& node, const Primitive& primitive, Report& report);

// "did you mean 'lif1'?" for the name nearest to a misspelt one, else otherwise.
std::string nearest(const std::string& word, const std::vector<std::string>& known,
                    const std::string& otherwise);

}  // namespace synfire::nir
