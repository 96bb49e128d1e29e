// What netx makes of weights, from its known traps.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/support/netx_weights.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Matrix = std::vector<std::int32_t>;

Matrix kept(const Matrix& weights) {
    const NetxWeights loaded = netx_weights({weights});
    EXPECT_EQ(loaded.trap, "");
    return loaded.trap.empty() ? loaded.effective.front() : Matrix{};
}

std::string trap(const Matrix& weights) {
    return netx_weights({weights}).trap;
}

TEST(NetxWeights, KeepsWhatSlayerExports) {
    for (const Matrix& w :
         {Matrix{-256, 254, 6}, Matrix{-7, 13, 127}, Matrix{-255, 253}, Matrix{0, 255, 3}, Matrix{-254, -2}})
        EXPECT_EQ(kept(w), w);
}

TEST(NetxWeights, ClipsAndDropsLowBits) {
    EXPECT_THAT(kept({300, -2, -300, 4}), ElementsAre(254, -2, -256, 4));
    EXPECT_THAT(kept({-4, -1}), ElementsAre(-3, -1));
    EXPECT_THAT(kept({-256, -255}), ElementsAre(-255, -255));
}

TEST(NetxWeights, NamesTheTraps) {
    EXPECT_THAT(trap({0, 0}), HasSubstr("all weights are 0"));
    EXPECT_THAT(trap({0, 256}), HasSubstr("weights 0..256 do not fit 8 bits"));
    EXPECT_THAT(trap({-300, 0}), HasSubstr("weights -300..0 do not fit 8 bits"));
    EXPECT_THAT(trap({-129, 0}), HasSubstr("netx stores them with 9 bits"));
    EXPECT_THAT(trap({-256, -256}), HasSubstr("netx stores them with 0 bits"));
}

// A recurrent layer's matrices share an exponent, but Dense clips and truncates each by its own signs.
TEST(NetxWeights, MatricesThatShareAnExponent) {
    const NetxWeights loaded = netx_weights({{-8, 120}, {3, 5}});
    EXPECT_EQ(loaded.trap, "");
    EXPECT_THAT(loaded.effective.at(1), ElementsAre(3, 5));
    EXPECT_THAT(netx_weights({{-210, 135}, {0, 0}}).effective.at(1), ElementsAre(0, 0));
    EXPECT_THAT(netx_weights({{-128, -1}, {127, 1}}).trap, HasSubstr("weight -128 becomes -255 / 2"));
}

}  // namespace
}  // namespace synfire
