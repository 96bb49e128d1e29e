// Each kind of stage against values worked out by hand or by a second, plainer formula.
#include <gmock/gmock.h>
#include <random>

#include <gtest/gtest.h>

#include "compiler/network/apply_stage.hpp"

using namespace synfire;
using testing::ElementsAre;

namespace {

TEST(ApplyStage, SparseIsDenseWithoutZeros) {
    const Dense dense{2, 3, {1, 0, -2, 0, 0, 4}, {0.5, -1}};
    EXPECT_THAT(apply_stage(dense, {1, 1, 2}), ElementsAre(-2.5, 7));
    EXPECT_EQ(apply_stage(to_sparse(dense), {1, 1, 2}), apply_stage(dense, {1, 1, 2}));
    EXPECT_EQ(to_sparse(dense).weight.size(), 3U);
}

TEST(ApplyStage, ScaleMultipliesAndAdds) {
    EXPECT_THAT(apply_stage(Scale{{2}, {}}, {1, -3}), ElementsAre(2, -6));
    EXPECT_THAT(apply_stage(Scale{{2, 4}, {1}}, {1, -3}), ElementsAre(3, -11));
}

TEST(ApplyStage, IndexMapMovesAndLeavesOut) {
    EXPECT_THAT(apply_stage(IndexMap{3, {2, IndexMap::nothing, 0, 2}}, {5, 6, 7}), ElementsAre(7, 0, 5, 7));
}

TEST(ApplyStage, PoolsByHand) {
    const std::vector<double> image{1, 2, 3, 4, 5, 6, 7, 8, 9};  // 3 x 3
    Pool pool;
    pool.input = {1, 3, 3};
    pool.window.kernel = {2, 2};
    EXPECT_THAT(apply_stage(pool, image), ElementsAre(12, 16, 24, 28));
    pool.kind = Pool::Kind::average;
    EXPECT_THAT(apply_stage(pool, image), ElementsAre(3, 4, 6, 7));
    pool.kind = Pool::Kind::maximum;
    EXPECT_THAT(apply_stage(pool, image), ElementsAre(5, 6, 8, 9));
    pool.window.pad_before = pool.window.pad_after = {1, 1};
    pool.window.stride = {2, 2};
    EXPECT_THAT(apply_stage(pool, {-1, -2, -3, -4, -5, -6, -7, -8, -9}), ElementsAre(-1, -2, -4, -5));
    pool.kind = Pool::Kind::average;
    EXPECT_THAT(apply_stage(pool, image), ElementsAre(0.25, 1.25, 2.75, 7));
    pool.count_padding = false;
    EXPECT_THAT(apply_stage(pool, image), ElementsAre(1, 2.5, 5.5, 7));
}

// The definition of torch.nn.Conv2d, read off an image with explicit zeros around it.
double at_padded(const std::vector<double>& x, const Convolution& c, std::size_t channel, long y, long z) {
    const long h = static_cast<long>(c.input[1]), w = static_cast<long>(c.input[2]);
    if (y < 0 || z < 0 || y >= h || z >= w) return 0;
    return x[channel * c.input[1] * c.input[2] + static_cast<std::size_t>(y * w + z)];
}

TEST(ApplyStage, ConvolutionAgreesWithItsDefinition) {
    std::mt19937 random(7);
    const auto in = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
    const auto side = [&](int low, int high) { return static_cast<std::size_t>(in(low, high)); };
    for (int trial = 0; trial < 100; ++trial) {
        Convolution c;
        c.groups = side(1, 3);
        c.input = {c.groups * side(1, 2), side(1, 7), side(4, 8)};
        c.filters = c.groups * side(1, 2);
        c.window.kernel = {side(1, 3), side(1, 3)};
        c.window.stride = {side(1, 3), side(1, 2)};
        c.window.dilation = {1, side(1, 2)};
        c.window.pad_before = {side(1, 2), side(0, 2)};
        c.window.pad_after = {side(1, 3), side(0, 1)};
        const std::size_t in_group = c.input[0] / c.groups;
        const std::size_t kernel = c.window.kernel[0] * c.window.kernel[1];
        for (std::size_t k = 0; k < c.filters * in_group * kernel; ++k) c.weight.push_back(in(-9, 9));
        for (std::size_t f = 0; f < c.filters; ++f) c.bias.push_back(in(-9, 9));
        std::vector<double> x;
        for (std::size_t k = 0; k < c.input[0] * c.input[1] * c.input[2]; ++k) x.push_back(in(0, 3));

        const Shape out = output_shape(c);
        std::vector<double> expected;
        for (std::size_t f = 0; f < out[0]; ++f)
            for (std::size_t row = 0; row < out[1]; ++row)
                for (std::size_t column = 0; column < out[2]; ++column) {
                    double sum = c.bias[f];
                    for (std::size_t i = 0; i < in_group; ++i)
                        for (std::size_t k = 0; k < kernel; ++k) {
                            const std::size_t ky = k / c.window.kernel[1], kx = k % c.window.kernel[1];
                            const long y =
                                static_cast<long>(row * c.window.stride[0] + ky * c.window.dilation[0]) -
                                static_cast<long>(c.window.pad_before[0]);
                            const long z =
                                static_cast<long>(column * c.window.stride[1] + kx * c.window.dilation[1]) -
                                static_cast<long>(c.window.pad_before[1]);
                            const std::size_t channel = f / (c.filters / c.groups) * in_group + i;
                            sum += c.weight[(f * in_group + i) * kernel + k] * at_padded(x, c, channel, y, z);
                        }
                    expected.push_back(sum);
                }
        ASSERT_EQ(apply_stage(c, x), expected) << "trial " << trial;
        ASSERT_EQ(outputs(c, x.size()), expected.size());
    }
}

}  // namespace
