// Distributions of the schemes, against their formulas and against tables computed for this project by a
// program that shares no code with this one.
#include <cmath>
#include <gmock/gmock.h>
#include <numeric>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/init/initialize.hpp"
#include "compiler/init/kernels.hpp"
#include "compiler/support/files.hpp"

namespace synfire {
namespace {

using Json = nlohmann::json;
using testing::DoubleEq;
using testing::HasSubstr;

Json table(const std::string& name) {
    return Json::parse(read_file(std::string(SYNFIRE_SOURCE_DIR) + "/tests/unit/init/data/" + name));
}

Population neurons_of(const std::string& name, std::size_t n, double threshold, double beta = 0,
                      double alpha = 0) {
    Population p;
    p.name = name;
    p.shape = {n};
    p.beta = {beta};
    p.alpha = {alpha};
    p.spiking = Spiking{{threshold}, Compare::greater, SoftReset{{threshold}, true}};
    return p;
}

Connection dense(const std::string& name, Presynaptic source, std::size_t target, std::size_t outputs,
                 std::size_t inputs, int delay = 0) {
    return {name, source, target, delay, {Dense{outputs, inputs, {}, {}}}};
}

constexpr Presynaptic input{Presynaptic::Kind::input, 0};
constexpr Presynaptic first{Presynaptic::Kind::population, 0};

// input (20) -> a (30) -> b (40)
Network two_layers(double threshold = 1) {
    Network network;
    network.inputs = {{"x", {20}}};
    network.populations = {neurons_of("a", 30, threshold), neurons_of("b", 40, threshold)};
    network.connections = {dense("in", input, 0, 30, 20), dense("deep", first, 1, 40, 30)};
    network.outputs = {1};
    return network;
}

InitOptions options_for(const std::string& scheme) {
    InitOptions options;
    options.scheme = scheme;
    return options;
}

std::vector<double> variances(const Network& network, const InitOptions& options) {
    Report report;
    std::vector<double> list;
    for (const PlannedPopulation& p : plan(network, options, report))
        for (const Law& law : p.laws) list.push_back(variance(law));
    return list;
}

double q(double a) {
    return 0.5 * std::erfc(a / std::sqrt(2.0));
}

TEST(Schemes, VarianceOnly) {
    const Network n = two_layers();
    EXPECT_THAT(variances(n, options_for("kaiming")),
                testing::ElementsAre(DoubleEq(2.0 / 20), DoubleEq(2.0 / 30)));
    EXPECT_THAT(variances(n, options_for("xavier")),
                testing::ElementsAre(DoubleEq(2.0 / 50), DoubleEq(2.0 / 70)));
    EXPECT_THAT(variances(n, options_for("lecun")),
                testing::ElementsAre(DoubleEq(1.0 / 20), DoubleEq(1.0 / 30)));
    EXPECT_NEAR(variances(n, options_for("torch-default"))[1], 1.0 / 90, 1e-15);
    InitOptions scaled = options_for("inverse-sqrt");
    scaled.weight_scale = 3;
    EXPECT_NEAR(variances(two_layers(2), scaled)[1], 36.0 / 30, 1e-12);
    InitOptions leaky = options_for("kaiming");
    leaky.leaky_slope = 2;
    EXPECT_NEAR(variances(n, leaky)[0], 2.0 / 5 / 20, 1e-15);
}

TEST(Schemes, VarianceConserving) {
    InitOptions options = options_for("variance-conserving");
    options.input = {0.1, 0.1};
    EXPECT_NEAR(variances(two_layers(), options)[0], 1 / (20 * 0.1), 1e-12);
    EXPECT_NEAR(variances(two_layers(), options)[1], 1 / (30 * q(1)), 1e-12);
    options.operating_point = 0.8;
    EXPECT_NEAR(variances(two_layers(0.4), options)[1], 0.25 / (30 * q(0.8)), 1e-12);
}

// A convolution counts its kernel, a pool the spikes that are left, a scale is made up for.
TEST(Schemes, LookThroughStages) {
    Network n;
    n.inputs = {{"x", {2, 8, 8}}};
    Population p = neurons_of("a", 3 * 4 * 4, 1);
    p.shape = {3, 4, 4};
    n.populations = {p};
    Convolution c;
    c.input = {2, 4, 4};
    c.filters = 3;
    c.window.kernel = {3, 3};
    c.window.pad_before = c.window.pad_after = {1, 1};
    Pool pool{Pool::Kind::maximum, {2, 8, 8}, {{2, 2}, {2, 2}, {1, 1}, {0, 0}, {0, 0}}};
    n.connections = {{"in", input, 0, 0, {pool, c, Scale{{0.5}, {}}}}};
    n.outputs = {0};
    InitOptions options = options_for("variance-conserving");
    options.input = {0.2, 0.2};
    const double active = 1 - std::pow(0.8, 4);
    EXPECT_NEAR(variances(n, options)[0], 1 / (18 * active * 0.25), 1e-12);
}

TEST(Schemes, SeveralConnectionsShareTheVariance) {
    Network n = two_layers();
    n.connections.push_back(dense("loop", {Presynaptic::Kind::population, 1}, 1, 40, 40, 1));
    InitOptions options = options_for("variance-conserving");
    const std::vector<double> v = variances(n, options);
    EXPECT_NEAR(v[1], 1 / (70 * q(1)), 1e-12);
    EXPECT_EQ(v[1], v[2]);
}

TEST(Schemes, FluctuationDrivenMeetsItsTable) {
    int rows = 0;
    const Json file = table("c_fluctuation_driven.json");
    for (const Json& row : file["single_neuron"]) {
        const double dt = row["dt"], keeps = std::exp(-dt / row["tau_mem"].get<double>());
        Network n;
        n.inputs = {{"x", {row["n"].get<std::size_t>()}}};
        n.populations = {
            neurons_of("a", 10, row["theta"], keeps, std::exp(-dt / row["tau_syn"].get<double>()))};
        // The table's membrane takes (1 - a) of the current.
        n.connections = {
            {"in", input, 0, 0, {Dense{10, row["n"].get<std::size_t>(), {}, {}}, Scale{{1 - keeps}, {}}}}};
        n.outputs = {0};
        InitOptions options = options_for("fluctuation-driven");
        options.rate = row["nu"].get<double>() * dt;
        options.xi = row["xi"];
        options.mean_u = row["mu_U"];
        Report report;
        const Law law = plan(n, options, report).at(0).laws.at(0);
        EXPECT_NEAR(std::sqrt(variance(law)), row["sigma_W"].get<double>(),
                    1e-9 * row["sigma_W"].get<double>());
        EXPECT_NEAR(mean(law), row["mu_W"].get<double>(), 1e-9);
        ++rows;
    }
    EXPECT_EQ(rows, 9);
}

// The second row: all synapses have one kernel, as here.
TEST(Schemes, DaleMeetsItsTable) {
    const Json row = table("c_dale_exponential.json")["rows"][1];
    const double dt = 0.001, keeps = std::exp(-dt / row["tau_mem"].get<double>());
    const std::size_t excitatory = row["N_ff"], inhibitory = row["N_inh"];
    Network n;
    n.inputs = {{"e", {excitatory}}, {"i", {inhibitory}}};
    n.populations = {neurons_of("a", 10, 1, keeps, std::exp(-dt / row["tau_exc"].get<double>()))};
    n.connections = {{"plus", input, 0, 0, {Dense{10, excitatory, {}, {}}, Scale{{1 - keeps}, {}}}},
                     {"minus",
                      {Presynaptic::Kind::input, 1},
                      0,
                      0,
                      {Dense{10, inhibitory, {}, {}}, Scale{{1 - keeps}, {}}}}};
    n.outputs = {0};
    InitOptions options = options_for("dale");
    options.rate = row["nu"].get<double>() * dt;
    options.xi = 1 / row["sigma_U_target"].get<double>();
    options.inhibitory = {"minus"};
    Report report;
    const std::vector<Law> laws = plan(n, options, report).at(0).laws;
    EXPECT_NEAR(std::get<ExponentialLaw>(laws[0]).rate, row["lambda_ff"].get<double>(), 1e-6);
    EXPECT_NEAR(std::get<ExponentialLaw>(laws[1]).rate, row["lambda_inh"].get<double>(), 1e-6);
    EXPECT_EQ(std::get<ExponentialLaw>(laws[1]).sign, -1);
}

// Kernels of other time constants per sign: the formula of the first row by hand.
TEST(Kernels, AreTheExactSumsOfTheDiscreteNeuron) {
    for (const double alpha : {0.0, 0.3, 0.9}) {
        for (const double beta : {0.0, 0.5, 0.95}) {
            double i = 0, v = 0, sum = 0, squares = 0;
            for (int t = 0; t < 2000; ++t) {
                i = alpha * i + (t == 0 ? 1 : 0);
                v = beta * v + i;
                sum += v;
                squares += v * v;
            }
            EXPECT_NEAR(kernel_of(alpha, beta).sum / sum, 1, 1e-12);
            EXPECT_NEAR(kernel_of(alpha, beta).squares / squares, 1, 1e-12);
        }
    }
}

TEST(Schemes, BalancedRecurrence) {
    Network n = two_layers();
    n.populations[1].beta = {0.9};
    n.connections.push_back(dense("loop", {Presynaptic::Kind::population, 1}, 1, 40, 40, 1));
    Report report;
    const std::vector<Law> laws = plan(n, options_for("balanced-recurrence"), report).at(1).laws;
    const double mean_loop = (3 - 2 * 0.9) / 39;
    EXPECT_NEAR(variance(laws[0]), 1.0 / 30, 1e-12);
    EXPECT_NEAR(mean(laws[1]), mean_loop, 1e-12);
    EXPECT_NEAR(variance(laws[1]), 0.5 / 39 - mean_loop * mean_loop / 2, 1e-12);
}

std::string refusal(const Network& network, const InitOptions& options) {
    Report report;
    try {
        plan(network, options, report);
    } catch (const StageFailed&) {
        return to_text(report.diagnostics.at(0));
    } catch (const InputError& e) {
        return to_text(e.diagnostic);
    }
    return "";
}

TEST(Schemes, SayWhatTheyCannotMeet) {
    EXPECT_THAT(refusal(two_layers(), options_for("magic")),
                HasSubstr("there is no scheme 'magic'\n  expected: variance-conserving, "));
    InitOptions silent = options_for("variance-conserving");
    silent.input = {0, 0};
    EXPECT_THAT(refusal(two_layers(), silent),
                HasSubstr("node 'a': nothing that arrives is ever different from 0"));
    InitOptions fluctuating = options_for("fluctuation-driven");
    EXPECT_THAT(refusal(two_layers(), fluctuating), HasSubstr("the rate of what arrives is not known"));
    fluctuating.rate = 0.05;
    Network keeps = two_layers();
    keeps.populations[0].beta = {1.0};
    EXPECT_THAT(refusal(keeps, fluctuating),
                HasSubstr("node 'a': keeps all of its potential from step to step"));
    fluctuating.mean_u = 0.99;
    EXPECT_THAT(refusal(two_layers(), fluctuating),
                HasSubstr("mu_U = 0.99 alone makes its potential fluctuate"));
    EXPECT_THAT(refusal(two_layers(), options_for("rate-consistent")),
                HasSubstr("the rate that all layers are to keep is not known"));
    InitOptions dale = options_for("dale");
    dale.rate = 0.05;
    EXPECT_THAT(refusal(two_layers(), dale), HasSubstr("no inhibitory connection reaches it"));
    dale.inhibitory = {"inn"};
    EXPECT_THAT(refusal(two_layers(), dale), HasSubstr("field '--inhibitory': there is no connection 'inn'"));
}

TEST(Schemes, RefuseLayersThatNoMemoryHolds) {
    Network n = two_layers();
    n.inputs[0].shape = {1u << 20};
    std::get<Dense>(n.connections[0].stages[0]).inputs = 1u << 20;
    std::get<Dense>(n.connections[0].stages[0]).outputs = 1u << 20;
    n.populations[0].shape = {1u << 20};
    EXPECT_THAT(refusal(n, options_for("lecun")), HasSubstr("node 'a': 'in' has 1099511627776 weights"));
}

TEST(Initialize, KeepsWeightsThatAreThereUnlessToldOtherwise) {
    Network n = two_layers();
    std::get<Dense>(n.connections[0].stages[0]).weight.assign(600, 0.25);
    Report report;
    InitOptions options = options_for("lecun");
    EXPECT_EQ(std::get<Dense>(initialize(n, options, report).connections[0].stages[0]).weight[7], 0.25);
    options.replace = true;
    const Network replaced = initialize(n, options, report);
    EXPECT_NE(std::get<Dense>(replaced.connections[0].stages[0]).weight[7], 0.25);
    // The stream of a tensor is its place in the network, whichever of them are drawn.
    const Network other = initialize(two_layers(), options_for("lecun"), report);
    EXPECT_EQ(std::get<Dense>(replaced.connections[1].stages[0]).weight,
              std::get<Dense>(other.connections[1].stages[0]).weight);
}

}  // namespace
}  // namespace synfire
