// Agreement figures and first differences.
#include <cmath>

#include <gtest/gtest.h>

#include "emulator/compare.hpp"

using namespace synfire;

namespace {

constexpr std::size_t steps = 2, n = 3;

FloatTrace reference(std::vector<std::uint8_t> s) {
    FloatTrace t;
    t.steps = steps;
    t.populations = {{"a", n, true, std::move(s), {}, {}, {0.5, 1.5, 1.25, 0, 0, 0}}};
    return t;
}

IntTrace integers(std::vector<std::uint8_t> s) {
    IntTrace t;
    t.steps = steps;
    t.populations = {{"a",
                      n,
                      true,
                      std::move(s),
                      std::vector<std::int32_t>(steps * n, 5),
                      std::vector<std::int32_t>(steps * n, 6),
                      {5, 15, 9, 0, 0, 0}}};
    return t;
}

Network network() {
    Population p;
    p.name = "a";
    p.shape = {n};
    p.spiking = Spiking{{1.0}, Compare::greater, NoReset{}, 0};
    Network result;
    result.populations = {p};
    return result;
}

IntNetwork int_network() {
    IntNetwork result;
    IntPopulation p;
    p.name = "a";
    p.shape = {n};
    p.scale = {10.0};
    result.populations = {p};
    return result;
}

}  // namespace

TEST(Compare, CountsIntersectionOverUnion) {
    Agreement agreement;
    add_sample(agreement, 0, network(), int_network(), reference({0, 1, 1, 0, 0, 1}),
               integers({0, 1, 0, 0, 1, 1}), integers({0, 1, 1, 0, 0, 1}));
    ASSERT_EQ(agreement.layers.size(), 1U);
    EXPECT_EQ(agreement.layers[0].propagated.value(), 2.0 / 4.0);
    EXPECT_EQ(agreement.layers[0].local.value(), 1.0);
    EXPECT_EQ(agreement.layers[0].expected_spikes, 3U);
}

TEST(Compare, EmptyTrainsAgree) {
    EXPECT_EQ(SpikeAgreement{}.value(), 1.0);
}

TEST(Compare, DescribesTheFirstDivergenceAndKeepsIt) {
    Agreement agreement;
    for (std::size_t sample : {3U, 4U})
        add_sample(agreement, sample, network(), int_network(), reference({0, 1, 1, 0, 0, 0}),
                   integers({0, 1, 0, 0, 0, 0}), integers({0, 1, 0, 0, 0, 0}));
    ASSERT_TRUE(agreement.first);
    EXPECT_EQ(agreement.first->sample, 3U);
    EXPECT_EQ(agreement.first->step, 0U);
    EXPECT_EQ(agreement.first->neuron, 2U);
    EXPECT_EQ(agreement.first->expected_spikes, 1);
    EXPECT_EQ(agreement.first->actual_spikes, 0);
    EXPECT_EQ(agreement.first->expected_v, 1.25);
    EXPECT_EQ(agreement.first->actual_v, 0.9);
    EXPECT_EQ(agreement.first->margin, 0.25);
}

TEST(Compare, FindsTheFirstMismatchInEveryVariable) {
    const IntTrace expected = integers({0, 1, 0, 0, 0, 0});
    EXPECT_FALSE(first_mismatch(0, expected, expected));
    IntTrace actual = expected;
    actual.populations[0].v[4] = 7;
    EXPECT_EQ(first_mismatch(0, expected, actual)->variable, 'v');
    EXPECT_EQ(first_mismatch(0, expected, actual)->step, 1U);
    actual.populations[0].u[3] = 7;
    EXPECT_EQ(first_mismatch(0, expected, actual)->variable, 'u');
    actual.populations[0].s[0] = 1;
    EXPECT_EQ(first_mismatch(0, expected, actual)->variable, 's');
    actual.populations[0].s.clear();
    EXPECT_EQ(first_mismatch(0, expected, actual)->variable, 'u');
}

TEST(Compare, MeasuresDistanceAndRatesOverSamples) {
    Agreement agreement;
    agreement.options = {1, 4};
    const IntTrace late = integers({0, 0, 0, 1, 1, 0});
    add_sample(agreement, 0, network(), int_network(), reference({1, 1, 0, 0, 0, 0}), late, late);
    add_sample(agreement, 1, network(), int_network(), reference({1, 0, 1, 0, 0, 0}),
               integers({1, 0, 1, 0, 0, 0}), late);
    const LayerAgreement& l = agreement.layers.at(0);
    EXPECT_EQ(l.propagated.both, 2U);
    EXPECT_EQ(l.propagated.either, 6U);
    EXPECT_EQ(l.within.both, 4U);
    EXPECT_EQ(l.within.either, 4U);
    EXPECT_EQ(l.equal_samples, 1U);
    EXPECT_EQ(l.trains, 6U);
    // Two trains shifted by one step, of four that hold one spike each.
    EXPECT_NEAR(*relative_distance(l), std::sqrt(2 * (1 - std::exp(-1 / 4.0)) / (4 * 0.5)), 1e-12);
    EXPECT_NEAR(*rate_correlation(l), 1, 1e-12);
    EXPECT_EQ(overall(agreement.layers).propagated.either, 6U);
}

// Two neurons in a row, thresholds in integers; the second hears the first one step later.
TEST(Compare, SpreadIsWhatOneNudgeChanges) {
    IntNetwork network;
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {1}, SignalKind::spikes});
    for (const char* name : {"a", "b"}) {
        IntPopulation p;
        p.name = name;
        p.shape = {1};
        p.decay_u = {4096};
        p.decay_v = {0};
        p.threshold = {99};
        p.reset = rt::Reset::subtract_at_once;
        p.reset_amount = {100};
        network.populations.push_back(p);
    }
    IntConnection c;
    c.name = "in-a";
    c.outputs = c.inputs = 1;
    c.weight = {60};
    network.connections.push_back(c);
    c.name = "a-b";
    c.source = {Presynaptic::Kind::population, 0};
    c.target = 1;
    c.delay = 1;
    c.weight = {100};
    network.connections.push_back(c);
    const std::vector<Signal> inputs = {{6, 1, {1, 1, 1, 1, 1, 1}}};
    // v of "a": 60, 120 -> 20, 80, 140 -> 40, 100 -> 0, 60; nudged to 99 in step 1 it goes on with 99.
    Divergence d;
    d.step = 1;
    d.expected_spikes = 0;
    d.actual_spikes = 1;
    const std::vector<LayerSpread> spread = spread_of(d, network, inputs);
    ASSERT_EQ(spread.size(), 2U);
    // As it is: spikes in steps 1, 3, 4. Nudged: 99, 159 -> 59, 119 -> 19, 79, 139: steps 2, 3, 5.
    EXPECT_EQ(spread[0].cells, 4U);
    EXPECT_EQ(spread[0].neurons, 1U);
    EXPECT_EQ(spread[0].first_step, 1U);
    EXPECT_EQ(spread[1].cells, 3U);
    EXPECT_EQ(spread[1].first_step, 2U);
}
