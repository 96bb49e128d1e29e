// Graphs that run their own time steps (copies of one step, layers that see the whole sequence, Loop, Scan)
// -> one graph in which every value belongs to one time step.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/onnx/graph.hpp"

namespace synfire::onnx {

// What a Loop or Scan carries from step to step.
struct CarriedState {
    std::string name;
    TensorPtr initial;
    int before = absent;     // the graph input that stands for it before the first step
    std::vector<int> after;  // its value after each step
};

struct SequenceOutput {
    std::string name;
    std::vector<int> parts;  // its value in every step; a single one: in the last step
    bool summed = false;     // the file gives the sum (or mean) over the steps
};

struct Unrolled {
    Graph graph;         // inputs: one per step, then the states before the first step
    std::vector<int> x;  // the input of each step
    Shape step_shape;    // of the input without its time axis, with batch 1
    std::vector<SequenceOutput> outputs;
    std::vector<CarriedState> states;  // of Loops and Scans; empty where the file holds copies
};

// Whether the file seems to run several time steps.
bool runs_time_steps(const Graph& graph);
// Whether it may as well be one step: nothing but a cut along axis 1 speaks for several.
bool may_be_one_step(const Graph& graph);

// Throws InputError where time steps are mixed by anything but a neuron's state.
Unrolled unroll(const Graph& file);

}  // namespace synfire::onnx
