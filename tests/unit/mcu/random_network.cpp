#include "tests/unit/mcu/random_network.hpp"

#include <algorithm>

#include "compiler/network/window.hpp"
#include "compiler/quantize/drawn.hpp"
#include "compiler/quantize/matrix_of_stage.hpp"

namespace synfire::test {
namespace {

struct Dice {
    std::mt19937& random;

    int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }
    std::uint32_t word() { return static_cast<std::uint32_t>(random()); }
    bool one_in(int n) { return between(1, n) == 1; }
    template <class Value>
    Value one_of(std::initializer_list<Value> values) {
        return values.begin()[between(0, static_cast<int>(values.size()) - 1)];
    }
};

IntPerNeuron values(Dice& dice, std::size_t neurons, int low, int high) {
    IntPerNeuron result(dice.one_in(2) ? 1 : neurons);
    for (std::int32_t& x : result) x = dice.between(low, high);
    return result;
}

IntPerNeuron decays(Dice& dice, std::size_t neurons, int bits) {
    const int whole = 1 << bits;
    IntPerNeuron result(dice.one_in(2) ? 1 : neurons);
    for (std::int32_t& d : result) d = dice.one_of({0, 1, whole - 1, whole, dice.between(0, whole)});
    return result;
}

IntPopulation random_population(Dice& dice, const rt::Rules& rules, int index) {
    const std::size_t n = static_cast<std::size_t>(dice.between(1, 12));
    const int unit = 1 << rules.accumulator_shift;
    IntPopulation p;
    p.name = "p" + std::to_string(index);
    p.shape = {n};
    p.decay_u = dice.one_in(2) ? IntPerNeuron{1 << rules.decay_bits} : decays(dice, n, rules.decay_bits);
    p.decay_v = decays(dice, n, rules.decay_bits);
    p.bias = values(dice, n, -20 * unit, 20 * unit);
    if (dice.one_in(8)) p.bias = values(dice, n, -2000000000, 2000000000);
    p.initial_v = dice.one_in(2) ? IntPerNeuron{0} : values(dice, n, -500 * unit, 500 * unit);
    if (dice.one_in(4)) p.bias_u = values(dice, n, -20, 20);
    if (dice.one_in(4)) p.initial_u = values(dice, n, -500 * unit, 500 * unit);
    if (dice.one_in(4)) p.v_min = values(dice, n, -300 * unit, 0);
    p.spiking = !dice.one_in(5);
    if (!p.spiking) return p;
    p.threshold = values(dice, n, 0, dice.one_of({100, 1000, 30000}) * unit);
    p.reset = dice.one_of({rt::Reset::none, rt::Reset::to_value, rt::Reset::subtract_at_once,
                           rt::Reset::subtract_next_step, rt::Reset::subtract_no_delay,
                           rt::Reset::to_zero_no_delay});
    p.reset_amount = values(dice, n, 0, 1000 * unit);
    const bool later = p.reset == rt::Reset::subtract_next_step || rt::without_delay(p.reset);
    if (!later && dice.one_in(2)) p.refractory_steps = dice.between(1, 4);
    return p;
}

void make_sparse(Dice& dice, IntConnection& c) {
    const int density = dice.between(1, 8);
    std::vector<std::int16_t> kept;
    c.first.push_back(0);
    for (std::size_t o = 0; o < c.outputs; ++o) {
        for (std::size_t i = 0; i < c.inputs; ++i) {
            if (!dice.one_in(density)) continue;
            c.column.push_back(static_cast<std::uint32_t>(i));
            kept.push_back(c.weight[o * c.inputs + i]);
        }
        c.first.push_back(static_cast<std::uint32_t>(kept.size()));
    }
    c.weight = std::move(kept);
}

// A maximum pool of a row of values.
Pool random_pool(Dice& dice, std::size_t width) {
    Pool pool;
    pool.kind = Pool::Kind::maximum;
    pool.input = {1, 1, width};
    pool.window.kernel[1] =
        static_cast<std::size_t>(dice.between(1, static_cast<int>(std::min<std::size_t>(width, 3))));
    pool.window.stride[1] = static_cast<std::size_t>(dice.between(1, 3));
    pool.window.pad_before[1] = static_cast<std::size_t>(dice.between(0, 1));
    return pool;
}

IntConnection random_connection(Dice& dice, const IntNetwork& network, std::size_t target) {
    IntConnection c;
    c.target = target;
    c.name = "c" + std::to_string(network.connections.size());
    if (dice.one_in(2)) {
        c.source = {Presynaptic::Kind::input,
                    static_cast<std::size_t>(dice.between(0, static_cast<int>(network.inputs.size()) - 1))};
        c.delay = dice.between(0, 1);
    } else {
        const int last = static_cast<int>(network.populations.size()) - 1;
        c.source = {Presynaptic::Kind::population, static_cast<std::size_t>(dice.between(0, last))};
        c.delay = c.source.index >= target ? 1 : dice.between(0, 1);
    }
    if (dice.one_in(4)) c.delay += dice.between(1, 3);
    c.inputs = width(network, c.source);
    if (dice.one_in(3)) {
        c.source_pool = random_pool(dice, c.inputs);
        c.inputs = outputs(*c.source_pool, c.inputs);
    }
    c.outputs = neurons(network.populations[target]);
    c.exponent = dice.between(0, 7);
    // Bytes, the even 9-bit weights of Loihi, halfwords, four bits, ternary ones, both also times a power of
    // two.
    const int kind = dice.between(0, 4);
    const int factor = 1 << (dice.one_in(2) ? dice.between(0, 12) : 0);
    c.weight.resize(c.inputs * c.outputs);
    for (std::int16_t& w : c.weight) {
        const int weight = kind == 0   ? dice.between(-128, 127)
                           : kind == 1 ? 2 * dice.between(-128, 127)
                           : kind == 2 ? dice.between(-32768, 32767)
                           : kind == 3 ? dice.between(-8, 7) * factor
                                       : dice.between(-1, 1) * factor;
        w = static_cast<std::int16_t>(weight);
    }
    if (dice.one_in(3)) make_sparse(dice, c);
    return c;
}

IntDrawn random_draw(Dice& dice, std::size_t neurons) {
    IntDrawn drawn;
    drawn.seed = (std::uint64_t{dice.word()} << 32) | dice.word();
    drawn.stream = dice.one_in(2) ? dice.word() % 100 : (std::uint64_t{dice.word()} << 32) | dice.word();
    const int largest = dice.one_of({1, 1, 3, 7, 127});
    for (int k = 0; k < 2 * largest; ++k) drawn.table.push_back(dice.word());
    std::sort(drawn.table.begin(), drawn.table.end());
    drawn.factor = values(dice, neurons, -32767 / largest, 32767 / largest);
    if (dice.one_in(2)) drawn.factor = {dice.between(1, 127)};
    return drawn;
}

std::uint8_t arriving(const IntNetwork& network, const Presynaptic& source, std::size_t neuron,
                      std::size_t step, const std::vector<std::uint8_t>& spikes,
                      const std::vector<PlainPopulation>& populations) {
    if (source.kind == Presynaptic::Kind::population)
        return populations[source.index].s[step * width(network, source) + neuron];
    std::size_t first = 0;
    for (std::size_t k = 0; k < source.index; ++k) first += neurons(network.inputs[k]);
    return spikes[step * input_neurons(network) + first + neuron];
}

// Whether input i of the connection is active: of a pool, where any neuron of its window spiked.
bool arriving(const IntNetwork& network, const IntConnection& c, std::size_t input, std::size_t step,
              const std::vector<std::uint8_t>& spikes, const std::vector<PlainPopulation>& populations) {
    if (!c.source_pool) return arriving(network, c.source, input, step, spikes, populations) != 0;
    bool any = false;
    for_each_inside(c.source_pool->window, c.source_pool->input, 0, input, [&](std::size_t, std::size_t i) {
        any = any || arriving(network, c.source, i, step, spikes, populations) != 0;
    });
    return any;
}

}  // namespace

