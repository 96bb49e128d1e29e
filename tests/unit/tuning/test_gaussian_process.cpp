// Against networks with drawn matrices (data/b_multi_step_n1000.json) and against another sampler of the same
// law (data/f_dmft_multi_step.json), within four standard errors.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/init/normal.hpp"
#include "compiler/init/theory/mean_field.hpp"
#include "emulator/reference.hpp"
#include "tuning/gaussian_process.hpp"

namespace synfire {
namespace {

nlohmann::json records(const std::string& name) {
    std::ifstream file(SYNFIRE_SOURCE_DIR "/tests/unit/tuning/data/" + name + ".json");
    return nlohmann::json::parse(file).at("records");
}

Population leaky(std::size_t n, double beta, double theta, Reset reset) {
    Population p;
    p.shape = {n};
    p.beta = {beta};
    p.spiking = Spiking{{theta}, Compare::greater, std::move(reset)};
    return p;
}

// Encoder and `depth` layers of c = n Var[w]; the encoder's currents are N(0,1), constant over the steps.
std::vector<ProcessLayer> chain_of(std::size_t n, std::size_t depth, double beta, double theta, double c,
                                   std::size_t steps, std::uint64_t seed) {
    const Population p = leaky(n, beta, theta, SoftReset{{theta}, true});
    std::vector<ProcessLayer> layers{{p, {}, constant_normal(n, steps, 1.0, seed, 1000)}};
    for (std::size_t l = 1; l <= depth; ++l) layers.push_back({p, {{l - 1, c}}, {}});
    return layers;
}

// Mean and variance of a quantity over runs.
struct Moments {
    double sum = 0, squares = 0, runs = 0;
    void add(double x) {
        sum += x;
        squares += x * x;
        ++runs;
    }
    double mean() const { return sum / runs; }
    double variance() const { return std::max(0.0, squares / runs - mean() * mean()) * runs / (runs - 1); }
};

struct LayerMoments {
    std::vector<Moments> fraction, mean, variance;  // per step
};

std::vector<LayerMoments> repeat(std::size_t runs, std::size_t n, std::size_t depth, double beta,
                                 double theta, double c, std::size_t steps) {
    std::vector<LayerMoments> all(
        depth + 1, {std::vector<Moments>(steps), std::vector<Moments>(steps), std::vector<Moments>(steps)});
    for (std::size_t run = 0; run < runs; ++run) {
        const auto layers = gaussian_process(chain_of(n, depth, beta, theta, c, steps, run), steps, run);
        for (std::size_t l = 0; l <= depth; ++l)
            for (std::size_t t = 0; t < steps; ++t) {
                all[l].fraction[t].add(layers[l].fraction[t]);
                all[l].mean[t].add(layers[l].mean[t]);
                all[l].variance[t].add(layers[l].variance[t]);
            }
    }
    return all;
}

// Largest distance over all steps in standard errors of the difference, for `runs` of theirs and the given
// variances between runs.
double distance(const std::vector<Moments>& ours, const nlohmann::json& theirs, double scale, double runs,
                const std::vector<double>& variance) {
    double most = 0;
    for (std::size_t t = 0; t < ours.size(); ++t) {
        const double expected = theirs[t].get<double>() / scale;
        const double error = std::sqrt(variance[t] * (1 / ours[t].runs + 1 / runs)) + 1e-4;
        most = std::max(most, std::abs(ours[t].mean() - expected) / error);
    }
    return most;
}

// Our variance between runs, pooled over three steps: 20 runs alone leave it a third uncertain.
std::vector<double> spread(const std::vector<Moments>& ours) {
    std::vector<double> variance;
    for (std::size_t t = 0; t < ours.size(); ++t) {
        const std::size_t from = t == 0 ? 0 : t - 1, to = std::min(t + 2, ours.size());
        double sum = 0;
        for (std::size_t k = from; k < to; ++k) sum += ours[k].variance();
        variance.push_back(sum / static_cast<double>(to - from));
    }
    return variance;
}

TEST(GaussianProcess, AgreesWithNetworksOfDrawnWeights) {
    std::map<std::pair<std::string, double>, std::vector<LayerMoments>> simulated;
    int checked = 0;
    for (const nlohmann::json& r : records("b_multi_step_n1000")) {
        const std::string scheme = r["scheme"];
        const double beta = r["beta"];
        const double c = scheme == "kaiming" ? 2 : theory::operating_point(1).weight_variance_n;
        auto& layers = simulated[{scheme, beta}];
        if (layers.empty()) layers = repeat(20, 1000, 100, beta, 1.0, c, 20);
        const LayerMoments& layer = layers.at(r["layer"]);
        SCOPED_TRACE(scheme + ' ' + std::to_string(beta) + ' ' + r["layer"].dump());
        EXPECT_LT(distance(layer.fraction, r["spikes_mean"], 1000, 10, spread(layer.fraction)), 4);
        EXPECT_LT(distance(layer.variance, r["var_mean"], 1, 10, spread(layer.variance)), 4);
        EXPECT_LT(distance(layer.mean, r["mean_u"], 1, 10, spread(layer.mean)), 4);
        ++checked;
    }
    EXPECT_EQ(checked, 42);
}

TEST(GaussianProcess, AgreesWithAnotherSamplerAtOtherThresholds) {
    for (const nlohmann::json& r : records("f_dmft_multi_step")) {
        const double theta = r["theta"], beta = r["beta"], wide = r["n"].get<double>() / 1000;
        // Twenty times the width is close to no spread at all: the law's limit.
        const std::size_t depth = wide > 1 ? 10 : 50;
        const auto narrow = repeat(10, 1000, depth, beta, theta, r["c"], 20);
        const auto layers = wide > 1 ? repeat(1, r["n"], depth, beta, theta, r["c"], 20) : narrow;
        for (std::size_t l : {1U, 10U, 50U}) {
            if (l > depth) continue;
            SCOPED_TRACE(r["n"].dump() + ' ' + std::to_string(theta) + ' ' + std::to_string(beta) + ' ' +
                         std::to_string(l));
            const nlohmann::json& theirs = r["L" + std::to_string(l)];
            std::vector<double> fraction = spread(narrow[l].fraction), variance = spread(narrow[l].variance);
            for (std::vector<double>* v : {&fraction, &variance})
                for (double& x : *v) x /= wide;
            EXPECT_LT(distance(layers[l].fraction, theirs["frac_t"], 1, r["runs"], fraction), 4);
            EXPECT_LT(distance(layers[l].variance, theirs["var_t"], 1, r["runs"], variance), 4);
        }
    }
}

// Without a spike nothing varies: the layer sees zero current, and so the same v as the reference with
// silence.
TEST(GaussianProcess, SilenceStaysSilent) {
    const Population p = leaky(50, 0.9, 1.0, HardReset{{0.0}});
    const auto layers =
        gaussian_process({{p, {}, Signal{5, 50, std::vector<double>(250, 0.0)}}, {p, {{0, 6.3}}, {}}}, 5, 1);
    for (std::size_t t = 0; t < 5; ++t) {
        EXPECT_EQ(layers[1].fraction[t], 0);
        EXPECT_EQ(layers[1].variance[t], 0);
    }
}

// A constant pattern of spikes gives a constant current: its covariance has rank one.
TEST(GaussianProcess, RepeatedPatternsGiveOneCurrent) {
    Population everyone = leaky(200, 0.0, 0.5, NoReset{}), integrator = leaky(4000, 1.0, 1e9, NoReset{});
    const auto layers = gaussian_process(
        {{everyone, {}, constant_normal(200, 4, 1.0, 3, 9)}, {integrator, {{0, 2.0}}, {}}}, 4, 3);
    const double once = 2.0 * layers[0].fraction[0];
    for (std::size_t t = 0; t < 4; ++t) {
        const double steps = static_cast<double>(t + 1);
        EXPECT_NEAR(layers[1].variance[t] / (steps * steps), layers[1].variance[0], 1e-9);
        EXPECT_NEAR(layers[1].variance[0], once, 4 * once * std::sqrt(2.0 / 4000));
    }
}

TEST(GaussianProcess, MeanWeightsAddTheirCurrent) {
    Population everyone = leaky(100, 0.0, 0.5, NoReset{}), listener = leaky(2000, 0.0, 1e9, NoReset{});
    const Signal on{3, 100, std::vector<double>(300, 1.0)};
    const auto layers = gaussian_process({{everyone, {}, on}, {listener, {{0, 1.0, 2.5, 1}}, {}}}, 3, 8);
    EXPECT_EQ(layers[1].mean[0], 0) << "the delay of one step";
    EXPECT_NEAR(layers[1].mean[1], 2.5, 4 / std::sqrt(2000.0));
    EXPECT_NEAR(layers[1].variance[1], 1.0, 4 * std::sqrt(2.0 / 2000));
}

// A recurrent layer against one with drawn weights, run by the reference.
TEST(GaussianProcess, RecurrenceAgreesWithDrawnWeights) {
    const std::size_t n = 200, steps = 6, runs = 40;
    const Population p = leaky(n, 0.5, 1.0, SoftReset{{1.0}, true});
    std::vector<Moments> predicted(steps), drawn(steps);
    for (std::uint64_t run = 0; run < runs; ++run) {
        const Signal input = constant_normal(n, steps, 0.7, run, 5);
        const auto layers = gaussian_process({{p, {{0, 4.0, 0.0, 1}}, input}}, steps, run);
        std::vector<double> weights(n * n);
        draw_normal(run + 1000, 0, 0, weights);
        for (double& w : weights) w *= std::sqrt(4.0 / static_cast<double>(n));
        Network network;
        network.inputs.push_back({"input", {n}, SignalKind::real});
        network.populations.push_back(p);
        network.connections.push_back({"in", {Presynaptic::Kind::input, 0}, 0, 0, {}});
        Dense dense;
        dense.outputs = dense.inputs = n;
        dense.weight = std::move(weights);
        network.connections.push_back({"self", {Presynaptic::Kind::population, 0}, 0, 1, {std::move(dense)}});
        network.outputs = {0};
        const FloatTrace trace = simulate(network, {input});
        for (std::size_t t = 0; t < steps; ++t) {
            double spikes = 0;
            for (std::size_t i = 0; i < n; ++i) spikes += trace.populations[0].s[t * n + i];
            predicted[t].add(layers[0].fraction[t]);
            drawn[t].add(spikes / static_cast<double>(n));
        }
    }
    for (std::size_t t = 0; t < steps; ++t) {
        const double error = std::sqrt((predicted[t].variance() + drawn[t].variance()) / runs);
        EXPECT_NEAR(predicted[t].mean(), drawn[t].mean(), 4 * error + 1e-12) << t;
    }
}

}  // namespace
}  // namespace synfire
