// Which values carry a neuron's state from one step of an unrolled graph to the next.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/frontend/onnx/unroll.hpp"

namespace synfire::onnx {

// Ways out of what cannot be told from copies of a step.
inline constexpr const char* export_one_step =
    "export one time step: forward(x, v) -> (spk, v_next), with every state an input and an output";
inline constexpr const char* export_three_steps =
    "export three time steps or more, or one: forward(x, v) -> (spk, v_next), with every state an input and "
    "an output";

// values[t][k]: state k after step t. Rows that are not known are empty; row 0 is known, and so is `newest`.
struct StateHistory {
    std::vector<std::vector<int>> values;
    std::size_t newest = 0;  // the last known row
};

// States declared by Loops and Scans are taken over; in copies of a step they are found. All steps that can
// be are compared with their predecessors. Throws InputError.
StateHistory find_states(const Unrolled& unrolled);

}  // namespace synfire::onnx
