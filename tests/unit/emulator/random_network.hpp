// Random float networks of every kind that can be quantized, and inputs for them: all resets, refractory
// periods, lower bounds, several spikes per step, filters, delays, feedback, readouts, convolutions, pools,
// index maps, sparse weights, biases everywhere, counts and real-valued inputs, periodic resets.
#pragma once

#include <utility>

#include "emulator/trace.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire::testing {

inline PerNeuron some(Random& random, std::size_t n, double low, double high) {
    PerNeuron values(pick(random, 2) == 0 ? 1 : n);
    for (double& x : values) x = uniform(random, low, high);
    return values;
}

inline bool one_in(Random& random, std::size_t n) {
    return pick(random, n) == 0;
}

inline Spiking any_spiking(Random& random, std::size_t n) {
    Spiking s;
    s.threshold = some(random, n, 0.5, 2.0);
    s.compare = one_in(random, 2) ? Compare::greater : Compare::greater_equal;
    const std::size_t kind = pick(random, 7);
    if (kind == 1) s.reset = HardReset{some(random, n, -0.6, 0.3)};
    if (kind == 2) s.reset = SoftReset{s.threshold, true};
    if (kind == 3) s.reset = SoftReset{some(random, n, 0.3, 1.5), false};
    if (kind == 4) s.reset = NoDelayReset{false, some(random, n, 0.3, 1.5)};
    if (kind == 5) s.reset = NoDelayReset{true, {0.0}};
    if (kind == 6) {  // sinabs
        s.compare = Compare::greater_equal;
        s.reset = SoftReset{s.threshold, false};
        s.max_spikes = 2 + static_cast<int>(pick(random, 4));
    }
    const bool waits = kind != 2 && kind != 4 && kind != 5;
    if (waits && one_in(random, 3)) s.refractory_steps = 1 + static_cast<int>(pick(random, 3));
    return s;
}

inline Population any_population(Random& random, Shape shape, const std::string& name, bool spiking) {
    Population p;
    p.name = name;
    p.shape = std::move(shape);
    const std::size_t n = neurons(p);
    p.beta = one_in(random, 4) ? PerNeuron{1.0} : some(random, n, 0.0, 0.98);
    if (one_in(random, 3)) p.alpha = some(random, n, 0.0, 0.9);
    if (one_in(random, 2)) p.bias = some(random, n, -0.2, 0.2);
    if (one_in(random, 4)) {
        p.periodic_reset = {5 + static_cast<int>(pick(random, 10)), static_cast<int>(pick(random, 5))};
    } else {
        if (one_in(random, 3)) p.initial_v = some(random, n, -0.5, 0.4);
        if (one_in(random, 4)) p.initial_i = some(random, n, -0.3, 0.3);
    }
    if (spiking) p.spiking = any_spiking(random, n);
    const bool bounded = !spiking || !std::holds_alternative<NoDelayReset>(p.spiking->reset);
    if (bounded && one_in(random, 4)) p.v_min = some(random, n, -3.0, -1.1);
    return p;
}

inline Dense any_dense(Random& random, std::size_t outputs, std::size_t inputs) {
    Dense d{outputs, inputs, weights(random, outputs * inputs, uniform(random, 0.2, 1.2)), {}};
    if (one_in(random, 3)) d.bias = weights(random, outputs, 0.1);
    return d;
}

// From an image [2, 4, 4] to [c, h, w]: a convolution between pools, or one alone.
inline std::vector<Stage> image_stages(Random& random, Shape& shape) {
    std::vector<Stage> stages;
    if (one_in(random, 3)) {
        Pool pool{one_in(random, 2) ? Pool::Kind::maximum : Pool::Kind::average, shape, {}, true};
        pool.window.kernel = {2, 2};
        pool.window.pad_after = {pick(random, 2), pick(random, 2)};
        shape = output_shape(pool);
        stages.push_back(pool);
    }
    Convolution c;
    c.input = shape;
    c.filters = 1 + pick(random, 3);
    c.window.kernel = {1 + pick(random, 2), 1 + pick(random, 3)};
    c.window.pad_before = {1, pick(random, 2)};
    c.window.pad_after = {pick(random, 2), 1};
    c.weight = weights(random, c.filters * shape[0] * c.window.kernel[0] * c.window.kernel[1], 0.8);
    if (one_in(random, 2)) c.bias = weights(random, c.filters, 0.1);
    shape = output_shape(c);
    stages.push_back(c);
    if (one_in(random, 2)) {
        const Pool::Kind kinds[] = {Pool::Kind::maximum, Pool::Kind::sum, Pool::Kind::average};
        Pool pool{kinds[pick(random, 3)], shape, {}, true};
        pool.window.kernel = {2, 2};
        pool.window.stride = {1 + pick(random, 2), 1};
        shape = output_shape(pool);
        stages.push_back(pool);
    }
    if (one_in(random, 4)) {
        IndexMap map{shape[0] * shape[1] * shape[2], {}};
        for (std::size_t i = 0; i < map.inputs; ++i)
            map.source.push_back(one_in(random, 10) ? IndexMap::nothing : map.inputs - 1 - i);
        const auto* pool = std::get_if<Pool>(&stages.back());
        if (pool == nullptr || pool->kind != Pool::Kind::maximum) stages.push_back(std::move(map));
    }
    return stages;
}

