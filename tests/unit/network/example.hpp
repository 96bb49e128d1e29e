// A small network that satisfies every check: 3 inputs, 2 hidden neurons, 1 output neuron.
#pragma once

#include "compiler/network/network.hpp"

namespace synfire {

inline Network example_network() {
    const auto population = [](const std::string& name, std::size_t n) {
        Population p;
        p.name = name;
        p.shape = {n};
        p.beta = {0.5};
        p.spiking = Spiking{{1.0}, Compare::greater, SoftReset{{1.0}, true}, 0};
        return p;
    };
    const auto dense = [](const std::string& name, Presynaptic source, std::size_t target, std::size_t out,
                          std::size_t in) {
        Connection c;
        c.name = name;
        c.source = source;
        c.target = target;
        c.stages = {Dense{out, in, std::vector<double>(out * in, 0.75), {}}};
        return c;
    };
    Network network;
    network.name = "example";
    network.inputs = {{"x", {3}, SignalKind::spikes}};
    network.populations = {population("hidden", 2), population("out", 1)};
    network.connections = {dense("fc1", {Presynaptic::Kind::input, 0}, 0, 2, 3),
                           dense("fc2", {Presynaptic::Kind::population, 0}, 1, 1, 2)};
    network.outputs = {1};
    return network;
}

}  // namespace synfire
