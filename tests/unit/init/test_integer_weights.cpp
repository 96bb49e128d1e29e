// Initial weights that are integers: the variance that was asked for, and the threshold that goes with it.
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "compiler/init/forecast.hpp"
#include "compiler/init/initialize.hpp"
#include "compiler/init/theory/lattice.hpp"
#include "compiler/quantize/quantize.hpp"

namespace synfire {
namespace {

// Encoder and one layer of n neurons.
Network layer_of(std::size_t n, double beta = 0) {
    Network network;
    network.inputs = {{"x", {n}, SignalKind::real}};
    for (std::size_t l = 0; l < 2; ++l) {
        Population p;
        p.name = l == 0 ? "encoder" : "layer";
        p.shape = {n};
        p.beta = {l == 0 ? 0 : beta};
        p.spiking = Spiking{{0.8}, Compare::greater, SoftReset{{0.8}, true}};
        network.populations.push_back(p);
    }
    network.connections = {{"in", {}, 0, 0, {}},
                           {"deep", {Presynaptic::Kind::population, 0}, 1, 0, {Dense{n, n, {}, {}}}}};
    network.outputs = {1};
    return network;
}

Network drawn(std::size_t n, const IntegerOptions& integers, double beta = 0) {
    InitOptions options;
    options.integers = integers;
    Report report;
    return initialize(layer_of(n, beta), options, report);
}

const Dense& weights(const Network& network) {
    return std::get<Dense>(network.connections[1].stages[0]);
}

double mean_square(const std::vector<double>& w) {
    double sum = 0;
    for (double x : w) sum += x * x / static_cast<double>(w.size());
    return sum;
}

const double wanted = 1 / (200 * 0.5 * std::erfc(0.8 / std::sqrt(2.0)));

TEST(IntegerWeights, HaveExactlyTheVarianceOfTheScheme) {
    for (const char* name : {"int8", "int4", "int3", "ternary", "binary"}) {
        for (const StepRule rule :
             {StepRule::sigmas, StepRule::largest, StepRule::mean_magnitude, StepRule::ternary}) {
            IntegerOptions o = integer_options(name);
            if (o.rule != StepRule::sign) o.rule = rule;
            EXPECT_NEAR(mean_square(weights(drawn(200, o)).weight) / wanted, 1, 1e-12) << name;
        }
    }
}

TEST(IntegerWeights, OfEachNeuronToo) {
    IntegerOptions o = integer_options("int4");
    o.rule = StepRule::largest;
    o.by_neuron = true;
    o.correction = Correction::neuron;
    const std::vector<double> w = weights(drawn(200, o)).weight;
    for (std::size_t row = 0; row < 200; ++row) {
        const std::vector<double> one(w.begin() + static_cast<std::ptrdiff_t>(200 * row),
                                      w.begin() + static_cast<std::ptrdiff_t>(200 * (row + 1)));
        EXPECT_NEAR(mean_square(one) / wanted, 1, 1e-12);
        const double unit = [&] {
            double least = 1e9;
            for (double x : one) least = x != 0 ? std::min(least, std::abs(x)) : least;
            return least;
        }();
        for (double x : one) EXPECT_NEAR(x / unit, std::round(x / unit), 1e-9);
    }
}

TEST(IntegerWeights, WithoutCorrectionLoseWhatRoundingTakes) {
    IntegerOptions o = integer_options("ternary");
    o.rule = StepRule::ternary;
    o.correction = Correction::none;
    EXPECT_NEAR(mean_square(weights(drawn(200, o)).weight) / wanted, 0.810, 0.01);
    o.rule = StepRule::sigmas;
    o.step = 1.224;
    EXPECT_NEAR(mean_square(weights(drawn(200, o)).weight) / wanted,
                2 * 1.224 * 1.224 * 0.5 * std::erfc(0.612 / std::sqrt(2.0)), 0.02);
}

TEST(IntegerWeights, StochasticRoundingIsUnbiased) {
    IntegerOptions o = integer_options("int3");
    o.step = 2;
    o.stochastic = true;
    o.correction = Correction::none;
    const double r = mean_square(weights(drawn(400, o)).weight) / (wanted / 2);
    EXPECT_NEAR(r, theory::variance_ratio_stochastic(2, 3), 0.02);
}

TEST(IntegerWeights, AreDrawnFromASeedThatDrawsThemAgain) {
    const Dense d = weights(drawn(64, integer_options("int8")));
    ASSERT_TRUE(d.drawn.has_value());
    EXPECT_EQ(draw(*d.drawn, d.weight.size()), d.weight);
    IntegerOptions rounded = integer_options("int8");
    rounded.rule = StepRule::largest;
    EXPECT_FALSE(weights(drawn(64, rounded)).drawn.has_value());
}

TEST(IntegerWeights, MatchedThresholdsLieHalfWayBetweenTwoSums) {
    for (const char* name : {"int4", "int3", "ternary"}) {
        InitOptions options;
        options.integers = integer_options(name);
        options.integers->rule = StepRule::matched;
        Report report;
        const Network network = layer_of(1000);
        const std::vector<PlannedPopulation> planned = plan(network, options, report);
        const Forecast f = forecast(network, planned).at(1);
        EXPECT_NEAR(f.effective_a / f.a, 1, 1e-6) << name;
        const Network made = initialize(network, options, report);
        const double threshold = 0.8 / weights(made).drawn->unit;
        EXPECT_NEAR(threshold - std::floor(threshold), 0.5, 0.02) << name;  // of the integers that were drawn
    }
}

// What the quantizer makes of them is what was drawn: the same integers, the floor rule's threshold.
TEST(IntegerWeights, PassTheQuantizerUnchanged) {
    for (const char* name : {"int8", "int4", "ternary", "binary"}) {
        const Network network = drawn(100, integer_options(name));
        Network alone = network;
        alone.inputs = {{"x", {100}}};
        alone.populations.erase(alone.populations.begin());
        alone.connections.erase(alone.connections.begin());
        alone.connections[0].source = {};
        alone.connections[0].target = 0;
        alone.outputs = {0};
        Report report;
        const IntNetwork integers = quantize(alone, {}, report);
        const Dense& d = weights(network);
        const double factor = integers.populations[0].scale[0] * d.drawn->unit;
        for (std::size_t k = 0; k < d.weight.size(); ++k)
            EXPECT_EQ(integers.connections[0].weight[k] * std::exp2(integers.connections[0].exponent),
                      std::round(d.weight[k] / d.drawn->unit * factor))
                << name;
        EXPECT_EQ(at(integers.populations[0].threshold, 0), std::floor(0.8 / d.drawn->unit * factor)) << name;
    }
}

}  // namespace
}  // namespace synfire
