// Measures of spike trains against values worked out by hand and against plain definitions.
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "emulator/spike_trains.hpp"

namespace synfire {
namespace {

SpikeAgreement agreement(const SpikeTrains& a, const SpikeTrains& b, std::size_t neurons,
                         std::size_t within) {
    SpikeAgreement result;
    add_agreement(a, b, neurons, within, result);
    return result;
}

TEST(SpikeTrains, PairsSpikesWithinSteps) {
    const SpikeTrains a = {1, 0, 0, 0, 1, 0}, b = {0, 1, 0, 0, 0, 1};
    EXPECT_EQ(agreement(a, b, 1, 0).both, 0U);
    EXPECT_EQ(agreement(a, b, 1, 0).either, 4U);
    EXPECT_EQ(agreement(a, b, 1, 1).both, 2U);
    EXPECT_EQ(agreement(a, b, 1, 1).either, 2U);
    EXPECT_EQ(agreement(a, b, 2, 1).both, 0U);  // not the same neuron: cells 0, 4 and 1, 5
    // One spike of b serves one of a.
    EXPECT_EQ(agreement({1, 0, 1}, {0, 1, 0}, 1, 1).both, 1U);
    EXPECT_EQ(agreement({3, 0}, {1, 1}, 1, 1).both, 2U);
    EXPECT_EQ(agreement({3, 0}, {1, 1}, 1, 1).either, 3U);
    EXPECT_EQ(agreement({}, {}, 1, 1).value(), 1.0);
}

// The most pairs by trying, spike by spike of a, every spike of b or none.
std::uint64_t most_pairs(const std::vector<int>& a, std::vector<int> b, std::size_t k, int within) {
    if (k == a.size()) return 0;
    std::uint64_t best = most_pairs(a, b, k + 1, within);
    for (std::size_t j = 0; j < b.size(); ++j) {
        if (b[j] < 0 || std::abs(a[k] - b[j]) > within) continue;
        std::vector<int> left = b;
        left[j] = -1;
        best = std::max(best, 1 + most_pairs(a, left, k + 1, within));
    }
    return best;
}

TEST(SpikeTrains, FormTheMostPairs) {
    std::mt19937 random(5);
    for (int trial = 0; trial < 300; ++trial) {
        SpikeTrains a(8), b(8);
        std::vector<int> times_a, times_b;
        for (int t = 0; t < 8; ++t) {
            a[static_cast<std::size_t>(t)] = random() % 5 < 2 ? 1 : 0;
            b[static_cast<std::size_t>(t)] = random() % 5 < 2 ? 1 : 0;
            if (a[static_cast<std::size_t>(t)]) times_a.push_back(t);
            if (b[static_cast<std::size_t>(t)]) times_b.push_back(t);
        }
        for (int within = 0; within < 4; ++within)
            ASSERT_EQ(agreement(a, b, 1, static_cast<std::size_t>(within)).both,
                      most_pairs(times_a, times_b, 0, within));
    }
}

TEST(SpikeTrains, VanRossumsDistanceOfOneAndTwoSpikes) {
    // D^2 of one spike against none is 1/2; of two, dt apart in different trains, 1 - exp(-dt / tau).
    SpikeTrains one(20, 0), other(20, 0), none(20, 0);
    one[3] = 1;
    other[8] = 1;
    EXPECT_NEAR(van_rossum_squared(one, none, 1, 4), 0.5, 1e-12);
    EXPECT_NEAR(van_rossum_squared(one, other, 1, 4), 1 - std::exp(-5 / 4.0), 1e-12);
    EXPECT_EQ(van_rossum_squared(one, one, 1, 4), 0);
    // The kernel goes on after the last step.
    SpikeTrains last(20, 0);
    last[19] = 1;
    EXPECT_NEAR(van_rossum_squared(last, none, 1, 4), 0.5, 1e-12);
    // Neurons add up.
    EXPECT_NEAR(van_rossum_squared({1, 1, 0, 0}, {0, 0, 0, 0}, 2, 4), 1, 1e-12);
}

TEST(SpikeTrains, CorrelationByHand) {
    Correlation c;
    for (double x : {1.0, 2.0, 3.0}) c.add(x, 2 * x + 1);
    EXPECT_NEAR(*c.value(), 1, 1e-12);
    c.add(4, 0);
    EXPECT_NEAR(*c.value(), -3.5 / std::sqrt(5 * 26.75), 1e-12);
    Correlation flat;
    flat.add(1, 2);
    flat.add(1, 3);
    EXPECT_FALSE(flat.value());
}

}  // namespace
}  // namespace synfire
