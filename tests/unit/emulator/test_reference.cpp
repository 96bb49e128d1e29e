// The float reference against sequences worked out by hand; all values are exact in binary.
#include <gtest/gtest.h>

#include "emulator/reference.hpp"

using namespace synfire;

namespace {

// One neuron driven through a weight of 1.
Network one_neuron(Reset reset, double beta = 0.5) {
    Population p;
    p.name = "n";
    p.shape = {1};
    p.beta = {beta};
    p.spiking = Spiking{{1.0}, Compare::greater, std::move(reset), 0};
    Connection c;
    c.name = "w";
    c.stages = {Dense{1, 1, {1.0}, {}}};
    Network network;
    network.inputs = {{"x", {1}, SignalKind::real}};
    network.populations = {p};
    network.connections = {c};
    network.outputs = {0};
    return network;
}

struct Expected {
    std::vector<std::uint8_t> s;
    std::vector<double> v;
};

void expect_run(const Network& network, const std::vector<double>& drive, const Expected& expected) {
    const FloatTrace trace = simulate(network, {{drive.size(), 1, drive}});
    EXPECT_EQ(trace.populations[0].s, expected.s);
    EXPECT_EQ(trace.populations[0].v, expected.v);
}

}  // namespace

TEST(Reference, SubtractsInTheNextStepAfterTheLeak) {
    // v: 1.5 spikes; 0.75 - 1 + 1 = 0.75; 0.375
    expect_run(one_neuron(SoftReset{{1.0}, true}), {1.5, 1, 0}, {{1, 0, 0}, {1.5, 0.75, 0.375}});
}

TEST(Reference, SubtractsAtOnceBeforeTheLeak) {
    // 1.5 -> 0.5; 0.25 + 1 = 1.25 -> 0.25; 0.125
    expect_run(one_neuron(SoftReset{{1.0}, false}), {1.5, 1, 0}, {{1, 1, 0}, {0.5, 0.25, 0.125}});
}

TEST(Reference, ResetsToAValue) {
    expect_run(one_neuron(HardReset{{-0.5}}), {2, 1, 0}, {{1, 0, 0}, {-0.5, 0.75, 0.375}});
}

TEST(Reference, LeavesVWithoutReset) {
    expect_run(one_neuron(NoReset{}), {2, 1, 0}, {{1, 1, 0}, {2, 2, 1}});
}

TEST(Reference, ComparesStrictlyUnlessAskedNotTo) {
    Network network = one_neuron(HardReset{{0.0}}, 0.0);
    expect_run(network, {1, 1.5}, {{0, 1}, {1, 0}});
    network.populations[0].spiking->compare = Compare::greater_equal;
    expect_run(network, {1, 1.5}, {{1, 1}, {0, 0}});
}

TEST(Reference, HoldsVDuringTheRefractoryPeriod) {
    Network network = one_neuron(HardReset{{0.0}}, 1.0);
    network.populations[0].spiking->refractory_steps = 2;
    expect_run(network, {2, 2, 2, 2}, {{1, 0, 0, 1}, {0, 0, 0, 0}});
}

TEST(Reference, FiltersTheCurrentAndKeepsItThroughAReset) {
    Network network = one_neuron(HardReset{{0.0}}, 0.0);
    network.populations[0].alpha = {0.5};
    const FloatTrace trace = simulate(network, {{3, 1, {4, 0, 0}}});
    EXPECT_EQ(trace.populations[0].u, (std::vector<double>{4, 2, 1}));
    EXPECT_EQ(trace.populations[0].s, (std::vector<std::uint8_t>{1, 1, 0}));
}

TEST(Reference, DelaysAndRecurrence) {
    Network network = one_neuron(HardReset{{0.0}}, 0.0);
    network.connections[0].delay = 1;
    Connection back = network.connections[0];
    back.source = {Presynaptic::Kind::population, 0};
    back.delay = 2;
    back.stages = {Dense{1, 1, {2.0}, {}}};
    network.connections.push_back(back);
    // The input of step 0 acts in step 1, the spike of step 1 in step 3, that of step 3 in step 5.
    expect_run(network, {2, 0, 0, 0, 0, 0}, {{0, 1, 0, 1, 0, 1}, {0, 0, 0, 0, 0, 0}});
}

TEST(Reference, ReadoutHasNoSpikesAndBiasesAdd) {
    Network network = one_neuron(NoReset{}, 1.0);
    network.populations[0].spiking.reset();
    network.populations[0].bias = {0.25};
    network.populations[0].initial_v = {1};
    std::get<Dense>(network.connections[0].stages[0]).bias = {0.5};
    const FloatTrace trace = simulate(network, {{2, 1, {1, 0}}});
    EXPECT_EQ(trace.populations[0].v, (std::vector<double>{2.75, 3.5}));
    EXPECT_EQ(trace.populations[0].s, (std::vector<std::uint8_t>{0, 0}));
}

TEST(Reference, ResetWithoutDelayIsGivenBackWhereNoSpikeFollows) {
    expect_run(one_neuron(NoDelayReset{false, {1}}), {3.25, 0, 0}, {{1, 0, 0}, {2.25, 1.125, 0.5625}});
    // To zero: v was 0 after the spike at step 0; at step 2 the spike of a membrane that is kept up.
    expect_run(one_neuron(NoDelayReset{true, {0}}), {3, 0.5, 2, 2}, {{1, 0, 1, 1}, {0, 0.5, 0, 0}});
}

TEST(Reference, SendsAsManySpikesAsThresholdsFit) {
    Network network = one_neuron(SoftReset{{1}, false});
    network.populations[0].spiking->compare = Compare::greater_equal;
    network.populations[0].spiking->max_spikes = 3;
    expect_run(network, {2.5, 0.75, 9, 0}, {{2, 1, 3, 3}, {0.5, 0, 6, 0}});
}

TEST(Reference, LowerBoundHoldsTheMembraneUp) {
    Network network = one_neuron(NoReset{});
    network.populations[0].v_min = {-0.5};
    expect_run(network, {-3, 0.25, -0.25}, {{0, 0, 0}, {-0.5, 0, -0.25}});
}

TEST(Reference, PeriodicResetClearsBothStates) {
    Network network = one_neuron(NoReset{}, 1.0);
    network.populations[0].alpha = {0.5};
    network.populations[0].initial_i = {2};
    network.populations[0].spiking.reset();
    network.populations[0].periodic_reset = {3, 2};
    const FloatTrace trace = simulate(network, {{6, 1, {0, 0, 1, 0, 0, 0}}});
    EXPECT_EQ(trace.populations[0].u, (std::vector<double>{1, 0.5, 1, 0.5, 0.25, 0}));
    EXPECT_EQ(trace.populations[0].v, (std::vector<double>{1, 1.5, 1, 1.5, 1.75, 0}));
}
