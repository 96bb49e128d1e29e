// Codes of images over time.
#include <gmock/gmock.h>
#include <numeric>

#include <gtest/gtest.h>

#include "emulator/encode.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;

// From another implementation of Philox4x32-10 with the documented counter.
TEST(Encode, RateIsTheSameOnEveryHost) {
    const Signal s = encode({0.5, 0.25, 0.75, 0.5, 0.9}, 1, Encoding::rate, 3, 0x100000002);
    EXPECT_THAT(s.values, ElementsAre(0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1));
}

TEST(Encode, RateKeepsProbabilitiesAndItsEnds) {
    std::vector<double> x(1000, 0.3);
    x[0] = 0;
    x[1] = 1;
    const Signal s = encode(x, 0, Encoding::rate, 200, 7);
    double spikes = 0, first = 0, second = 0;
    for (std::size_t k = 0; k < s.values.size(); ++k) {
        spikes += s.values[k];
        first += k % 1000 == 0 ? s.values[k] : 0;
        second += k % 1000 == 1 ? s.values[k] : 0;
    }
    EXPECT_EQ(first, 0);
    EXPECT_EQ(second, 200);
    EXPECT_NEAR(spikes / 200000, 0.3, 0.005);  // 5 standard deviations
    EXPECT_NE(encode(x, 0, Encoding::rate, 200, 8).values, s.values);
    EXPECT_NE(encode(x, 1, Encoding::rate, 200, 7).values, s.values);
}

TEST(Encode, LatencyIsEarlierWhereBrighter) {
    const Signal s = encode({1, 0, 0.5, 0.01}, 0, Encoding::latency, 4, 0);
    EXPECT_THAT(s.values, ElementsAre(1, 0, 0, 0,  //
                                      0, 0, 0, 0,  //
                                      0, 0, 1, 0,  // 1.5 is rounded up
                                      0, 0, 0, 1));
    EXPECT_THAT(encode({0.2, 1}, 0, Encoding::latency, 1, 0).values, ElementsAre(1, 1));
}

TEST(Encode, DirectRepeatsTheValue) {
    EXPECT_THAT(encode({-0.5, 3}, 4, Encoding::direct, 2, 0).values, ElementsAre(-0.5, 3, -0.5, 3));
}

}  // namespace
}  // namespace synfire
