// Random numbers and the integers drawn from them: what the golden vectors (tests/golden/init) do not cover.
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/init/law.hpp"
#include "compiler/init/normal.hpp"
#include "compiler/init/table.hpp"
#include "runtime/drawn_weight.hpp"

namespace synfire {
namespace {

TEST(DrawNormal, BeginsAnywhereInAStream) {
    std::vector<double> all(3000);
    draw_normal(5, 6, 0, all);
    for (const std::size_t first : {1U, 2U, 511U, 512U, 513U, 1024U}) {
        std::vector<double> part(700);
        draw_normal(5, 6, first, part);
        EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(first)));
    }
}

TEST(DrawNormal, GathersTheSameNumbers) {
    std::vector<double> all(3000);
    draw_normal(5, 6, 0, all);
    std::vector<std::uint64_t> index;
    for (std::uint64_t k = 2999; k > 3; k -= 3) index.push_back(k);
    std::vector<double> some(index.size());
    draw_normal(5, 6, index, some);
    for (std::size_t k = 0; k < index.size(); ++k) EXPECT_EQ(some[k], all[index[k]]);
}

TEST(DrawNormal, IsTheInverseOfUniformBitsOneByOne) {
    std::vector<double> z(2000);
    draw_normal(9, 1, 0, z);
    for (std::size_t k = 0; k < z.size(); ++k)
        EXPECT_EQ(z[k], inverse_normal(uniform_of(rt::random_bits(9, 1, k)))) << k;
}

// Far tails are rare in streams: every branch of the inverse, against the distribution function.
TEST(InverseNormal, InvertsTheDistributionFunction) {
    for (double z = -8.2; z < 8.2; z += 0.01) {
        const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
        if (p >= 1 - 0x1p-53) break;
        // Near 1 the double p itself is that coarse.
        const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0));
        EXPECT_NEAR(inverse_normal(p), z, 1e-14 * std::max(1.0, std::abs(z)) + 0x1p-52 / density) << z;
    }
}

TEST(Logarithm, IsTheLibrarys) {
    for (double x = 0x1p-60; x < 0x1p60; x *= 1.37)
        EXPECT_NEAR(natural_logarithm(x), std::log(x), 4e-16 * std::abs(std::log(x)) + 1e-17) << x;
}

TEST(Laws, HaveTheMomentsTheyState) {
    constexpr std::size_t count = 400000;
    for (const Law& law : {Law{NormalLaw{2, 0.5}}, Law{UniformLaw{3, -1}}, Law{ExponentialLaw{4, -1}}}) {
        std::vector<double> w(count);
        draw(law, {1, 2}, 0, w);
        double sum = 0, squares = 0;
        for (double x : w) {
            sum += x / count;
            squares += x * x / count;
        }
        EXPECT_NEAR(sum, mean(law), 5 * std::sqrt(variance(law) / count)) << to_string(law);
        EXPECT_NEAR(squares / mean_square(law), 1, 0.02) << to_string(law);
        EXPECT_NEAR(mean_square(scaled(law, 3)) / mean_square(law), 9, 1e-12);
    }
}

TEST(Tables, AgreeWithTheDistributionFunction) {
    for (const int largest : {1, 3, 7, 127}) {
        const double step = 4.0 / largest;
        const std::vector<std::uint32_t> table = normal_table(step, largest);
        ASSERT_EQ(table.size(), static_cast<std::size_t>(2 * largest));
        for (int k = 0; k < 2 * largest; ++k) {
            const double x = (k - largest + 0.5) * step;
            EXPECT_NEAR(table[static_cast<std::size_t>(k)], 0x1p32 * 0.5 * std::erfc(-x / std::sqrt(2.0)),
                        0.51);
        }
    }
}

TEST(Tables, StepsSoWideThatAllIsZeroOrSoNarrowThatAllIsClippedAreTables) {
    // Only what lies beyond half a step is not 0.
    EXPECT_NEAR(mean_square(normal_table(9.9, 127)), std::erfc(4.95 / std::sqrt(2.0)), 1e-9);
    EXPECT_NEAR(mean_square(normal_table(1e-6, 7)), 49, 1e-3);
    EXPECT_EQ(mean_square(sign_table()), 1);
}

TEST(DrawnWeights, CountTheEntriesUpToTheBits) {
    const std::vector<std::uint32_t> table = normal_table(0.5, 7);
    for (std::uint64_t k = 0; k < 5000; ++k) {
        const auto bits = static_cast<std::uint32_t>(rt::random_bits(3, 4, k) >> 32);
        int count = -7;
        for (std::uint32_t entry : table) count += entry <= bits ? 1 : 0;
        EXPECT_EQ(rt::drawn_weight(3, 4, k, table.data(), 7), count);
    }
    const std::vector<std::uint32_t> signs = sign_table();
    EXPECT_EQ(rt::weight_of(0x7fffffff, signs.data(), 1), -1);
    EXPECT_EQ(rt::weight_of(0x80000000, signs.data(), 1), 1);
}

}  // namespace
}  // namespace synfire
