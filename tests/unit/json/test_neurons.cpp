// What neurons may do beside leaking and resetting, and states before the first step.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

// One input, a weight of 1, and the neuron layer 'n' with threshold 1.
Outcome read_neuron(const std::string& fields, const std::string& rest = "") {
    Outcome o = read_text(
        R"({"format": "snn-json", "version": 1, "dt": 0.001, "input": {"shape": [1], "kind": "analog"},
        "layers": [{"type": "dense", "name": "fc", "units": 1, "weight": 1},
                   {"type": "neuron", "name": "n", "threshold": 1, )" +
        fields + "}" + rest + "]}");
    if (o.network) check(*o.network, "model.json", o.report);
    EXPECT_TRUE(o.network && !o.report.has_errors()) << o.text();
    return o;
}

FloatTrace run(const Outcome& o, const std::vector<double>& input) {
    return simulate(*o.network, {Signal{input.size(), 1, input}});
}

const std::string subtract = R"("compare": "ge", "reset": {"mode": "subtract"}, )";

TEST(Neurons, SeveralSpikesInOneStep) {
    const Outcome o = read_neuron(subtract + R"("model": "if", "multi_spike": {"max": 3})");
    const FloatTrace trace = run(o, {2.5, 0.5, 7, 0});
    EXPECT_THAT(trace.populations[0].s, ElementsAre(2, 1, 3, 3));
    EXPECT_THAT(trace.populations[0].v, ElementsAre(0.5, 0, 4, 1));
    EXPECT_EQ(read_neuron(subtract + R"("model": "if", "multi_spike": {})")
                  .network->populations[0]
                  .spiking->max_spikes,
              255);
    EXPECT_THAT(
        read_neuron(R"("reset": {"mode": "zero"}, "model": "if", "multi_spike": {"max": 2})").text(),
        HasSubstr("warning: node 'n' (neuron), field '/layers/1/compare': is not given; \"ge\" was taken"));
}

TEST(Neurons, ALowerLimitOfThePotential) {
    const Outcome o = read_neuron(subtract + R"("model": "if", "v_min": -0.5)");
    EXPECT_THAT(run(o, {-3, 1.5, 0.25}).populations[0].v, ElementsAre(-0.5, 0, 0.25));
}

TEST(Neurons, SnntorchWithoutDelayOfTheReset) {
    const auto reset = [](const std::string& mode) {
        return read_neuron(R"("model": "if", "compare": "gt", "reset": {"mode": ")" + mode +
                           R"(", "timing": "snntorch_nodelay"})")
            .network->populations[0]
            .spiking->reset;
    };
    EXPECT_EQ(std::get<NoDelayReset>(reset("subtract")).to_zero, false);
    EXPECT_EQ(std::get<NoDelayReset>(reset("subtract")).amount, PerNeuron{1.0});
    EXPECT_EQ(std::get<NoDelayReset>(reset("zero")).to_zero, true);
    EXPECT_TRUE(std::holds_alternative<NoReset>(reset("none")));
}

TEST(Neurons, AnotherSpikeValueIsInTheWeightsThatRead) {
    const Outcome o = read_neuron(subtract + R"("model": "if", "spike_value": 3,
        "recurrent": {"weight": [[2]], "bias": [5]})",
                                  R"(, {"type": "dense", "name": "d", "units": 1, "weight": 4, "bias": 7},
        {"type": "neuron", "name": "m", "model": "i"})");
    EXPECT_EQ(std::get<Dense>(o.network->connections.at(1).stages.at(0)).weight, std::vector<double>{6});
    EXPECT_EQ(std::get<Dense>(o.network->connections.at(1).stages.at(0)).bias, std::vector<double>{5});
    EXPECT_EQ(std::get<Dense>(o.network->connections.at(2).stages.at(0)).weight, std::vector<double>{12});
    EXPECT_EQ(std::get<Dense>(o.network->connections.at(2).stages.at(0)).bias, std::vector<double>{7});
    EXPECT_THAT(o.text(),
                HasSubstr("note: node 'n' (neuron), field '/layers/1/spike_value': 3 folded into the weights "
                          "of the layers that read the spikes\n"));
}

TEST(Neurons, AnInitialCurrentIsKeptInUnitsOfThePotential) {
    const Outcome o =
        read_neuron(subtract + R"("model": "cubalif", "alpha": 0.5, "tau_mem": 0.004, "r": 2, "i_init": 3,
        "discretisation": "euler")");
    EXPECT_THAT(o.network->populations[0].initial_i, ElementsAre(DoubleEq(1.5)));
    // i = 0.5 * 3 = 1.5, v = 2 * 0.25 * i.
    EXPECT_THAT(run(o, {0}).populations[0].v, ElementsAre(DoubleEq(0.75)));
    EXPECT_THAT(o.text(), HasSubstr("field '/layers/1/i_init': folded with the gain to the membrane: 1.5\n"));
}

// The potential of a layer whose bias counts from the second step on, computed step by step.
std::vector<double> by_hand(double alpha, double beta, double bias, const std::vector<double>& input) {
    std::vector<double> out;
    double i = 0, v = 0.25;
    for (std::size_t t = 0; t < input.size(); ++t) {
        i = alpha * i + input[t] + (t > 0 ? bias : 0);
        v = beta * v + i;
        out.push_back(v);
    }
    return out;
}

TEST(Neurons, ABiasThatStartsInTheSecondStep) {
    const std::vector<double> input = {0.3, -0.1, 0.2, 0};
    const std::string rest = R"("threshold": 100, "compare": "gt", "reset": {"mode": "zero"}, "v_init": 0.25,
        "recurrent": {"weight": 0, "bias": 0.75, "bias_at_first_step": false})";
    const auto read = [&](const std::string& model) {
        return read_text(
            R"({"format": "snn-json", "version": 1, "input": {"shape": [1], "kind": "analog"}, "layers": [
            {"type": "dense", "units": 1, "weight": 1}, {"type": "neuron", "name": "n", )" +
            model + ", " + rest + "}]}");
    };
    const Outcome lif = read(R"("model": "lif", "beta": 0.9)");
    ASSERT_TRUE(lif.network) << lif.text();
    EXPECT_THAT(run(lif, input).populations[0].v, Pointwise(DoubleNear(1e-15), by_hand(0, 0.9, 0.75, input)));
    EXPECT_THAT(lif.text(),
                HasSubstr("note: node 'n' (neuron), field '/layers/1/recurrent/bias_at_first_step': folded "
                          "into the state before the first step: i = 0, v = -0.583"));
    const Outcome cuba = read(R"("model": "cubalif", "beta": 0.9, "alpha": 0.4)");
    ASSERT_TRUE(cuba.network) << cuba.text();
    EXPECT_THAT(run(cuba, input).populations[0].v,
                Pointwise(DoubleNear(1e-15), by_hand(0.4, 0.9, 0.75, input)));
    const Outcome none = read(R"("model": "lif", "beta": 0)");
    EXPECT_THAT(none.text(),
                HasSubstr("error: node 'n' (neuron), field '/layers/1/recurrent/bias_at_first_step': neuron "
                          "0 keeps nothing from step to step that could make up for it\n"));
}

}  // namespace
}  // namespace synfire
