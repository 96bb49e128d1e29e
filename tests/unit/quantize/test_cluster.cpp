// Optimal clusters against every possible one, and what is left alone.
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "compiler/quantize/cluster.hpp"

namespace synfire {
namespace {

IntNetwork one_layer(IntPopulation p, std::size_t n) {
    p.name = "layer";
    p.shape = {n};
    IntNetwork network;
    network.populations = {std::move(p)};
    return network;
}

IntPopulation population() {
    IntPopulation p;
    p.decay_u = {4096};
    p.decay_v = {400};
    p.threshold = {6400};
    p.reset = rt::Reset::to_value;
    return p;
}

std::set<std::int32_t> distinct(const IntPerNeuron& values) {
    return {values.begin(), values.end()};
}

double cost(const IntPerNeuron& before, const IntPerNeuron& after) {
    double sum = 0;
    for (std::size_t j = 0; j < before.size(); ++j)
        sum += std::pow(std::log(at(before, j)) - std::log(at(after, j)), 2);
    return sum;
}

// The least cost of k contiguous clusters of sorted values, by trying all.
double least_cost(const std::vector<double>& logs, std::size_t begin, std::size_t k) {
    const auto range = [&](std::size_t from, std::size_t to) {
        double mean = 0, sum = 0;
        for (std::size_t i = from; i < to; ++i) mean += logs[i] / static_cast<double>(to - from);
        for (std::size_t i = from; i < to; ++i) sum += (logs[i] - mean) * (logs[i] - mean);
        return sum;
    };
    if (k == 1) return range(begin, logs.size());
    double best = INFINITY;
    for (std::size_t end = begin + 1; end + k - 1 <= logs.size(); ++end)
        best = std::min(best, range(begin, end) + least_cost(logs, end, k - 1));
    return best;
}

TEST(Cluster, LeavesWhatFitsAlone) {
    IntPopulation p = population();
    for (int k = 0; k < 40; ++k) p.threshold.push_back(64 * (100 + k % 7));
    p.threshold.erase(p.threshold.begin());
    std::vector<ClusterChange> changes;
    const IntNetwork network = cluster_parameters(one_layer(p, 40), {}, changes);
    EXPECT_EQ(network.populations[0].threshold, p.threshold);
    EXPECT_TRUE(changes.empty());
}

TEST(Cluster, ThresholdsAreTheNearestOnTheGrid) {
    IntPopulation p = population();
    p.threshold.clear();
    std::vector<double> logs;
    std::uint32_t random = 1;
    for (int k = 0; k < 14; ++k) {
        random = random * 1664525u + 1013904223u;
        p.threshold.push_back(64 * (500 + static_cast<std::int32_t>(random >> 20)));
        logs.push_back(std::log(p.threshold.back()));
    }
    std::sort(logs.begin(), logs.end());
    p.reset = rt::Reset::subtract_next_step;
    p.reset_amount = p.threshold;
    std::vector<ClusterChange> changes;
    const IntPopulation q = cluster_parameters(one_layer(p, 14), {}, changes).populations[0];
    EXPECT_EQ(distinct(q.threshold).size(), 8u);
    for (const std::int32_t t : q.threshold) EXPECT_EQ(t % 64, 0);
    EXPECT_EQ(q.reset_amount, q.threshold);
    EXPECT_NEAR(cost(p.threshold, q.threshold), least_cost(logs, 0, 8), 1e-4);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].parameter, "threshold");
    EXPECT_EQ(changes[0].before, 14u);
    EXPECT_EQ(changes[0].after, 8u);
    EXPECT_GT(changes[0].largest, changes[0].rms);
}

TEST(Cluster, DecaysOfOneKindTakeAllProfiles) {
    IntPopulation p = population();
    p.decay_v.clear();
    for (int k = 0; k < 500; ++k) p.decay_v.push_back(1 + k * 8);
    p.decay_v[7] = 0;
    std::vector<ClusterChange> changes;
    const IntPopulation q = cluster_parameters(one_layer(p, 500), {}, changes).populations[0];
    EXPECT_EQ(distinct(q.decay_v).size(), 32u);
    EXPECT_EQ(q.decay_v[7], 0);  // keeps its potential for ever
    EXPECT_EQ(q.decay_u, p.decay_u);
    EXPECT_LT(changes.at(0).rms, 0.06);
}

TEST(Cluster, PairsOfDecaysStayWithinTheProfiles) {
    IntPopulation p = population();
    p.decay_u.clear();
    p.decay_v.clear();
    for (int k = 0; k < 300; ++k) {
        p.decay_u.push_back(100 + 7 * k);
        p.decay_v.push_back(50 + 11 * ((k * 37) % 300));
    }
    p.reset = rt::Reset::subtract_next_step;  // its soma takes one
    std::vector<ClusterChange> changes;
    const IntPopulation q = cluster_parameters(one_layer(p, 300), {}, changes).populations[0];
    std::set<std::pair<std::int32_t, std::int32_t>> pairs;
    for (std::size_t j = 0; j < 300; ++j) pairs.emplace(q.decay_u[j], q.decay_v[j]);
    EXPECT_LE(pairs.size(), 31u);
    EXPECT_GT(pairs.size(), 20u);
    EXPECT_EQ(changes.size(), 2u);
}

}  // namespace
}  // namespace synfire