inline Input any_input(Random& random, const std::string& name, Shape shape) {
    Input input{name, std::move(shape)};
    const SignalKind kinds[] = {SignalKind::spikes, SignalKind::spikes, SignalKind::counts, SignalKind::real};
    input.kind = kinds[pick(random, 4)];
    if (input.kind == SignalKind::real) {
        input.range = uniform(random, 0.5, 2);
        input.levels = one_in(random, 2) ? 127 : 7;
    }
    return input;
}

// Two inputs; "a" sees the first through an image chain, "b" hears both "a" and the second, itself and
// sometimes "a" again with delays; "out" hears "b", sparse, and is a readout at times.
inline Network any_network(std::uint64_t seed) {
    Random random(seed);
    Network n;
    n.name = "any";
    n.inputs = {any_input(random, "image", {2, 4, 4}), any_input(random, "line", {1 + pick(random, 6)})};
    Shape image = n.inputs[0].shape;
    std::vector<Stage> chain = image_stages(random, image);
    n.populations.push_back(any_population(random, image, "a", true));
    n.populations.push_back(any_population(random, {1 + pick(random, 8)}, "b", true));
    n.populations.push_back(any_population(random, {1 + pick(random, 4)}, "out", !one_in(random, 3)));
    const std::size_t a = neurons(n.populations[0]), b = neurons(n.populations[1]),
                      out = neurons(n.populations[2]), line = neurons(n.inputs[1]);
    const auto connect = [&](Presynaptic source, std::size_t target, int delay, std::vector<Stage> stages) {
        n.connections.push_back(
            {"c" + std::to_string(n.connections.size()), source, target, delay, std::move(stages)});
    };
    const auto late = [&](int least) {
        return least + static_cast<int>(one_in(random, 2) ? pick(random, 3) : 0);
    };
    const auto input = Presynaptic::Kind::input, population = Presynaptic::Kind::population;
    connect({input, 0}, 0, late(0), std::move(chain));
    if (one_in(random, 3)) connect({population, 1}, 0, late(1), {any_dense(random, a, b)});
    connect({population, 0}, 1, late(0), {any_dense(random, b, a)});
    connect({input, 1}, 1, late(0), {any_dense(random, b, line)});
    if (one_in(random, 2)) connect({population, 1}, 1, late(1), {any_dense(random, b, b)});
    Dense last = any_dense(random, out, b);
    for (double& w : last.weight)
        if (one_in(random, 3)) w = 0;
    if (one_in(random, 2))
        connect({population, 1}, 2, late(0), {to_sparse(last)});
    else
        connect({population, 1}, 2, late(0), {last, Scale{{uniform(random, 0.5, 1.5)}, {}}});
    n.outputs = {2};
    return n;
}

inline std::vector<Signal> any_inputs(const Network& network, std::size_t steps, std::uint64_t seed) {
    Random random(seed);
    std::vector<Signal> signals;
    const double rate = uniform(random, 0.1, 0.6);
    for (const Input& input : network.inputs) {
        Signal signal{steps, neurons(input), std::vector<double>(steps * neurons(input), 0.0)};
        for (double& x : signal.values) {
            if (input.kind == SignalKind::real)
                x = uniform(random, -input.range, input.range);
            else if (uniform(random, 0, 1) < rate)
                x = input.kind == SignalKind::spikes ? 1 : static_cast<double>(1 + pick(random, 4));
        }
        signals.push_back(std::move(signal));
    }
    return signals;
}

}  // namespace synfire::testing
