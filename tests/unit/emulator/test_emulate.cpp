// The integer emulator: equal to the float reference where every value is a small integer, and the rules of
// the profiles at their limits.
#include <random>

#include <gtest/gtest.h>

#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"

using namespace synfire;

namespace {

IntPopulation population(const std::string& name, std::size_t n, std::int32_t decay_v, std::int32_t threshold,
                         rt::Reset reset, std::int32_t amount) {
    IntPopulation p;
    p.name = name;
    p.shape = {n};
    p.decay_u = {4096};
    p.decay_v = {decay_v};
    p.threshold = {threshold};
    p.reset = reset;
    p.reset_amount = {amount};
    return p;
}

IntNetwork one_neuron(const rt::Rules& rules, std::int32_t decay_v, std::int32_t threshold, rt::Reset reset,
                      std::int32_t amount) {
    IntNetwork network;
    network.rules = rules;
    network.inputs = {{"x", {1}, SignalKind::counts}};
    network.populations = {population("n", 1, decay_v, threshold, reset, amount)};
    IntConnection c;
    c.outputs = c.inputs = 1;
    c.weight = {1};
    network.connections = {c};
    network.outputs = {0};
    return network;
}

// Integer weights and no leak: float64 and integers are both exact, so every spike and state must be equal.
struct Pair {
    Network network;
    IntNetwork integers;
};

Pair random_integrators(std::mt19937& random, bool next_step) {
    const std::vector<std::size_t> sizes = {5, 4, 3};
    std::uniform_int_distribution<int> weight(-20, 25);
    Pair pair;
    pair.network.inputs = pair.integers.inputs = {{"x", {sizes[0]}, SignalKind::spikes}};
    pair.integers.rules = rt::mcu_rules(12);
    for (std::size_t layer = 1; layer < sizes.size(); ++layer) {
        const std::string name = "layer" + std::to_string(layer);
        Population p;
        p.name = name;
        p.shape = {sizes[layer]};
        p.beta = {1.0};
        p.spiking = Spiking{{30.0}, Compare::greater, SoftReset{{30.0}, next_step}, 0};
        pair.network.populations.push_back(p);
        pair.integers.populations.push_back(
            population(name, sizes[layer], 0, 30,
                       next_step ? rt::Reset::subtract_next_step : rt::Reset::subtract_at_once, 30));
        Connection c;
        c.source = layer == 1 ? Presynaptic{} : Presynaptic{Presynaptic::Kind::population, layer - 2};
        c.target = layer - 1;
        Dense dense{sizes[layer], sizes[layer - 1], {}, {}};
        IntConnection ic;
        ic.source = c.source;
        ic.target = c.target;
        ic.outputs = dense.outputs;
        ic.inputs = dense.inputs;
        for (std::size_t k = 0; k < dense.outputs * dense.inputs; ++k) {
            ic.weight.push_back(static_cast<std::int16_t>(weight(random)));
            dense.weight.push_back(ic.weight.back());
        }
        c.stages = {dense};
        pair.network.connections.push_back(c);
        pair.integers.connections.push_back(ic);
    }
    pair.network.outputs = pair.integers.outputs = {sizes.size() - 2};
    return pair;
}

}  // namespace

TEST(Emulate, EqualsTheReferenceWhereBothAreExact) {
    std::mt19937 random(1);
    for (int trial = 0; trial < 50; ++trial) {
        const Pair pair = random_integrators(random, trial % 2 == 0);
        Signal x{40, 5, {}};
        for (std::size_t k = 0; k < x.steps * x.neurons; ++k) x.values.push_back(random() % 3 == 0 ? 1 : 0);
        const FloatTrace expected = simulate(pair.network, {x});
        const IntTrace actual = emulate(pair.integers, {x});
        for (std::size_t p = 0; p < expected.populations.size(); ++p) {
            EXPECT_EQ(expected.populations[p].s, actual.populations[p].s);
            const std::vector<double> v(actual.populations[p].v.begin(), actual.populations[p].v.end());
            EXPECT_EQ(expected.populations[p].v, v);
        }
    }
}

TEST(Emulate, TruncatesTheKeptMagnitude) {
    const IntNetwork network = one_neuron(rt::mcu_rules(12), 2048, INT32_MAX, rt::Reset::none, 0);
    EXPECT_EQ(emulate(network, {{4, 1, {7, 0, 0, 0}}}).populations[0].v, (IntPerNeuron{7, 3, 1, 0}));
    EXPECT_EQ(emulate(network, {{4, 1, {-7, 0, 0, 0}}}).populations[0].v, (IntPerNeuron{-7, -3, -1, 0}));
}

TEST(Emulate, SaturatesTheMcuMembrane) {
    IntNetwork network = one_neuron(rt::mcu_rules(12), 0, INT32_MAX, rt::Reset::none, 0);
    network.connections[0].exponent = 30;
    EXPECT_EQ(emulate(network, {{4, 1, {1, 1, 1, -8}}}).populations[0].v,
              (IntPerNeuron{1 << 30, INT32_MAX, INT32_MAX, 0}));
}

TEST(Emulate, WrapsTheLoihiAccumulatorAndClampsItsMembrane) {
    // 2^15 * 64 = 2^21 is one more than the accumulator holds.
    const IntNetwork network = one_neuron(rt::loihi_rules, 0, INT32_MAX, rt::Reset::none, 0);
    const IntTrace trace = emulate(network, {{2, 1, {32767, 32768}}});
    EXPECT_EQ(trace.populations[0].u, (IntPerNeuron{32767 * 64, -(1 << 21)}));
    IntNetwork integrating = network;
    std::vector<double> drive(6, 32767);
    EXPECT_EQ(emulate(integrating, {{6, 1, drive}}).populations[0].v.back(), (1 << 23) - 1);
}

TEST(Emulate, ForcedSpikesReplaceWhatConnectionsRead) {
    std::mt19937 random(2);
    const Pair pair = random_integrators(random, true);
    Signal x{10, 5, std::vector<double>(50, 1.0)};
    const ForcedSpikes silence = {std::vector<std::uint8_t>(40, 0), std::vector<std::uint8_t>(30, 0)};
    const IntTrace free = emulate(pair.integers, {x});
    const IntTrace forced = emulate(pair.integers, {x}, &silence);
    EXPECT_EQ(free.populations[0].s, forced.populations[0].s);  // driven by the input only
    EXPECT_EQ(forced.populations[1].v, std::vector<std::int32_t>(30, 0));
}

TEST(Emulate, NegativeExponentFloorsTheSum) {
    IntNetwork network = one_neuron(rt::mcu_rules(12), 4096, INT32_MAX, rt::Reset::none, 0);
    network.connections[0].exponent = -1;
    EXPECT_EQ(emulate(network, {{4, 1, {3, -3, 4, -4}}}).populations[0].u, (IntPerNeuron{1, -2, 2, -2}));
}
