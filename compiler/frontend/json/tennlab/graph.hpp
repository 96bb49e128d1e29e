// Nodes and edges of a TENNLab network, checked and with their values by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/tennlab/parameters.hpp"

namespace synfire::json {

struct RispNode {
    std::uint32_t id = 0;
    double threshold = 0;  // spikes when v >= threshold
    bool leaks = false;    // loses all potential in every step
    Place place;
};

struct RispEdge {
    std::size_t from = 0, to = 0;  // nodes
    double weight = 0;
    int delay = 1;  // steps, 1..max_delay
};

struct RispGraph {
    std::vector<RispNode> nodes;  // by id
    std::vector<RispEdge> edges;
    std::vector<std::size_t> inputs, outputs;  // nodes
};

// Throws InputError: what the framework's own reader refuses, properties without a meaning for RISP, delays
// longer than max_delay.
RispGraph read_risp_graph(const Value& document, const RispParameters& parameters, const std::string& file);

}  // namespace synfire::json
