// Propagation layer by layer, against whole networks and against tables computed for this project by a
// program that shares no code with this one.
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/init/forecast.hpp"
#include "compiler/init/normal.hpp"
#include "compiler/support/files.hpp"
#include "emulator/reference.hpp"
#include "tuning/predict_steps.hpp"
#include "tuning/propagate.hpp"

namespace synfire {
namespace {

using Json = nlohmann::json;

Population lif(const std::string& name, std::size_t n, double threshold, double beta) {
    Population p;
    p.name = name;
    p.shape = {n};
    p.beta = {beta};
    p.spiking = Spiking{{threshold}, Compare::greater, SoftReset{{threshold}, true}};
    return p;
}

Network stack(std::size_t layers, std::size_t n, double threshold, double beta) {
    Network network;
    network.inputs = {{"x", {n}, SignalKind::real}};
    for (std::size_t l = 0; l <= layers; ++l) {
        network.populations.push_back(lif("layer" + std::to_string(l), n, threshold, beta));
        Connection c{
            "to" + std::to_string(l), {Presynaptic::Kind::population, l - 1}, l, 0, {Dense{n, n, {}, {}}}};
        if (l == 0) c = {"in", {}, 0, 0, {}};
        network.connections.push_back(c);
    }
    network.outputs = {layers};
    return network;
}

std::vector<Signal> constant_input(std::size_t n, std::size_t steps, std::uint64_t seed) {
    Signal s{steps, n, std::vector<double>(steps * n)};
    draw_normal(seed, 0, 0, std::span(s.values).first(n));
    for (std::size_t t = 1; t < steps; ++t)
        std::copy_n(s.values.begin(), n, s.values.begin() + static_cast<std::ptrdiff_t>(t * n));
    return {s};
}

// Drawing only what is needed changes nothing: spikes and variances of every layer are those of the whole
// network.
void expect_whole(const Network& network, const InitOptions& options, std::size_t n, std::size_t steps) {
    Report report;
    const std::vector<PlannedPopulation> planned = plan(network, options, report);
    const std::vector<Signal> input = constant_input(n, steps, 9);
    const TrialActivity activity = propagate_once(network, planned, input, 11, false);
    InitOptions seeded = options;
    seeded.seed = 11;
    const FloatTrace trace = simulate(initialize(network, seeded, report), input);
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        for (std::size_t t = 0; t < steps; ++t) {
            const auto& record = trace.populations[p];
            double spikes = 0, mean = 0, variance = 0;
            const auto size = static_cast<double>(record.neurons);
            for (std::size_t j = 0; j < record.neurons; ++j) {
                spikes += record.s[t * record.neurons + j];
                mean += record.compared[t * record.neurons + j] / size;
            }
            for (std::size_t j = 0; j < record.neurons; ++j)
                variance += std::pow(record.compared[t * record.neurons + j] - mean, 2) / size;
            EXPECT_EQ(activity[p][t].spikes, spikes) << p << ", step " << t;
            EXPECT_NEAR(activity[p][t].variance, variance, 1e-12);
        }
}

TEST(Propagate, IsTheWholeNetwork) {
    expect_whole(stack(6, 80, 0.8, 0.5), {}, 80, 7);
}

TEST(Propagate, IsTheWholeNetworkWithLoopsAndSkips) {
    Network network = stack(3, 60, 0.8, 0.5);
    network.connections.push_back(
        {"loop", {Presynaptic::Kind::population, 1}, 1, 1, {Dense{60, 60, {}, {}}}});
    network.connections.push_back(
        {"skip", {Presynaptic::Kind::population, 0}, 3, 2, {Dense{60, 60, {}, {}}}});
    expect_whole(network, {}, 60, 6);
    network.connections.push_back(
        {"back", {Presynaptic::Kind::population, 3}, 1, 1, {Dense{60, 60, {}, {}}}});
    expect_whole(network, {}, 60, 6);
}

TEST(Propagate, IsTheWholeNetworkOfIntegers) {
    InitOptions options;
    options.integers = integer_options("int4");
    expect_whole(stack(4, 70, 0.8, 0), options, 70, 3);
}

TEST(Propagate, SilentLayersCostNothingAndStaySilent) {
    InitOptions options;
    options.scheme = "torch-default";
    expect_whole(stack(8, 50, 1, 0.5), options, 50, 5);
}

TEST(Propagate, EmulatorRunsTheIntegersOfTheMicrocontroller) {
    const Network network = stack(3, 100, 0.8, 0);
    InitOptions options;
    options.integers = integer_options("ternary");
    Report report;
    const std::vector<PlannedPopulation> planned = plan(network, options, report);
    const std::vector<Signal> input = constant_input(100, 1, 4);
    const TrialActivity a = propagate_once(network, planned, input, 4, false),
                        b = propagate_once(network, planned, input, 4, true);
    for (std::size_t p = 0; p < a.size(); ++p) {
        EXPECT_EQ(a[p][0].spikes, b[p][0].spikes);  // no leak: sums of integers are exact in both
        EXPECT_NEAR(a[p][0].variance, b[p][0].variance, 1e-9);
    }
}

TEST(Propagate, DoesNotDependOnTheNumberOfThreads) {
    const Network network = stack(4, 50, 0.8, 0.5);
    Report report;
    const std::vector<PlannedPopulation> planned = plan(network, {}, report);
    const auto run = [&](unsigned threads) {
        PropagateOptions options;
        options.trials = 6;
        options.threads = threads;
        return propagate(
            network, planned, [](std::uint64_t seed) { return constant_input(50, 4, seed); }, options,
            [](std::size_t) {});
    };
    const auto one = run(1), three = run(3);
    for (std::size_t p = 0; p < one.size(); ++p) {
        EXPECT_EQ(one[p].total_spikes.mean, three[p].total_spikes.mean);
        EXPECT_EQ(one[p].variance[3].sd, three[p].variance[3].sd);
    }
}

// Rows of 100 neurons of the single-step table, 200 draws there; 60 here keep the test short.
TEST(Propagate, MeetsTheTableOfSingleSteps) {
    const Json table = Json::parse(
        read_file(std::string(SYNFIRE_SOURCE_DIR) + "/tests/unit/tuning/data/a_single_step_n100.json"));
    for (const double theta : {0.5, 0.8, 1.0}) {
        for (const std::string scheme : {"variance-conserving", "kaiming"}) {
            InitOptions options;
            options.scheme = scheme;
            Report report;
            const Network network = stack(100, 100, theta, 0);
            PropagateOptions run;
            run.trials = 60;
            const auto layers = propagate(
                network, plan(network, options, report),
                [](std::uint64_t seed) { return constant_input(100, 1, seed); }, run, [](std::size_t) {});
            int rows = 0;
            for (const Json& row : table["records"]) {
                if (row["theta"] != theta || row["scheme"] != (scheme == "kaiming" ? "kaiming" : "micheli"))
                    continue;
                const PopulationActivity& layer = layers.at(row["layer"].get<std::size_t>());
                const double error = std::sqrt(std::pow(row["var_std"].get<double>(), 2) / 199 +
                                               std::pow(layer.variance[0].sd, 2) / 59);
                EXPECT_NEAR(layer.variance[0].mean, row["var_mean"].get<double>(), 4 * error + 1e-6)
                    << theta << scheme << row["layer"];
                ++rows;
            }
            EXPECT_EQ(rows, 7);
        }
    }
}

// The forecast is the law of what is measured.
TEST(Forecast, IsMetByMeasurement) {
    for (const char* quant : {"", "int4", "ternary", "binary"}) {
        const Network network = stack(12, 120, 0.7, 0);
        InitOptions options;
        if (*quant != 0) options.integers = integer_options(quant);
        Report report;
        const std::vector<PlannedPopulation> planned = plan(network, options, report);
        const std::vector<Forecast> expected = forecast(network, planned);
        PropagateOptions run;
        run.trials = 150;
        const auto layers = propagate(
            network, planned, [](std::uint64_t seed) { return constant_input(120, 1, seed); }, run,
            [](std::size_t) {});
        for (const std::size_t l : {0U, 1U, 4U, 12U}) {
            EXPECT_NEAR(layers[l].spikes[0].mean / 120, expected[l].fraction,
                        4 * expected[l].fraction_sd / std::sqrt(150.0))
                << quant << l;
            EXPECT_NEAR(layers[l].spikes[0].sd / 120, expected[l].fraction_sd, 0.35 * expected[l].fraction_sd)
                << quant << l;
            if (l > 0 && *quant == 0) {
                EXPECT_NEAR(layers[l].variance[0].mean, expected[l].variance,
                            4 * expected[l].variance_sd / std::sqrt(150.0))
                    << l;
            }
        }
    }
}

// Several steps forecast without deep weights, against networks with them: means over draws of both.
TEST(PredictSteps, IsMetByMeasurement) {
    Network network = stack(5, 100, 0.7, 0.5);
    network.connections.push_back(
        {"loop", {Presynaptic::Kind::population, 2}, 2, 1, {Dense{100, 100, {}, {}}}});
    Report report;
    const std::vector<PlannedPopulation> planned = plan(network, {}, report);
    constexpr std::size_t draws = 80, steps = 6;
    PropagateOptions run;
    run.trials = draws;
    const auto measured = propagate(
        network, planned, [](std::uint64_t seed) { return constant_input(100, steps, seed); }, run,
        [](std::size_t) {});
    std::vector<std::vector<double>> predicted(network.populations.size(), std::vector<double>(steps, 0.0));
    for (std::uint64_t seed = 1000; seed < 1000 + draws; ++seed) {
        const auto activity = predict_steps(network, planned, constant_input(100, steps, seed), seed);
        ASSERT_TRUE(activity.has_value());
        for (std::size_t p = 0; p < predicted.size(); ++p)
            for (std::size_t t = 0; t < steps; ++t) predicted[p][t] += (*activity)[p].fraction[t] / draws;
    }
    for (std::size_t p = 0; p < predicted.size(); ++p)
        for (std::size_t t = 0; t < steps; ++t)
            EXPECT_NEAR(predicted[p][t], measured[p].spikes[t].mean / 100,
                        4.5 * std::sqrt(2.0 / draws) * measured[p].spikes[t].sd / 100)
                << p << ", step " << t;
}

TEST(PredictSteps, LeavesOtherNetworksAlone) {
    Network network = stack(2, 16, 0.7, 0.5);
    network.connections[2].stages.insert(network.connections[2].stages.begin(),
                                         Pool{Pool::Kind::maximum, {1, 4, 4}, {}});
    Report report;
    EXPECT_FALSE(predict_steps(network, plan(network, {}, report), constant_input(16, 3, 1), 1).has_value());
}

TEST(Outlook, AgreesWithTheForecast) {
    const Network network = stack(20, 60, 0.8, 0);
    Report report;
    const std::vector<PlannedPopulation> planned = plan(network, {}, report);
    const auto o = outlook(network, planned, forecast(network, planned), 0.99);
    ASSERT_TRUE(o.has_value());
    EXPECT_EQ(o->layers, 20U);
    EXPECT_EQ(o->width, 60U);
    EXPECT_NEAR(o->a, 0.8, 1e-9);
    for (const double a : {o->largest_a - 0.002, o->largest_a + 0.002}) {
        InitOptions options;
        options.operating_point = a;
        const double alive = forecast(network, plan(network, options, report)).back().survival.value();
        EXPECT_EQ(alive >= 0.99, a < o->largest_a) << a << " lives with " << alive;
    }
    for (const std::size_t n : {o->smallest_width - 1, o->smallest_width}) {
        const Network other = stack(20, n, 0.8, 0);
        const double alive = forecast(other, plan(other, {}, report)).back().survival.value();
        EXPECT_EQ(alive >= 0.99, n >= o->smallest_width) << n;
    }
}

}  // namespace
}  // namespace synfire