IntNetwork random_network(std::mt19937& random) {
    Dice dice{random};
    IntNetwork network;
    network.name = "probe";
    const int profile = dice.between(0, 3);
    network.profile = profile == 0 ? "loihi" : profile == 1 ? "lava" : "mcu";
    network.rules = profile == 0   ? rt::loihi_rules
                    : profile == 1 ? rt::lava_rules
                                   : rt::mcu_rules(static_cast<std::uint8_t>(dice.between(12, 16)));
    const int inputs = dice.between(1, 2), populations = dice.between(1, 4);
    for (int k = 0; k < inputs; ++k)
        network.inputs.push_back({"in" + std::to_string(k), {static_cast<std::size_t>(dice.between(1, 20))}});
    for (int p = 0; p < populations; ++p)
        network.populations.push_back(random_population(dice, network.rules, p));
    for (std::size_t target = 0; target < network.populations.size(); ++target) {
        const int into = dice.between(0, 3) + (target == 0 ? 1 : 0);
        for (int c = 0; c < into; ++c)
            network.connections.push_back(random_connection(dice, network, target));
    }
    network.outputs = {network.populations.size() - 1};
    return network;
}

namespace {

IntPopulation random_layer(Dice& dice, int decay_bits, int shift, int index) {
    const std::size_t n = static_cast<std::size_t>(dice.between(12, 70));
    IntPopulation p;
    p.name = "p" + std::to_string(index);
    p.shape = {n};
    p.decay_u = {1 << decay_bits};
    p.decay_v = {dice.one_of({dice.between(1 << (decay_bits - 5), 1 << (decay_bits - 1)),
                              dice.between(1 << (decay_bits - 2), 1 << (decay_bits - 1)),
                              1 << (decay_bits - 1), dice.between(1 << (decay_bits - 5), 1 << decay_bits)})};
    const bool alike = dice.one_in(2);
    if (!alike && !dice.one_in(4)) p.bias = values(dice, n, -100 * (1 << shift), 200 * (1 << shift));
    p.threshold = values(dice, n, 0, dice.one_of({100, 600}) << shift);
    if (alike) p.threshold.resize(1);
    p.initial_v = dice.one_in(2) ? IntPerNeuron{0} : values(dice, n, -500, 0);
    p.reset = dice.one_of(
        {rt::Reset::none, rt::Reset::to_value, rt::Reset::subtract_at_once, rt::Reset::subtract_next_step});
    p.reset_amount = values(dice, n, 0, 600 << shift);
    if (alike && n % 2 == 0) p.reset_amount.resize(1);
    if (dice.one_in(8)) p.refractory_steps = p.reset == rt::Reset::subtract_next_step ? 0 : 2;
    if (dice.one_in(8)) p.decay_u = {1 << (decay_bits - 1)};
    return p;
}

IntConnection dense_bytes(Dice& dice, const IntNetwork& network, Presynaptic source, std::size_t target,
                          int shift) {
    IntConnection c;
    c.name = "c" + std::to_string(network.connections.size());
    c.source = source;
    c.target = target;
    c.delay = source.kind == Presynaptic::Kind::population && source.index >= target ? 1 : 0;
    if (dice.one_in(6)) ++c.delay;
    c.inputs = width(network, source);
    c.outputs = neurons(network.populations[target]);
    c.exponent = shift;
    c.weight.resize(c.inputs * c.outputs);
    const bool nibbles = network.populations[target].shape[0] % 3 == 0;
    for (std::int16_t& w : c.weight)
        w = static_cast<std::int16_t>(nibbles ? dice.between(-8, 7) : dice.between(-128, 127));
    return c;
}

}  // namespace

