// Shapes of what each node delivers.
#pragma once

#include <vector>

#include "compiler/frontend/nir/graph.hpp"

namespace synfire::nir {

// One shape per node, without batch and time. Collects errors where an edge connects different shapes (shapes
// that differ only by axes of 1 give a warning), where a weight is no matrix, or where a shape follows from
// nothing.
std::vector<Shape> infer_shapes(const Graph& graph, Report& report);

}  // namespace synfire::nir
