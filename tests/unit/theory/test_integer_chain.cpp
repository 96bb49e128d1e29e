// data/d_exact_integer_chain.json: integer weights, all threshold rules, to 1e-6.
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/init/theory/integer_chain.hpp"
#include "compiler/init/theory/lattice.hpp"
#include "compiler/init/theory/mean_field.hpp"
#include "compiler/init/theory/normal_tail.hpp"
#include "table.hpp"

namespace synfire::theory {
namespace {

// P(S > T) by counting: sums of k weights, one convolution after the other.
double counted(const IntegerWeights& weights, int k, int t) {
    const int m = static_cast<int>(weights.size()) - 1;
    std::vector<double> sums{1.0};
    for (int i = 0; i < k; ++i) {
        std::vector<double> next(sums.size() + 2 * static_cast<std::size_t>(m), 0.0);
        for (std::size_t s = 0; s < sums.size(); ++s)
            for (int q = -m; q <= m; ++q)
                next[s + static_cast<std::size_t>(q + m)] +=
                    sums[s] * (q == 0 ? weights[0] : weights[static_cast<std::size_t>(std::abs(q))] / 2);
        sums = std::move(next);
    }
    double above = 0;
    for (std::size_t s = 0; s < sums.size(); ++s)
        if (static_cast<int>(s) - m * k > t) above += sums[s];
    return above;
}

TEST(IntegerChain, TransformCountsLikeConvolution) {
    for (const IntegerWeights& weights :
         {binary_weights(), rounded_weights(1.224, 1), rounded_weights(0.4, 7)})
        for (const int t : {-4, -1, 0, 1, 5, 12}) {
            const std::vector<double> firing = integer_firing(weights, 30, t);
            for (int k = 0; k <= 30; ++k)
                EXPECT_NEAR(firing[static_cast<std::size_t>(k)], counted(weights, k, t), 1e-13)
                    << k << ' ' << t;
        }
}

TEST(IntegerChain, WeightsSumToOneAndHaveTheirMoment) {
    const IntegerWeights weights = rounded_weights(0.3, 7);
    double sum = 0;
    for (const double p : weights) sum += p;
    EXPECT_NEAR(sum, 1, 1e-15);
    EXPECT_NEAR(mean_square(weights), mean_square_nearest(0.3, 7), 1e-12);
}

IntegerWeights weights_of(const nlohmann::json& record) {
    if (record["quant"] == "binary") return binary_weights();
    return rounded_weights(record["delta"], record["M"]);
}

// The threshold by each rule, from nothing but the record's network.
std::int64_t threshold_of(const nlohmann::json& record, double moment) {
    const double a = record["theta"], n = record["n"], p = upper_tail(a);
    const std::string rule = record["rule"];
    if (rule.starts_with("uncorrected")) {  // sigma_u = 1 in steps of delta sigma, or of the mean magnitude
        const double step =
            record["quant"] == "binary" ? std::sqrt(binary_variance_ratio()) : record["delta"].get<double>();
        return lattice_threshold(a * std::sqrt(n * p) / step);
    }
    const double real = integer_threshold(a, n, p, moment);
    return rule.ends_with("naive round") ? std::llround(real) : lattice_threshold(real + 1e-9);
}

std::vector<LayerActivity> layers_of(const nlohmann::json& record) {
    const std::size_t n = record["n"];
    const OperatingPoint point = operating_point(record["theta"]);
    const Counts encoder = binomial(n, point.p);
    if (record["rule"] == "exact") return chain(encoder, std::vector<Layer>(100, Layer{n, point.kappa}));
    const IntegerWeights weights = weights_of(record);
    const double moment = mean_square(weights);
    EXPECT_NEAR(moment, record["mean_q2"].get<double>(), 1e-9 * moment);
    EXPECT_EQ(threshold_of(record, moment), record["T"].get<int>());
    const auto firing = integer_firing(weights, n, record["T"].get<int>());
    const auto typical = static_cast<std::size_t>(std::llround(static_cast<double>(n) * point.p));
    EXPECT_NEAR(firing[typical], record["p_fire_at_nP"].get<double>(), 1e-9);
    return integer_chain(weights, n, point.p, record["T"].get<int>(), 100);
}

TEST(IntegerChain, AllRulesOfTheTable) {
    int matched = 0;
    for (const nlohmann::json& record : rows("d_exact_integer_chain", "records")) {
        SCOPED_TRACE(record.dump());
        const auto layers = layers_of(record);
        for (const auto& [depth, expected] : record["survival"].items()) {
            const LayerActivity& layer = layers.at(std::stoul(depth));
            EXPECT_NEAR(layer.survival, expected["survive"].get<double>(), 1e-6) << depth;
            EXPECT_NEAR(layer.mean, expected["frac"].get<double>(), 1e-6) << depth;
            EXPECT_NEAR(layer.sd, expected["frac_std"].get<double>(), 2e-6) << depth;
        }
        matched += record["rule"].get<std::string>().starts_with("lattice");
    }
    EXPECT_EQ(matched, 78);
}

// Lattice-matched steps of the table, found again from the step that they started at.
TEST(IntegerChain, MatchedSteps) {
    const auto records = rows("d_exact_integer_chain", "records");
    std::map<std::string, double> start;
    for (const nlohmann::json& r : records)
        if (r["rule"] == "moment-matched, half-step" && r["quant"] != "binary")
            start[r["quant"]] = r["delta"];
    for (const nlohmann::json& r : records) {
        if (!r["rule"].get<std::string>().starts_with("lattice")) continue;
        const double a = r["theta"];
        EXPECT_NEAR(matched_step(start.at(r["quant"]), r["M"], a, r["n"], upper_tail(a)),
                    r["delta"].get<double>(), 1e-9)
            << r.dump();
    }
}

}  // namespace
}  // namespace synfire::theory
