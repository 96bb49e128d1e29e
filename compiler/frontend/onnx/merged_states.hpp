// Files of two copies of a step: their first copy starts from zero, where a potential and its synaptic
// current are one and the same value.
#pragma once

#include "compiler/frontend/onnx/graph.hpp"

namespace synfire::onnx {

// Whether the state, an input of the step graph, may stand for several: the step uses it in more than one
// operation, comparisons with a threshold aside. With v = beta * v + (alpha * i + x), both from zero, the
// first step gives v = i, and the second beta * v + (alpha * v + x), like one state that decays with
// alpha + beta.
bool may_be_several(const Graph& step, int state);

}  // namespace synfire::onnx
