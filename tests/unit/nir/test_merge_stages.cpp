// Merged stages compute what the stages computed one after the other.
#include <random>

#include <gtest/gtest.h>

#include "compiler/frontend/nir/merge_stages.hpp"
#include "compiler/network/apply_stage.hpp"

namespace synfire {
namespace {

std::vector<double> values(std::size_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<double> x(n);
    for (double& v : x) v = static_cast<double>(random() % 17) - 8;
    return x;
}

Convolution convolution() {
    Convolution c;
    c.input = {2, 4, 4};
    c.filters = 2;
    c.window.kernel = {3, 3};
    c.window.pad_before = c.window.pad_after = {1, 1};
    c.weight = values(36, 3);
    c.bias = {1, -2};
    return c;
}

void expect_merged(std::vector<Stage> stages, std::size_t inputs, std::size_t left) {
    std::vector<double> before = values(inputs, 1), after = before;
    for (const Stage& stage : stages) before = apply_stage(stage, before);
    stages = nir::merge_stages(std::move(stages));
    EXPECT_EQ(stages.size(), left);
    for (const Stage& stage : stages) after = apply_stage(stage, after);
    EXPECT_EQ(before, after);
}

TEST(MergeStages, ScalesJoinTheWeightsBesideThem) {
    const Dense dense{4, 3, values(12, 2), {1, 2, 3, 4}};
    expect_merged({Scale{{2}, {}}, Scale{{1, 4, 2}, {}}, dense, Scale{{2, 1, 0.5, 4}, {1, 0, 0, 2}}}, 3, 1);
    expect_merged({Scale{{2, 1, 4}, {}}, to_sparse(dense), Scale{{0.5}, {}}}, 3, 1);
    expect_merged({Scale{{2}, {1}}, dense}, 3, 2);  // an offset stays in front
    std::vector<double> channels(32, 2.0), mixed(32, 1.0);
    std::fill(channels.begin() + 16, channels.end(), 0.5);
    mixed[5] = 2;
    expect_merged({Scale{{2}, {}}, convolution(), Scale{channels, {}}}, 32, 1);
    expect_merged({convolution(), Scale{mixed, {}}}, 32, 2);
}

TEST(MergeStages, AFactorMovesInFrontOfPools) {
    Pool pool{Pool::Kind::average, {2, 4, 4}, {}, true};
    pool.window.kernel = pool.window.stride = {2, 2};
    expect_merged({convolution(), pool, Scale{{4}, {}}}, 32, 2);
    expect_merged({pool, Scale{{4}, {}}}, 32, 2);
    pool.kind = Pool::Kind::maximum;
    expect_merged({convolution(), pool, Scale{{-1}, {}}}, 32, 3);
}

TEST(MergeStages, SelectionsDropRowsAndColumns) {
    const Dense dense{4, 3, values(12, 2), {1, 2, 3, 4}};
    constexpr std::size_t none = IndexMap::nothing;
    expect_merged({IndexMap{3, {0, none, 2}}, dense}, 3, 1);
    expect_merged({dense, IndexMap{4, {none, 1, none, 3}}}, 3, 1);
    expect_merged({dense, IndexMap{4, {1, 0}}}, 3, 2);  // no selection
}

TEST(MergeStages, NothingIsLeftOfOnes) {
    expect_merged({Scale{{1}, {}}}, 3, 0);
    expect_merged({Scale{{1, 1, 1}, {0}}}, 3, 0);
}

}  // namespace
}  // namespace synfire
