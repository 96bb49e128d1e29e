// Rounding under a quadratic form.
#include <cmath>

#include <gtest/gtest.h>

#include "tests/unit/quantize/networks.hpp"
#include "tuning/nearest_plane.hpp"

namespace synfire {
namespace {

using testing::Random;
using testing::uniform;

// Moments of vectors whose entries share a common part, so that errors can cancel.
SymmetricMatrix correlated(Random& random, std::size_t n) {
    SymmetricMatrix h(n);
    for (int sample = 0; sample < 200; ++sample) {
        std::vector<double> x(n);
        const double common = uniform(random, 0, 4);
        for (double& value : x) value = common + uniform(random, -0.5, 0.5);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) h(i, j) += x[i] * x[j] / 200;
    }
    return h;
}

std::vector<double> random_targets(Random& random, std::size_t n, double most) {
    std::vector<double> t(n);
    for (double& x : t) x = uniform(random, -most, most);
    return t;
}

std::vector<std::int32_t> nearest(const std::vector<double>& t) {
    std::vector<std::int32_t> q;
    for (const double x : t) q.push_back(static_cast<std::int32_t>(std::round(x)));
    return q;
}

TEST(NearestPlane, FactorReproducesTheMatrix) {
    Random random(1);
    const SymmetricMatrix h = correlated(random, 12);
    const Factor f = factorize(h);
    for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t j = 0; j < 12; ++j) {
            double sum = 0;
            for (std::size_t k = 0; k <= std::min(i, j); ++k) sum += f.r(k, i) * f.r(k, j);
            EXPECT_NEAR(sum, h(f.order[i], f.order[j]), 1e-9 * h(0, 0));
        }
}

TEST(NearestPlane, ErrorsThatArriveTogetherCancel) {
    Random random(2);
    double plain = 0, plane = 0, descended = 0;
    for (int round = 0; round < 20; ++round) {
        const SymmetricMatrix h = correlated(random, 40);
        const std::vector<double> t = random_targets(random, 40, 100);
        std::vector<std::int32_t> q = nearest_plane(factorize(h), t, 127);
        const double before = error_of(h, t, q);
        const double after = descend(h, t, 127, q);
        EXPECT_LE(after, before * (1 + 1e-12));
        EXPECT_DOUBLE_EQ(after, error_of(h, t, q));
        plain += error_of(h, t, nearest(t));
        plane += before;
        descended += after;
    }
    // The common part is 50 times the rest; nearly all of it can be cancelled.
    EXPECT_LT(plane, 0.15 * plain);
    EXPECT_LT(descended, 0.15 * plain);
}

TEST(NearestPlane, IndependentErrorsAreRoundedToNearest) {
    Random random(3);
    SymmetricMatrix h(9);
    for (std::size_t i = 0; i < 9; ++i) h(i, i) = 1 + static_cast<double>(i);
    const std::vector<double> t = random_targets(random, 9, 7);
    EXPECT_EQ(nearest_plane(factorize(h), t, 7), nearest(t));
}

TEST(NearestPlane, KeepsToTheBound) {
    Random random(4);
    const SymmetricMatrix h = correlated(random, 30);
    const std::vector<double> t = random_targets(random, 30, 12);
    std::vector<std::int32_t> q = nearest_plane(factorize(h), t, 7);
    descend(h, t, 7, q);
    for (const std::int32_t x : q) EXPECT_LE(std::abs(x), 7);
}

TEST(NearestPlane, FindsWhatTryingAllFinds) {
    Random random(5);
    int best = 0;
    for (int round = 0; round < 50; ++round) {
        const SymmetricMatrix h = correlated(random, 4);
        const std::vector<double> t = random_targets(random, 4, 1);
        double least = HUGE_VAL;
        for (int code = 0; code < 625; ++code) {
            std::vector<std::int32_t> q{code % 5 - 2, code / 5 % 5 - 2, code / 25 % 5 - 2, code / 125 - 2};
            least = std::min(least, error_of(h, t, q));
        }
        std::vector<std::int32_t> q = nearest_plane(factorize(h), t, 2);
        const double found = descend(h, t, 2, q);
        EXPECT_GE(found, least * (1 - 1e-9));
        best += found <= least * (1 + 1e-9);
    }
    EXPECT_GE(best, 25);
}

TEST(NearestPlane, WeightsThatNothingReachesStayNearest) {
    SymmetricMatrix h(3);
    h(1, 1) = 2;
    std::vector<std::int32_t> q = nearest_plane(factorize(h), {1.4, -2.6, 0.2}, 100);
    EXPECT_EQ(q, (std::vector<std::int32_t>{1, -3, 0}));
    EXPECT_DOUBLE_EQ(descend(h, {1.4, -2.6, 0.2}, 100, q), 2 * 0.4 * 0.4);
}

}  // namespace
}  // namespace synfire
