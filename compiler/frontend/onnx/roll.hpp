// A graph over time -> the graph of one time step with explicit states.
#pragma once

#include "compiler/frontend/onnx/unroll.hpp"
#include "compiler/support/report.hpp"

namespace synfire::onnx {

// Finds the states that one step hands to the next, proves that every step computes the same with the same
// parameters, and compares numerically with the file from its first step on. Throws InputError where steps
// differ, reach further back than one step, or start from a state that is not found.
Graph roll(Unrolled unrolled, Report& report);

}  // namespace synfire::onnx
