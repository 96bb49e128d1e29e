// data/t_meanfield_theory.json (limits) and data/e_two_input_correlation.json (sampled, 20,000 neurons).
#include <gtest/gtest.h>

#include "compiler/init/theory/correlation.hpp"
#include "table.hpp"

namespace synfire::theory {
namespace {

TEST(Correlation, Limits) {
    for (const nlohmann::json& row : rows("t_meanfield_theory", "rows")) {
        SCOPED_TRACE(row.dump());
        const CorrelationLimit limit = correlation_limit(row["theta"]);
        EXPECT_NEAR(limit.rho, row["rho_star"].get<double>(), 1e-9);
        EXPECT_NEAR(limit.slope, row["chi"].get<double>(), 1e-9);
        EXPECT_NEAR(limit.e_fold_depth, row["corr_depth"].get<double>(), 1e-9);
    }
}

TEST(Correlation, OverDepthWithinTheNoiseOfTheSample) {
    for (const nlohmann::json& row : rows("e_two_input_correlation", "rows")) {
        SCOPED_TRACE(row.dump());
        const double a = row["theta"], slope = correlation_limit(a).slope;
        Similarity now{1, 1, row["rho0"]};
        double noise = 0;
        for (int layer = 0; layer <= 30; ++layer) {
            // Each layer's noise is handed on, shrunk by the slope of the map at the end, by more than one
            // near rho = 1, where the map is steep.
            noise = std::hypot(correlation_noise(a, now.rho, 20000), (now.rho > 0.7 ? 2 : slope) * noise);
            const auto seen = row["rho_l"].find(std::to_string(layer));
            if (seen != row["rho_l"].end()) {
                EXPECT_NEAR(now.rho, seen->get<double>(), 4 * noise) << layer;
            }
            now = next_similarity(now, a);
        }
    }
}

TEST(Correlation, DeadInputsHaveNone) {
    const Similarity now = next_similarity({0, 1, 0.5}, 1.0);
    EXPECT_EQ(now.rho, 0);
    EXPECT_EQ(now.variance_x, 0);
}

TEST(Correlation, InputsBlurWithinAFewLayersHoweverWide) {
    const std::size_t narrow = discrimination_depth(0.8, 100, 0.9, 0.0, 100);
    const std::size_t wide = discrimination_depth(0.8, 100000, 0.9, 0.0, 100);
    EXPECT_GE(narrow, 1U);
    EXPECT_GT(wide, narrow);
    EXPECT_LT(wide, 12U);
    EXPECT_EQ(discrimination_depth(0.8, 100000, 0.9, 0.0, 3), 3U);
}

}  // namespace
}  // namespace synfire::theory
