// What runs between two populations while a JSON model is read: sums of chains of linear maps.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/tensor.hpp"
#include "compiler/network/network.hpp"

namespace synfire::json {

// One chain from a source. Until the first dense layer there is no matrix to fold an element-wise map into,
// so it waits in scale and shift: the chain delivers stages(scale * s + shift).
struct Path {
    std::string name;  // of the last dense layer; empty before the first
    Presynaptic source;
    int delay = 0;
    PerNeuron scale{1.0};
    PerNeuron shift{0.0};
    std::vector<Stage> stages;
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

// y = weight x + bias. Throws InputError where the copies for several paths are too large.
void apply_dense(Flow& flow, const Dense& dense, int delay, const std::string& name, const Place& place,
                 TensorSource& source);

// A path as a connection has at least one matrix: makes it the diagonal one where there is none.
void materialise(Path& path, std::size_t n, const Place& place, TensorSource& source);

// Number of values that a copy of the flow holds.
std::size_t stored_values(const Flow& flow);

}  // namespace synfire::json
