// Small networks for the tests of the quantizer: one layer by hand, and random ones from a seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"

namespace synfire::testing {

// One input of `inputs` neurons that reaches one population of `outputs` neurons, theta 1, strict, no reset.
inline Network one_layer(std::size_t outputs, std::size_t inputs, std::vector<double> weight, double beta) {
    Network n;
    n.name = "net";
    n.inputs.push_back({"in", {inputs}, SignalKind::spikes});
    Population p;
    p.name = "lif";
    p.shape = {outputs};
    p.beta = {beta};
    p.spiking = Spiking{{1.0}, Compare::greater, NoReset{}, 0};
    n.populations.push_back(p);
    Connection c;
    c.name = "fc";
    c.stages.push_back(Dense{outputs, inputs, std::move(weight), {}});
    n.connections.push_back(c);
    n.outputs = {0};
    return n;
}

using Random = std::mt19937_64;

// std::uniform_*_distribution differs between libraries; tests must not.
inline double uniform(Random& random, double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
}

inline std::size_t pick(Random& random, std::size_t n) {
    return random() % n;
}

inline std::vector<double> weights(Random& random, std::size_t n, double size) {
    std::vector<double> w(n);
    for (double& x : w) x = uniform(random, -size, size);
    return w;
}

inline Reset random_reset(Random& random, double theta, bool zero_only) {
    switch (pick(random, 4)) {
        case 0:
            return HardReset{{zero_only ? 0.0 : uniform(random, -0.5, 0.5) * theta}};
        case 1:
            return SoftReset{{theta}, true};
        case 2:
            return SoftReset{{uniform(random, 0.3, 1.5) * theta}, false};
        default:
            return NoReset{};
    }
}

inline Population random_population(Random& random, std::size_t n, const std::string& name, bool zero_only) {
    const double leaks[] = {0.0, 0.5, 0.9, 0.95};
    Population p;
    p.name = name;
    p.shape = {n};
    p.beta.resize(n);
    for (double& b : p.beta) b = leaks[pick(random, 4)];
    p.alpha = {pick(random, 3) == 0 ? 0.6 : 0.0};
    p.bias = {uniform(random, -0.1, 0.1)};
    const double theta = uniform(random, 0.5, 2.0);
    p.initial_v = {uniform(random, -0.5, 0.5) * theta};
    Spiking s;
    s.threshold = {theta};
    s.compare = pick(random, 2) == 0 ? Compare::greater : Compare::greater_equal;
    s.reset = random_reset(random, theta, zero_only);
    const auto* soft = std::get_if<SoftReset>(&s.reset);
    if (soft == nullptr || !soft->next_step) s.refractory_steps = static_cast<int>(pick(random, 3));
    p.spiking = s;
    return p;
}

// Two populations, the first one recurrent with a delay. zero_only: hard resets go to 0 (loihi).
inline Network random_network(std::uint64_t seed, bool zero_only = false) {
    Random random(seed);
    const std::size_t in = 1 + pick(random, 8), hidden = 1 + pick(random, 8), out = 1 + pick(random, 4);
    Network n;
    n.name = "random";
    n.inputs.push_back({"in", {in}, pick(random, 4) == 0 ? SignalKind::counts : SignalKind::spikes});
    n.populations.push_back(random_population(random, hidden, "hidden", zero_only));
    n.populations.push_back(random_population(random, out, "out", zero_only));
    const auto connect = [&](Presynaptic source, std::size_t target, std::size_t rows, std::size_t columns,
                             int delay) {
        Connection c;
        c.name = "c" + std::to_string(n.connections.size());
        c.source = source;
        c.target = target;
        c.delay = delay;
        c.stages.push_back(
            Dense{rows, columns, weights(random, rows * columns, uniform(random, 0.1, 1)), {}});
        n.connections.push_back(c);
    };
    connect({Presynaptic::Kind::input, 0}, 0, hidden, in, 0);
    connect({Presynaptic::Kind::population, 0}, 0, hidden, hidden, 1 + static_cast<int>(pick(random, 3)));
    connect({Presynaptic::Kind::population, 0}, 1, out, hidden, 0);
    n.outputs = {1};
    return n;
}

}  // namespace synfire::testing
