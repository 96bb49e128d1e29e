// Values of tables and of identities that the code does not use.
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "compiler/init/theory/normal_tail.hpp"

namespace synfire::theory {
namespace {

TEST(NormalTail, MatchesTheTables) {
    EXPECT_NEAR(upper_tail(0), 0.5, 1e-16);
    EXPECT_NEAR(upper_tail(1.96), 0.0249978951482204, 1e-15);
    EXPECT_NEAR(upper_tail(-1), 0.8413447460685429, 1e-15);
    EXPECT_NEAR(density(0), 0.3989422804014327, 1e-16);
}

TEST(NormalTail, HazardGrowsLikeItsArgumentWithoutAJump) {
    EXPECT_NEAR(hazard(0), std::sqrt(2 / std::numbers::pi), 1e-15);
    EXPECT_NEAR(hazard(30.0), hazard(30.000001), 2e-6);
    EXPECT_NEAR(hazard(1000), 1000.001, 1e-6);
}

TEST(NormalTail, QuantileInvertsTheTail) {
    for (const double x : {-6.0, -1.0, 0.0, 0.3, 2.0, 8.0, 30.0})
        EXPECT_NEAR(upper_quantile(upper_tail(x)), x, 1e-7) << x;
}

TEST(NormalTail, BothAboveHasItsClosedForms) {
    for (const double rho : {-0.9, -0.3, 0.0, 0.5, 0.99}) {
        EXPECT_NEAR(both_above(0, 0, rho), 0.25 + std::asin(rho) / (2 * std::numbers::pi), 1e-14) << rho;
        // A pair above in all four sign patterns covers everything.
        const double sum = both_above(0.7, -0.4, rho) + both_above(-0.7, -0.4, -rho) +
                           both_above(0.7, 0.4, -rho) + both_above(-0.7, 0.4, rho);
        EXPECT_NEAR(sum, 1, 1e-12) << rho;
    }
    EXPECT_NEAR(both_above(1, 0.5, 0), upper_tail(1) * upper_tail(0.5), 1e-16);
    EXPECT_NEAR(both_above(1, 0.5, 1), upper_tail(1), 1e-16);
    EXPECT_NEAR(both_above(-1, -0.5, -1), upper_tail(-1) - upper_tail(0.5), 1e-15);
}

}  // namespace
}  // namespace synfire::theory