IntNetwork random_layers(std::mt19937& random, int state_bits) {
    Dice dice{random};
    IntNetwork network;
    network.name = "layers";
    network.profile = "mcu";
    const int decay_bits = state_bits == 16 ? 12 : dice.one_of({12, 12, 12, 12, 14, 16});
    const int layers = dice.between(1, 3);
    network.rules =
        rt::mcu_rules(static_cast<std::uint8_t>(decay_bits), static_cast<std::uint8_t>(state_bits));
    network.inputs.push_back({"in", {static_cast<std::size_t>(dice.between(1, 90))}});
    for (int k = 0; k < layers; ++k) {
        const int shift = decay_bits == 12 ? dice.one_of({0, 0, dice.between(1, 4)}) : 0;
        const auto target = static_cast<std::size_t>(k);
        network.populations.push_back(random_layer(dice, decay_bits, shift, k));
        const Presynaptic below = k == 0 ? Presynaptic{Presynaptic::Kind::input, 0}
                                         : Presynaptic{Presynaptic::Kind::population, target - 1};
        network.connections.push_back(dense_bytes(dice, network, below, target, shift));
        if (dice.one_in(state_bits == 16 ? 6 : 3))
            network.connections.push_back(
                dense_bytes(dice, network, {Presynaptic::Kind::population, target}, target, shift));
        if (dice.one_in(4))
            network.connections.push_back(
                dense_bytes(dice, network, {Presynaptic::Kind::input, 0}, target, shift));
    }
    IntPopulation& last = network.populations.back();
    const bool any = state_bits == 16;
    if (dice.one_in(2) && (any || network.connections.back().source.kind == Presynaptic::Kind::input)) {
        last.spiking = false;
        last.threshold = {INT32_MAX};
        last.reset = rt::Reset::none;
        last.reset_amount = {0};
    }
    network.outputs = {network.populations.size() - 1};
    return network;
}

