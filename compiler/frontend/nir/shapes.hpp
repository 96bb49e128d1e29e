// Shapes of what each node takes and delivers.
#pragma once

#include <vector>

#include "compiler/frontend/nir/graph.hpp"

namespace synfire::nir {

struct NodeShape {
    Shape arriving;  // as the node reads it; images as [C, H, W] or, for Conv1d, [C, W]
    Shape leaving;
};

// One per node, without batch and time. Collects errors where an edge connects different shapes (shapes that
// differ only by axes of 1 give a warning), where a weight is no matrix, or where a shape follows from
// nothing.
std::vector<NodeShape> infer_shapes(const Graph& graph, Report& report);

}  // namespace synfire::nir
