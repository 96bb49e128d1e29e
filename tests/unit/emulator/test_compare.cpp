// Agreement figures and first differences.
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
    EXPECT_TRUE(agreement.first->expected_spike);
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