namespace {

std::size_t from(Dice& dice, int low, int high) {
    return static_cast<std::size_t>(dice.between(low, high));
}

// A convolution that leaves an image, of `wanted` filters where that is not 0.
Convolution random_window(Dice& dice, const Shape& input, std::size_t wanted) {
    Convolution c;
    c.input = input;
    c.groups = dice.one_in(3) && input[0] % 2 == 0 ? dice.one_of({std::size_t{2}, input[0]}) : 1;
    if (wanted % c.groups != 0) c.groups = 1;
    c.filters = wanted != 0 ? wanted : c.groups * from(dice, 1, c.groups > 1 ? 2 : 9);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        Window& w = c.window;
        w.kernel[axis] = from(dice, 1, 5);
        w.stride[axis] = dice.one_in(2) ? 1 : from(dice, 1, 3);
        w.dilation[axis] = dice.one_in(2) ? 1 : from(dice, 1, 3);
        w.pad_before[axis] = from(dice, 0, 4);
        const std::size_t reach = (w.kernel[axis] - 1) * w.dilation[axis] + 1;
        const std::size_t padded = input[axis + 1] + w.pad_before[axis];
        w.pad_after[axis] = from(dice, 0, 2) + (reach > padded ? reach - padded : 0);
    }
    return c;
}

// The same size in and out.
Convolution centred(Dice& dice, const Shape& image) {
    Convolution c = random_window(dice, image, image[0]);
    c.window.stride = {1, 1};
    c.window.kernel = {3, 3};
    c.window.pad_before = c.window.pad_after = c.window.dilation;
    return c;
}

IntConnection convolve(Dice& dice, Presynaptic source, std::size_t target, int delay, const Convolution& c) {
    Convolution filled = c;
    const std::size_t size = c.filters * (c.input[0] / c.groups) * c.window.kernel[0] * c.window.kernel[1];
    const int most = dice.one_of({1, 7, 127, 127, 32767}), factor = most < 127 ? 1 << dice.between(0, 4) : 1;
    for (std::size_t k = 0; k < size; ++k) filled.weight.push_back(dice.between(-most, most) * factor);
    const Matrix matrix = matrix_of(filled, *element_count(c.input));
    IntConnection connection;
    connection.name = "conv";
    connection.source = source;
    connection.target = target;
    connection.delay = delay;
    connection.exponent = dice.between(0, 3);
    connection.outputs = matrix.outputs;
    connection.inputs = matrix.inputs;
    for (double w : matrix.weight) connection.weight.push_back(static_cast<std::int16_t>(w));
    connection.first = matrix.first;
    connection.column = matrix.column;
    connection.convolution = c;
    return connection;
}

}  // namespace

