// What runs between two populations while a JSON model is read: sums of chains of stages.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/tensor.hpp"
#include "compiler/network/network.hpp"

namespace synfire::json {

// One chain from a source. It delivers scale * stages(x) + shift: an element-wise map waits there where the
// stages before cannot take it, until a matrix that comes after does.
struct Path {
    std::string name;  // of the last layer with weights; empty before the first
    Presynaptic source;
    int delay = 0;
    std::vector<Stage> stages;
    PerNeuron scale{1.0};
    PerNeuron shift{0.0};
};

// The output of a layer: the sum of its paths.
struct Flow {
    Shape shape;
    std::vector<Path> paths;
    bool usable = true;    // false: an error was reported, and what follows keeps quiet
    bool readout = false;  // a population without spikes, which nothing can read
};

// y = scale * x + shift for every element of the sum.
void apply_elementwise(Flow& flow, const PerNeuron& scale, const PerNeuron& shift);

// One more matrix, convolution or pool behind every path; the bias counts once. The flow takes the stage's
// output shape. name: of a layer with weights. Throws InputError where the copies for several paths are too
// large.
void apply_dense(Flow& flow, Dense dense, int delay, const std::string& name, const Place& place,
                 TensorSource& source);
void apply_convolution(Flow& flow, Convolution convolution, int delay, const std::string& name,
                       const Place& place, TensorSource& source);
// A maximum of sums is no sum of maxima: such a flow has one path.
void apply_pool(Flow& flow, const Pool& pool, const Place& place, TensorSource& source);

// Leaves the path with at least one stage, and nothing waiting: what is left becomes one synapse per neuron
// where there is no stage yet, and a scale where there is.
void finish(Path& path, std::size_t n, const Place& place, TensorSource& source);

// Number of values that a copy of the flow holds.
std::size_t stored_values(const Flow& flow);

}  // namespace synfire::json
