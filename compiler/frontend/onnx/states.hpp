// Which graph input and which graph output are the same state, before and after the step.
#pragma once

#include <vector>

#include "compiler/frontend/onnx/symbolic.hpp"
#include "compiler/frontend/options.hpp"
#include "compiler/support/report.hpp"

namespace synfire::onnx {

struct StatePair {
    Variable state = 0;      // the graph input
    std::size_t output = 0;  // index into Graph::outputs
    int next = absent;       // the value of that output
};

// As given by the user, then by name (v and v_next, v_out, v_new, v_t1 or v.1), else by position, else by
// what the outputs compute; the last two give a warning that says which. Throws InputError where a state has
// no successor or several.
std::vector<StatePair> pair_states(const Graph& graph, const Symbols& symbols,
                                   const std::vector<StateNames>& given, Report& report);

}  // namespace synfire::onnx
