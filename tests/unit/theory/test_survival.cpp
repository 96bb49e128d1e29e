// data/e_*.json: exact rows to their last digit, sampled rows within four standard errors.
#include <chrono>
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/init/theory/mean_field.hpp"
#include "compiler/init/theory/survival.hpp"
#include "table.hpp"

namespace synfire::theory {
namespace {

std::vector<LayerActivity> uniform(std::size_t n, double a, std::size_t depth) {
    const OperatingPoint point = operating_point(a);
    return chain(binomial(n, point.p), std::vector<Layer>(depth, Layer{n, point.kappa}));
}

TEST(Survival, BinomialsSumToOneAndHaveTheirMoments) {
    for (const double p : {0.0, 1e-12, 0.16, 0.9, 1.0}) {
        const Counts counts = binomial(500, p);
        double sum = 0, mean = 0;
        for (std::size_t k = 0; k < counts.size(); ++k) {
            sum += counts[k];
            mean += static_cast<double>(k) * counts[k];
        }
        EXPECT_NEAR(sum, 1, 1e-11) << p;
        EXPECT_NEAR(mean, 500 * p, 1e-8) << p;
    }
    EXPECT_NEAR(binomial(4, 0.25)[2], 6 * 0.0625 * 0.5625, 1e-15);
}

TEST(Survival, ExactRowsOfTheTable) {
    int checked = 0;
    for (const nlohmann::json& row : rows("e_finite_size_survival", "rows")) {
        if (row["method"] != "exact") continue;
        SCOPED_TRACE(row.dump());
        const auto layers = uniform(row["n"], row["theta"], 200);
        for (const auto& [depth, expected] : row["survive"].items()) {
            const LayerActivity& layer = layers.at(std::stoul(depth));
            EXPECT_NEAR(layer.survival, expected.get<double>(), 1e-6) << depth;
            EXPECT_NEAR(layer.mean, row["frac_mean"][depth].get<double>(), 1e-6) << depth;
            EXPECT_NEAR(layer.sd, row["frac_std"][depth].get<double>(), 2e-6) << depth;
        }
        ++checked;
    }
    EXPECT_EQ(checked, 323);
}

TEST(Survival, SampledRowsOfTheTable) {
    const double chains = 20000;
    for (const nlohmann::json& row : rows("e_finite_size_survival", "rows")) {
        if (row["method"] == "exact" || row["n"].get<int>() > 6000) continue;  // beyond: seconds each
        SCOPED_TRACE(row.dump());
        const auto layers = uniform(row["n"], row["theta"], 100);
        for (const char* depth : {"5", "7", "10", "20", "50", "100"}) {
            const LayerActivity& layer = layers.at(std::stoul(depth));
            const double s = layer.survival, seen = row["survive"][depth];
            EXPECT_NEAR(s, seen, 4 * std::sqrt(s * (1 - s) / chains) + 2 / chains) << depth;
            const double mean = row["frac_mean"][depth];
            EXPECT_NEAR(layer.mean, mean, 4 * layer.sd / std::sqrt(chains) + 1e-6) << depth;
        }
    }
}

TEST(Survival, AgreesWithDrawnMatrices) {
    for (const nlohmann::json& row : rows("e_chain_validation", "rows")) {
        SCOPED_TRACE(row.dump());
        const auto layers = uniform(row["n"], row["theta"], row["layer"]);
        EXPECT_NEAR(layers.back().survival, row["exact"].get<double>(), 1e-6);
        EXPECT_NEAR(layers.back().survival, row["simulated"].get<double>(),
                    4 * row["se"].get<double>() + 1e-9);
    }
}

TEST(Survival, HundredLayersOfAThousandNeuronsTakeNoTime) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_NEAR(uniform(1000, 1.0, 100).back().survival, 0.9661, 0.01);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took.count(), 5) << "milliseconds in a release build";
}

TEST(Survival, LargestOperatingPoint) {
    for (const nlohmann::json& row : rows("e_max_a_for_width_depth", "rows")) {
        if (row["n"].get<int>() > 256) continue;
        SCOPED_TRACE(row.dump());
        for (const char* depth : {"10", "50"}) {
            if (row[depth].is_null()) continue;
            const double a = largest_a(row["n"], std::stoul(depth), row["survival"]);
            // The table interpolates a grid of 0.02.
            EXPECT_NEAR(a, row[depth].get<double>(), 0.004) << depth;
        }
    }
}

TEST(Survival, SmallestWidthStandsBetweenItsNeighbours) {
    for (const double a : {0.5, 0.8, 1.0}) {
        const std::size_t n = smallest_width(a, 50, 0.99);
        EXPECT_GE(survival_probability(n, a, 50), 0.99);
        EXPECT_LT(survival_probability(n - 1, a, 50), 0.99);
    }
    for (const nlohmann::json& row : rows("e_finite_size_survival", "nmin")) {
        if (row["theta"].get<double>() > 1.0 || row["theta"].get<double>() < 0.6) continue;
        // Interpolated between widths of the table: within a few percent.
        const double expected = row["50"];
        if (expected > 1000) continue;  // between sampled rows
        EXPECT_NEAR(static_cast<double>(smallest_width(row["theta"], 50, row["survival"])), expected,
                    0.03 * expected + 1)
            << row.dump();
    }
    EXPECT_EQ(smallest_width(1.3, 50, 0.99, 512), 0U) << "unstable, and wide enough is not to be had";
}

TEST(Survival, ClosedRuleStaysNearTheChain) {
    for (const double a : {0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9})
        for (const std::size_t depth : {50U, 100U, 200U}) {
            const double n = static_cast<double>(smallest_width(a, depth, 0.99));
            EXPECT_NEAR(smallest_width_rule(a, depth, 0.99), n, 0.12 * n) << a << ' ' << depth;
        }
}

TEST(Survival, LayersMayDiffer) {
    // A bottleneck hurts; kappa counts per layer.
    const OperatingPoint point = operating_point(0.9);
    const Counts encoder = binomial(400, point.p);
    const auto wide = chain(encoder, {{400, point.kappa}, {400, point.kappa}, {400, point.kappa}});
    const auto narrow = chain(encoder, {{400, point.kappa}, {12, point.kappa}, {400, point.kappa}});
    EXPECT_LT(narrow.back().survival, wide.back().survival);
    const auto weak = chain(encoder, {{400, point.kappa}, {400, point.kappa / 4}, {400, point.kappa}});
    EXPECT_LT(weak[2].mean, 0.5 * wide[2].mean);
    EXPECT_NEAR(wide[1].variance, point.kappa * point.p, 1e-9);
    // The closed form of the spread holds once the first layers are forgotten.
    const auto deep = uniform(1000, 0.6, 30);
    EXPECT_NEAR(deep.back().sd / deep.back().mean, relative_spread(operating_point(0.6), 1000), 0.002);
}

}  // namespace
}  // namespace synfire::theory