IntNetwork random_images(std::mt19937& random) {
    Dice dice{random};
    IntNetwork network;
    network.name = "images";
    network.profile = "mcu";
    network.rules = rt::mcu_rules(12);
    const Shape image{from(dice, 1, 4), from(dice, 3, 9), from(dice, 3, 9)};
    network.inputs.push_back({"in", image});
    Shape shape = image;
    const int layers = dice.between(1, 3);
    for (std::size_t p = 0; p < static_cast<std::size_t>(layers); ++p) {
        const Presynaptic below = p == 0 ? Presynaptic{Presynaptic::Kind::input, 0}
                                         : Presynaptic{Presynaptic::Kind::population, p - 1};
        const Convolution c = random_window(dice, shape, 0);
        IntPopulation population = random_layer(dice, 12, dice.between(0, 3), static_cast<int>(p));
        population.shape = output_shape(c);
        const std::size_t n = neurons(population);
        for (IntPerNeuron* values :
             {&population.bias, &population.threshold, &population.reset_amount, &population.initial_v}) {
            const IntPerNeuron some = *values;
            if (some.size() == 1) continue;
            values->resize(n);
            for (std::size_t i = 0; i < n; ++i) (*values)[i] = some[i % some.size()];
        }
        network.populations.push_back(population);
        network.connections.push_back(convolve(dice, below, p, dice.between(0, 2), c));
        const Shape out = output_shape(c);
        if (dice.one_in(3))
            network.connections.push_back(convolve(dice, {Presynaptic::Kind::population, p}, p,
                                                   dice.between(1, 2), centred(dice, out)));
        if (dice.one_in(3))
            network.connections.push_back(dense_bytes(dice, network, {Presynaptic::Kind::input, 0}, p, 0));
        if (dice.one_in(4)) {
            network.connections.push_back(dense_bytes(dice, network, below, p, 1));
            make_sparse(dice, network.connections.back());
        }
        shape = out;
    }
    network.outputs = {network.populations.size() - 1};
    return network;
}

void draw_connections(std::mt19937& random, int one_in, IntNetwork& network) {
    Dice dice{random};
    for (IntConnection& c : network.connections) {
        if (is_sparse(c) || !dice.one_in(one_in)) continue;
        c.drawn = random_draw(dice, c.outputs);
        c.weight = draw(*c.drawn, c.outputs, c.inputs);
    }
}

IntNetwork random_drawn_network(std::mt19937& random) {
    for (;;) {
        IntNetwork network = random_network(random);
        draw_connections(random, 1, network);
        const auto drawn = [](const IntConnection& c) { return c.drawn.has_value(); };
        if (std::all_of(network.connections.begin(), network.connections.end(), drawn)) return network;
    }
}

std::vector<std::uint8_t> random_spikes(std::mt19937& random, std::size_t steps, std::size_t neurons) {
    Dice dice{random};
    const int sparsity = dice.between(1, 6);
    std::vector<std::uint8_t> spikes(steps * neurons);
    for (std::uint8_t& s : spikes) s = dice.one_in(sparsity) ? 1 : 0;
    return spikes;
}

std::size_t input_neurons(const IntNetwork& network) {
    std::size_t total = 0;
    for (const Input& input : network.inputs) total += neurons(input);
    return total;
}

std::vector<PlainPopulation> plain_run(const IntNetwork& network, std::size_t steps,
                                       const std::vector<std::uint8_t>& spikes) {
    std::vector<PlainPopulation> record(network.populations.size());
    std::vector<std::vector<rt::NeuronState>> states;
    for (const IntPopulation& p : network.populations) {
        states.emplace_back();
        const bool filtered = !unfiltered(p, network.rules);
        for (std::size_t n = 0; n < neurons(p); ++n)
            states.back().push_back({filtered ? at(p.initial_u, n) : 0, at(p.initial_v, n), 0});
    }
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t p = 0; p < network.populations.size(); ++p)
            for (std::size_t n = 0; n < states[p].size(); ++n) {
                std::int64_t sum = at(network.populations[p].bias_u, n);
                for (const IntConnection& c : network.connections) {
                    const auto delay = static_cast<std::size_t>(c.delay);
                    if (c.target != p || t < delay) continue;
                    for_each_synapse(c, n, [&](std::size_t i, std::int16_t w) {
                        if (arriving(network, c, i, t - delay, spikes, record))
                            sum += w * (std::int64_t{1} << c.exponent);
                    });
                }
                rt::NeuronState& state = states[p][n];
                const rt::NeuronParameters parameters = neuron_parameters(network.populations[p], n);
                record[p].s.push_back(rt::step(network.rules, parameters, state, sum) ? 1 : 0);
                record[p].u.push_back(state.u);
                record[p].v.push_back(state.v);
            }
    return record;
}

}  // namespace synfire::test
