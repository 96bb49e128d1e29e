// data/t_meanfield_theory.json and the settling points of data/d_quantization_theory.json, to 1e-9.
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/init/theory/mean_field.hpp"
#include "table.hpp"

namespace synfire::theory {
namespace {

TEST(MeanField, CriticalPoint) {
    const nlohmann::json t = table("t_meanfield_theory");
    EXPECT_NEAR(critical_a(), t["a_star"].get<double>(), 1e-9);
    EXPECT_NEAR(minimal_kappa(), t["kappa_min"].get<double>(), 1e-9);
    EXPECT_NEAR(maximal_threshold(2), t["theta_max"]["kaiming(c=2)"].get<double>(), 1e-9);
    EXPECT_NEAR(maximal_threshold(1), t["theta_max"]["xavier/lecun(c=1)"].get<double>(), 1e-9);
    EXPECT_NEAR(maximal_threshold(1.0 / 3), t["theta_max"]["torch_default(c=1/3)"].get<double>(), 1e-9);
}

void expect_stable_row(const OperatingPoint& point, const nlohmann::json& row) {
    ASSERT_TRUE(point.unstable && point.least_variance_ratio && point.barrier);
    EXPECT_NEAR(point.unstable->a, row["a_unstable"].get<double>(), 1e-9);
    EXPECT_NEAR(point.unstable->p, row["p_unstable"].get<double>(), 1e-9);
    EXPECT_NEAR(point.unstable->variance, row["var_unstable"].get<double>(), 1e-9);
    EXPECT_NEAR(*point.least_variance_ratio, row["min_weight_variance_ratio"].get<double>(), 1e-9);
    EXPECT_NEAR(*point.barrier, row["dPhi"].get<double>(), 1e-9);
    EXPECT_NEAR(relative_spread(point, 1000), row["rel_std_p_n1000"].get<double>(), 1e-9);
}

TEST(MeanField, OperatingPoints) {
    for (const nlohmann::json& row : rows("t_meanfield_theory", "rows")) {
        SCOPED_TRACE(row.dump());
        const OperatingPoint point = operating_point(row["theta"].get<double>());
        EXPECT_NEAR(point.p, row["P"].get<double>(), 1e-9);
        EXPECT_NEAR(point.weight_variance_n, row["var_w_times_n"].get<double>(), 1e-9);
        EXPECT_NEAR(point.kappa, row["kappa"].get<double>(), 1e-9);
        EXPECT_NEAR(point.slope, row["slope"].get<double>(), 1e-9);
        EXPECT_EQ(point.stable, row["stable"].get<bool>());
        EXPECT_EQ(point.unstable.has_value(), point.stable);
        if (point.stable) expect_stable_row(point, row);
    }
}

TEST(MeanField, FixedPointsAreFixed) {
    EXPECT_FALSE(fixed_points(6.0));
    for (const double kappa : {6.04, 6.5, 10.0, 60.0}) {
        const auto points = fixed_points(kappa);
        ASSERT_TRUE(points);
        for (const double a : {points->stable, points->unstable}) {
            const double p = operating_point(a).p;
            EXPECT_NEAR(next_fraction(p, kappa), p, 1e-9) << kappa;
        }
    }
}

TEST(MeanField, OffByAFactorItSettlesElsewhereOrDies) {
    for (const nlohmann::json& row : rows("d_quantization_theory", "fixed_point")) {
        SCOPED_TRACE(row.dump());
        const Settled at = settled(row["theta"].get<double>(), row["r"].get<double>());
        EXPECT_NEAR(at.variance, row["var_fixed_point"].get<double>(), 1e-9);
        EXPECT_NEAR(at.p, row["frac"].get<double>(), 1e-9);
    }
    const nlohmann::json least_ratios = rows("d_quantization_theory", "r_min");
    for (const auto& [theta, least] : least_ratios.items())
        EXPECT_NEAR(*operating_point(std::stod(theta)).least_variance_ratio, least.get<double>(), 1e-9);
    EXPECT_EQ(settled(1.0, 0.0).p, 0);
}

}  // namespace
}  // namespace synfire::theory
