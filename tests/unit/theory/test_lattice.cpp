// data/d_quantization_theory.json, and the threshold rules.
#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "compiler/init/theory/lattice.hpp"
#include "compiler/init/theory/normal_tail.hpp"
#include "table.hpp"

namespace synfire::theory {
namespace {

TEST(Lattice, SecondMomentOfRoundedWeights) {
    int checked = 0;
    for (const nlohmann::json& row : rows("d_quantization_theory", "rows")) {
        if (!row.contains("delta") || row.contains("mse")) continue;
        SCOPED_TRACE(row.dump());
        const double delta = row["delta"];
        const int m = row["M"];
        EXPECT_NEAR(variance_ratio_nearest(delta, m), row["r_rtn"].get<double>(), 1e-9);
        const double stochastic = row["r_sr"];  // summed on a grid: 7e-10 off the closed form
        EXPECT_NEAR(variance_ratio_stochastic(delta, m), stochastic, 1e-9 * std::max(stochastic, 1.0));
        EXPECT_NEAR(zero_fraction(delta), row["zero_frac"].get<double>(), 1e-9);
        ++checked;
    }
    EXPECT_EQ(checked, 23);
}

// The table's minima come from a search on the error summed on a grid, where it is flat: the steps agree to a
// few digits, the errors to 4e-9.
TEST(Lattice, StepOfLeastSquaredError) {
    int checked = 0;
    for (const nlohmann::json& row : rows("d_quantization_theory", "rows")) {
        if (!row.contains("mse")) continue;
        SCOPED_TRACE(row.dump());
        const int m = row["M"];
        const double delta = optimal_step(m), error = squared_error(delta, m);
        EXPECT_NEAR(delta, row["delta"].get<double>(), 2e-4);
        EXPECT_NEAR(squared_error(row["delta"], m), row["mse"].get<double>(), 5e-9);
        EXPECT_LE(error, squared_error(row["delta"], m));
        EXPECT_LE(error, squared_error(delta * (1 + 1e-5), m));
        EXPECT_LE(error, squared_error(delta * (1 - 1e-5), m));
        // At the optimum the rounded weight explains all it can: E[w wq] = E[wq^2].
        EXPECT_NEAR(variance_ratio_nearest(delta, m), 1 - error, 1e-9);
        ++checked;
    }
    EXPECT_EQ(checked, 5);
    EXPECT_NEAR(squared_error(0.19327424860452896, 15), 0.0036932203807139514, 1e-15);  // 30-digit quadrature
}

TEST(Lattice, TernaryAndBinary) {
    for (const nlohmann::json& row : rows("d_quantization_theory", "rows")) {
        const std::string scale = row["scale"];
        SCOPED_TRACE(row.dump());
        if (scale == "binary absmean") {
            EXPECT_NEAR(binary_variance_ratio(), row["r_rtn"].get<double>(), 1e-12);
        }
        if (!row.contains("t")) continue;
        const Ternary t = scale == "ternary MSE-optimal t" ? ternary_optimal() : ternary_weight_network();
        const double tolerance = scale == "ternary MSE-optimal t" ? 1e-6 : 1e-9;  // a flat minimum again
        EXPECT_NEAR(t.cut, row["t"].get<double>(), tolerance);
        EXPECT_NEAR(t.alpha, row["alpha"].get<double>(), tolerance);
        EXPECT_NEAR(t.variance_ratio, row["r_rtn"].get<double>(), 1e-9);
        EXPECT_NEAR(t.zero_fraction, row["zero_frac"].get<double>(), tolerance);
    }
}

TEST(Lattice, MaximumOfMatrices) {
    const std::map<std::string, double> counts{{"max-abs layer 1000x1000", 1e6},
                                               {"max-abs row fan-in 1000", 1000},
                                               {"max-abs layer 128x128", 128 * 128},
                                               {"max-abs row fan-in 128", 128}};
    for (const nlohmann::json& row : rows("d_quantization_theory", "rows")) {
        if (!row.contains("maxabs_sigma")) continue;
        EXPECT_NEAR(median_maximum(counts.at(row["scale"])), row["maxabs_sigma"].get<double>(), 1e-9);
    }
}

TEST(Lattice, ThresholdsSitHalfAStepAboveALatticePoint) {
    EXPECT_EQ(lattice_threshold(7.37), 7);
    EXPECT_EQ(lattice_threshold(79.99), 79);
    EXPECT_EQ(lattice_threshold(4.2, 2), 4);  // T = 2 stands for 3, T = 4 for 5
    EXPECT_EQ(lattice_threshold(3.9, 2), 2);
    EXPECT_NEAR(effective_a(7, 100, 0.25, 4.0), 0.75, 1e-12);
    EXPECT_NEAR(effective_a(6, 100, 0.25, 4.0, 2), 0.7, 1e-12);
}

TEST(Lattice, MatchingPutsTheRealThresholdOnTheHalfStep) {
    for (const int step : {1, 2}) {
        const double a = 0.8, p = upper_tail(a);
        const double delta = matched_step(0.4, 7, a, 256, p, step);
        ASSERT_GT(delta, 0);
        EXPECT_NEAR(delta, 0.4, 0.05);
        const double real = integer_threshold(a, 256, p, mean_square_nearest(delta, 7));
        EXPECT_NEAR(real, static_cast<double>(lattice_threshold(real, step)) + step / 2.0, 1e-9);
    }
    EXPECT_EQ(matched_step(0.1, 1, 0.5, 4, 0.09), 0) << "weights of +-1 reach 0.3, the lattice starts at 0.5";
}

TEST(Lattice, MembraneBits) {
    EXPECT_EQ(membrane_bits(100, 0.25, 4.0, 0, 0.0), 8);  // 8 * 10 = 80 < 2^7
    EXPECT_EQ(membrane_bits(100, 0.25, 4.0, 6, 0.0), 14);
    EXPECT_GT(membrane_bits(100, 0.25, 4.0, 6, 0.95), membrane_bits(100, 0.25, 4.0, 6, 0.5));
    EXPECT_GE(membrane_bits(1, 0.0, 1.0, 0, 1.0), 2);
}

}  // namespace
}  // namespace synfire::theory
