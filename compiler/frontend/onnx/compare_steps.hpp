// Whether two steps of an unrolled graph compute the same from their inputs and states.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "compiler/frontend/onnx/unroll.hpp"

namespace synfire::onnx {

bool same_tensor(const Tensor& a, const Tensor& b);
bool same_operation(const Node& a, const Node& b);  // operator and attributes

// Compares what step t computes with what step t - 1 computes, operand by operand, with parameters by value.
struct StepComparison {
    const Unrolled& unrolled;
    std::size_t t = 0;
    std::set<int> states;        // the states that step t reads
    std::map<int, int> partner;  // state that step t reads -> what step t - 1 reads in its place
    std::size_t budget = std::size_t{1} << 24;  // comparisons of nodes
    const Node* difference = nullptr;           // of step t, where the last comparison failed
};

// later: a value of step t, earlier: of step t - 1. The partners found are kept where they are equal.
bool equal_steps(StepComparison& comparison, int later, int earlier);

// The step that a value belongs to, the latest whose input it depends on; -1 for constants. Indexed like
// Graph::values.
std::vector<int> steps_of(const Unrolled& unrolled);

// The values that the outputs and states depend on.
std::vector<bool> live_values(const Unrolled& unrolled);

}  // namespace synfire::onnx
