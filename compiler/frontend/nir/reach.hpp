// Which nodes take part: those between an Input and an Output.
#pragma once

#include "compiler/frontend/nir/graph.hpp"

namespace synfire::nir {

// Errors: no Input, no Output, no path between them, a node without state that nothing enters but something
// reads. Warnings: nodes that no Input reaches, or that reach no Output.
void check_reach(const Graph& graph, Report& report);

}  // namespace synfire::nir
