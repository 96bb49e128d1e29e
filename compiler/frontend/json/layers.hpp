// Which layer reads which: names, sources and order of the layers of a JSON model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

inline constexpr std::size_t from_input = static_cast<std::size_t>(-1);  // a source that is the model's input

struct LayerNode {
    std::string name;  // as written, or layerK
    Place place;
    std::vector<std::size_t> sources;  // layer indices, or from_input
    std::size_t readers = 0;           // how many times other layers name it
};

struct LayerGraph {
    std::vector<LayerNode> nodes;    // one per layer, in the order of the file
    std::vector<std::size_t> order;  // every layer after its sources
};

// Collects an error for a name used twice, a source that does not exist, and a cycle; the graph is usable
// when there are none.
LayerGraph read_graph(const Value& document, const std::string& file, Report& report);

}  // namespace synfire::json
