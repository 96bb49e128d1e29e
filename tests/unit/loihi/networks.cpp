#include "tests/unit/loihi/networks.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace synfire::loihi {

std::uint64_t Numbers::next() {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

int Numbers::in(int low, int high) {
    return low + static_cast<int>(next() % static_cast<std::uint64_t>(high - low + 1));
}

namespace {

Presynaptic from_input(std::size_t index) {
    return {Presynaptic::Kind::input, index};
}
Presynaptic from(std::size_t population) {
    return {Presynaptic::Kind::population, population};
}

IntPopulation population(const std::string& name, std::size_t n) {
    IntPopulation p;
    p.name = name;
    p.shape = {n};
    p.decay_u = {4096};
    p.decay_v = {410};
    p.threshold = {64 * 150};
    p.reset = rt::Reset::to_value;
    p.reset_amount = {0};
    return p;
}

void all(IntNetwork& n, rt::Reset reset, std::int32_t amount) {
    for (IntPopulation& p : n.populations) {
        p.reset = reset;
        p.reset_amount = {amount};
    }
}

IntPerNeuron spread(std::size_t n, Numbers& numbers, int low, int high, int unit) {
    IntPerNeuron values(n);
    for (std::int32_t& v : values) v = unit * numbers.in(low, high);
    return values;
}

Case soft_next() {
    Case c{"soft_next_step", chain("soft_next_step", {12, 10, 8, 6}, 1)};
    all(c.network, rt::Reset::subtract_next_step, 64 * 150);
    return c;
}

Case soft_now() {
    Case c{"soft_at_once", chain("soft_at_once", {12, 10, 8, 6}, 2)};
    all(c.network, rt::Reset::subtract_at_once, 64 * 150);
    return c;
}

// Lava's own neuron in every layer, with biases that must not charge a layer before its first step.
Case hard_stock() {
    Case c{"hard_reset", chain("hard_reset", {12, 10, 8, 6}, 3)};
    Numbers numbers{33};
    for (IntPopulation& p : c.network.populations) {
        p.bias = spread(p.shape[0], numbers, -10, 30, 64);
        p.decay_u = {2048};
        p.threshold = {64 * 220};
    }
    return c;
}

Case hard_value() {
    Case c{"hard_reset_to_value", chain("hard_reset_to_value", {12, 10, 8}, 4)};
    all(c.network, rt::Reset::to_value, -1234);
    return c;
}

Case filtered() {
    Case c{"filtered_soft", chain("filtered_soft", {12, 10, 8}, 5)};
    all(c.network, rt::Reset::subtract_next_step, 64 * 300);
    for (IntPopulation& p : c.network.populations) {
        p.decay_u = {1024};
        p.threshold = {64 * 300};
    }
    c.network.populations[1].decay_u = {0};
    return c;
}

Case refractory() {
    Case c{"refractory", chain("refractory", {12, 10, 8}, 6)};
    c.network.populations[0].refractory_steps = 3;
    c.network.populations[1].refractory_steps = 1;
    c.network.populations[1].reset_amount = {640};
    return c;
}

Case recurrent() {
    Case c{"recurrent", chain("recurrent", {12, 10, 8}, 7)};
    Numbers numbers{77};
    connect(c.network, from(0), 0, 1, 100, numbers);
    connect(c.network, from(1), 1, 1, 100, numbers);
    c.network.populations[0].reset = rt::Reset::subtract_next_step;
    c.network.populations[0].reset_amount = {64 * 150};
    return c;
}

// A skip that has to wait, a feedback loop, an input with a delay, and layers that are hard reset.
Case skip_and_feedback() {
    Case c{"skip_and_feedback", chain("skip_and_feedback", {12, 10, 8, 6}, 8)};
    Numbers numbers{88};
    connect(c.network, from_input(0), 2, 0, 120, numbers);
    connect(c.network, from_input(0), 1, 3, 120, numbers);
    connect(c.network, from(2), 0, 4, 120, numbers);
    connect(c.network, from(0), 2, 1, 120, numbers);
    return c;
}

// One value per neuron wherever there can be one, and a readout without spikes.
Case per_neuron() {
    Case c{"per_neuron_and_readout", chain("per_neuron_and_readout", {12, 10, 5}, 9)};
    Numbers numbers{99};
    IntPopulation& p = c.network.populations[0];
    p.decay_u = spread(10, numbers, 1, 4096, 1);
    p.decay_v = spread(10, numbers, 0, 4095, 1);
    p.bias = spread(10, numbers, -50, 90, 16);
    p.threshold = spread(10, numbers, 300, 306, 64);
    p.initial_v = spread(10, numbers, -9000, 9000, 1);
    p.reset = rt::Reset::subtract_at_once;
    p.reset_amount = spread(10, numbers, 5000, 20000, 1);
    IntPopulation& readout = c.network.populations[1];
    readout.spiking = false;
    readout.threshold = {INT32_MAX};
    readout.reset = rt::Reset::none;
    readout.decay_v = {200};
    return c;
}

// Sums beyond 22 bits and membranes that saturate, with a hard reset and with none.
Case overflowing() {
    Case c{"overflowing", chain("overflowing", {40, 10, 8}, 10)};
    for (IntConnection& connection : c.network.connections) connection.exponent = 7;
    for (IntPopulation& p : c.network.populations) {
        p.decay_u = {100};
        p.decay_v = {0};
        p.threshold = {64 * 60000};
    }
    c.network.populations[1].reset = rt::Reset::none;
    return c;
}

// Single-sign weights with odd values, a negative exponent, two inputs, one of them counts.
Case grids() {
    Case c{"grids_and_counts", chain("grids_and_counts", {12, 10, 8}, 11)};
    Numbers numbers{111};
    c.network.inputs.push_back({"events", {2, 3}, SignalKind::counts});
    connect(c.network, from_input(1), 0, 0, 40, numbers);
    for (std::int16_t& w : c.network.connections[0].weight) w = static_cast<std::int16_t>(numbers.in(0, 255));
    connect(c.network, from(0), 1, 0, 1, numbers);
    for (std::int16_t& w : c.network.connections.back().weight)
        w = static_cast<std::int16_t>(-numbers.in(0, 40));
    c.network.connections.back().exponent = 0;
    c.network.connections[1].exponent = 1;
    for (std::int16_t& w : c.network.connections[2].weight) w = static_cast<std::int16_t>(w / 4 * 4);
    c.network.connections[2].exponent = -2;
    c.network.populations[0].threshold = {64 * 900};
    return c;
}

}  // namespace

void connect(IntNetwork& network, Presynaptic source, std::size_t target, int delay, int span,
             Numbers& numbers) {
    IntConnection c;
    c.name = fmt::format("connection{}", network.connections.size());
    c.source = source;
    c.target = target;
    c.delay = delay;
    c.outputs = neurons(network.populations[target]);
    c.inputs = width(network, source);
    c.weight.resize(c.outputs * c.inputs);
    for (std::int16_t& w : c.weight) w = static_cast<std::int16_t>(2 * numbers.in(-span / 2, span / 2));
    network.connections.push_back(std::move(c));
}

IntNetwork chain(const std::string& name, const std::vector<std::size_t>& sizes, std::uint64_t seed) {
    IntNetwork n;
    n.name = name;
    n.profile = "loihi";
    n.rules = rt::loihi_rules;
    n.inputs.push_back({"input", {sizes[0]}, SignalKind::spikes});
    Numbers numbers{seed};
    for (std::size_t i = 1; i < sizes.size(); ++i) {
        n.populations.push_back(population(fmt::format("layer{}", i), sizes[i]));
        connect(n, i == 1 ? from_input(0) : from(i - 2), i - 1, 0, 0, numbers);
        for (std::int16_t& w : n.connections.back().weight)
            w = static_cast<std::int16_t>(2 * numbers.in(-80, 90));
    }
    n.outputs = {n.populations.size() - 1};
    return n;
}

std::size_t add_population(IntNetwork& network, const Shape& shape) {
    IntPopulation p = population(fmt::format("layer{}", network.populations.size() + 1), 1);
    p.shape = shape;
    network.populations.push_back(std::move(p));
    return network.populations.size() - 1;
}

void convolve(IntNetwork& network, Presynaptic source, std::size_t target, std::size_t kernel,
              std::size_t stride, std::size_t pad, Numbers& numbers) {
    const bool input = source.kind == Presynaptic::Kind::input;
    const Shape in = input ? network.inputs[source.index].shape : network.populations[source.index].shape;
    const Shape out = network.populations[target].shape;
    std::vector<std::int16_t> weight(out[0] * in[0] * kernel * kernel);
    for (std::int16_t& w : weight)
        w = static_cast<std::int16_t>(numbers.in(0, 1) == 0 ? -2 * numbers.in(1, 127)
                                                            : 2 * numbers.in(1, 127));
    IntConnection c;
    c.name = fmt::format("connection{}", network.connections.size());
    c.source = source;
    c.target = target;
    c.outputs = out[0] * out[1] * out[2];
    c.inputs = in[0] * in[1] * in[2];
    c.first = {0};
    for (std::size_t o = 0; o < c.outputs; ++o) {
        const std::size_t f = o / (out[1] * out[2]), y = o / out[2] % out[1], x = o % out[2];
        for (std::size_t k = 0; k < in[0] * kernel * kernel; ++k) {
            const std::size_t row = y * stride + k / kernel % kernel, col = x * stride + k % kernel;
            if (row < pad || col < pad || row - pad >= in[1] || col - pad >= in[2]) continue;
            c.column.push_back(
                static_cast<std::uint32_t>((k / kernel / kernel * in[1] + row - pad) * in[2] + col - pad));
            c.weight.push_back(weight[f * in[0] * kernel * kernel + k]);
        }
        c.first.push_back(static_cast<std::uint32_t>(c.column.size()));
    }
    network.connections.push_back(std::move(c));
}

namespace {

IntNetwork empty_network(const std::string& name) {
    IntNetwork n;
    n.name = name;
    n.profile = "loihi";
    n.rules = rt::loihi_rules;
    return n;
}

// Drops all but one in `keep` synapses of a dense connection.
void thin_out(IntConnection& c, int keep, Numbers& numbers) {
    IntConnection sparse = c;
    sparse.weight.clear();
    sparse.first = {0};
    for (std::size_t o = 0; o < c.outputs; ++o) {
        for (std::size_t i = 0; i < c.inputs; ++i) {
            if (numbers.in(1, keep) != 1) continue;
            sparse.column.push_back(static_cast<std::uint32_t>(i));
            sparse.weight.push_back(c.weight[o * c.inputs + i]);
        }
        sparse.first.push_back(static_cast<std::uint32_t>(sparse.column.size()));
    }
    c = std::move(sparse);
}

void vary(IntPopulation& p, Numbers& numbers) {
    const std::size_t n = neurons(p);
    const int low = numbers.in(0, 1);  // one flag of the core shifts all decays
    if (numbers.in(0, 2) == 0) p.decay_v = spread(n, numbers, low * 400, low * 400 + 9, 1);
    if (numbers.in(0, 2) == 0) p.threshold = spread(n, numbers, 300, 307, 64);
    if (numbers.in(0, 2) == 0) p.bias = spread(n, numbers, -50, 90, 16);
    if (numbers.in(0, 4) == 0) p.initial_v = spread(n, numbers, -900, 900, 1);
    switch (numbers.in(0, 3)) {
        case 0:
            p.reset = rt::Reset::subtract_next_step;
            p.reset_amount = p.threshold;
            break;
        case 1:
            p.refractory_steps = numbers.in(0, 5);
            p.decay_u = {low == 0 ? 1024 : 4096};
            break;
        case 2:
            p.spiking = false;
            p.threshold = {INT32_MAX};
            p.reset = rt::Reset::none;
            break;
        default:
            break;
    }
}

}  // namespace

IntNetwork random_network(std::uint64_t seed) {
    Numbers numbers{seed};
    IntNetwork n = empty_network(fmt::format("random{}", seed));
    const int inputs = numbers.in(1, 2), layers = numbers.in(1, 5);
    for (int i = 0; i < inputs; ++i)
        n.inputs.push_back(
            {fmt::format("input{}", i),
             {static_cast<std::size_t>(numbers.in(1, 3)), static_cast<std::size_t>(numbers.in(5, 12)),
              static_cast<std::size_t>(numbers.in(5, 12))},
             SignalKind::spikes});
    for (int i = 0; i < layers; ++i) {
        const bool image = numbers.in(0, 1) == 0;
        const std::size_t p = add_population(n, image ? Shape{static_cast<std::size_t>(numbers.in(1, 8)),
                                                              static_cast<std::size_t>(numbers.in(4, 14)),
                                                              static_cast<std::size_t>(numbers.in(4, 14))}
                                                      : Shape{static_cast<std::size_t>(numbers.in(1, 700))});
        vary(n.populations[p], numbers);
        for (int k = numbers.in(1, 3); k > 0; --k) {
            const int any = numbers.in(-inputs, i - 1);
            const Presynaptic source = any < 0 ? from_input(static_cast<std::size_t>(-any - 1))
                                               : from(static_cast<std::size_t>(any));
            const Shape shape = any < 0 ? n.inputs[source.index].shape : n.populations[source.index].shape;
            if (image && shape.size() == 3 && numbers.in(0, 3) > 0) {
                // One after another: compilers evaluate arguments in their own order.
                const auto pad = static_cast<std::size_t>(numbers.in(0, 2));
                const auto stride = static_cast<std::size_t>(numbers.in(1, 2));
                const auto kernel = static_cast<std::size_t>(numbers.in(1, 4));
                convolve(n, source, p, kernel, stride, pad, numbers);
            } else {
                connect(n, source, p, 0, 2 * numbers.in(1, 80), numbers);
                if (numbers.in(0, 1) == 0) thin_out(n.connections.back(), numbers.in(2, 60), numbers);
            }
            n.connections.back().delay = numbers.in(0, 3) == 0 ? numbers.in(0, 12) : 0;
            n.connections.back().exponent = numbers.in(0, 2);
        }
        if (numbers.in(0, 3) == 0) connect(n, from(p), p, numbers.in(1, 3), 20, numbers);
    }
    n.outputs = {n.populations.size() - 1};
    return n;
}

IntNetwork published_mnist() {
    IntNetwork n = empty_network("mnist");
    Numbers numbers{4218};
    n.inputs.push_back({"input", {1, 28, 28}, SignalKind::spikes});
    const std::vector<Shape> shapes = {{12, 14, 14}, {8, 14, 14}, {8, 7, 7}, {10, 1, 1}};
    for (const Shape& shape : shapes) {
        IntPopulation& p = n.populations[add_population(n, shape)];
        p.reset = rt::Reset::subtract_next_step;
        p.reset_amount = p.threshold;
    }
    convolve(n, from_input(0), 0, 4, 2, 1, numbers);
    convolve(n, from(0), 1, 4, 1, 1, numbers);
    convolve(n, from(1), 2, 4, 2, 1, numbers);
    convolve(n, from(2), 3, 7, 1, 0, numbers);
    n.outputs = {3};
    return n;
}

std::vector<Case> cases() {
    return {soft_next(), soft_now(),          hard_stock(), hard_value(),  filtered(), refractory(),
            recurrent(), skip_and_feedback(), per_neuron(), overflowing(), grids()};
}

Case find_case(const std::string& name) {
    for (Case& c : cases())
        if (c.name == name) return c;
    throw std::invalid_argument("no case " + name);
}

std::vector<Signal> random_inputs(const Case& c, std::size_t sample) {
    std::vector<Signal> signals;
    for (std::size_t i = 0; i < c.network.inputs.size(); ++i) {
        Numbers numbers{1000 * sample + i};
        const bool counts = c.network.inputs[i].kind == SignalKind::counts;
        Signal s{c.steps, neurons(c.network.inputs[i]), {}};
        for (std::size_t k = 0; k < s.steps * s.neurons; ++k) {
            const int roll = numbers.in(0, 3);
            s.values.push_back(roll > 0 ? 0 : counts ? numbers.in(0, 9) : 1);
        }
        signals.push_back(std::move(s));
    }
    return signals;
}

}  // namespace synfire::loihi
