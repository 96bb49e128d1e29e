// Layers: how linear layers become connections, and which layer reads which.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "compiler/network/print.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string neuron =
    R"({"type": "neuron", "model": "if", "threshold": 1, "reset": {"mode": "zero"}, "compare": "gt")";

Outcome read_layers(const std::string& layers, const std::string& shape = "[2]",
                    const std::string& rest = "") {
    Outcome o = read_text(R"({"format": "snn-json", "version": 1, "name": "t", "input": {"shape": )" + shape +
                          R"(}, "layers": [)" + layers + "]" + rest + "}");
    if (o.network) check(*o.network, "model.json", o.report);
    return o;
}

const Dense& stage(const Outcome& o, std::size_t connection, std::size_t index = 0) {
    return std::get<Dense>(o.network->connections.at(connection).stages.at(index));
}

TEST(Layers, PopulationsAreNamedAsTheirLayerOrByIndex) {
    const Outcome o = read_layers(R"({"type": "dense", "name": "fc", "units": 1, "weight": 1}, )" + neuron +
                                  R"(}, {"type": "dense", "units": 1, "weight": 1, "delay": 2}, )" + neuron +
                                  R"(, "name": "out"})");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(print(*o.network),
              "network t\n"
              "input input [2]: spikes\n"
              "population layer1 [1]: beta 1, spikes when v > 1, reset to 0\n"
              "population out [1]: beta 1, spikes when v > 1, reset to 0\n"
              "connection fc: input -> layer1, dense 2 -> 1, weights 1\n"
              "connection layer2: layer1 -> out, delay 2 steps, dense 1 -> 1, weights 1\n"
              "output out\n");
    EXPECT_EQ(o.text(), "");
}

TEST(Layers, ScaleAndBatchnormAfterADenseLayerChangeItsRows) {
    const Outcome o =
        read_layers(R"({"type": "dense", "units": 2, "weight": [[1, 2], [3, 4]], "bias": [1, 1]},
        {"type": "batchnorm", "scale": [1, 2], "shift": [0.5, 0], "mean": [0, 1], "var": [4, 1], "eps": 0},
        {"type": "scale", "value": [10, 1]}, )" +
                    neuron + "}");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(stage(o, 0).weight, ElementsAre(5, 10, 6, 8));
    EXPECT_THAT(stage(o, 0).bias, ElementsAre(10, 0));
    EXPECT_THAT(o.text(), HasSubstr("node 'layer1' (batchnorm), field '/layers/1': folded into the weights: "
                                    "scale 0.5..2 (2 values), shift "
                                    "-2..0.5 (2 values)"));
    EXPECT_THAT(
        o.text(),
        HasSubstr(
            "node 'layer2' (scale), field '/layers/2/value': folded into the weights: 1..10 (2 values)"));
}

TEST(Layers, ScaleAndBatchnormBeforeADenseLayerChangeItsColumns) {
    const Outcome o =
        read_layers(R"({"type": "scale", "value": 2}, {"type": "batchnorm", "mean": [1, 0], "var": 1,
        "eps": 0}, {"type": "flatten"}, {"type": "dense", "units": 1, "weight": [[1, 1, 10, 10]]}, )" +
                        neuron + "}",
                    "[2, 1, 2]");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(stage(o, 0).weight, ElementsAre(2, 2, 20, 20));
    EXPECT_THAT(stage(o, 0).bias, ElementsAre(-2));
}

TEST(Layers, TwoDenseLayersAreTwoStagesOfOneConnection) {
    const Outcome o = read_layers(
        R"({"type": "dense", "units": 3, "weight": 1, "delay": 1}, {"type": "dense", "units": 1, "weight": 2, "delay": 2}, )" +
        neuron + "}");
    ASSERT_TRUE(o.network) << o.text();
    ASSERT_EQ(o.network->connections.size(), 1u);
    EXPECT_EQ(o.network->connections[0].delay, 3);
    EXPECT_EQ(o.network->connections[0].stages.size(), 2u);
    EXPECT_THAT(
        o.text(),
        HasSubstr("note: node 'layer1' (dense), field '/layers/1': no neurons before it: a further stage"));
}

TEST(Layers, ANeuronLayerMayReadTheInputOrOtherNeuronsDirectly) {
    const Outcome o = read_layers(neuron + R"(, "name": "a", "gain": 3}, {"type": "identity"}, )" + neuron +
                                  R"(, "name": "b"})");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->connections[0].name, "input.a");
    const auto& a = std::get<Sparse>(o.network->connections[0].stages.at(0));
    EXPECT_THAT(a.column, ElementsAre(0, 1));
    EXPECT_THAT(a.weight, ElementsAre(3, 3));
    EXPECT_EQ(o.network->connections[1].name, "a.b");
    EXPECT_THAT(std::get<Sparse>(o.network->connections[1].stages.at(0)).weight, ElementsAre(1, 1));
}

TEST(Layers, SeveralSourcesAreAddedAndTheBiasCountsOnce) {
    const Outcome o =
        read_layers(neuron + R"(, "name": "a"}, )" + neuron + R"(, "name": "b", "from": "input"},
        {"type": "dense", "name": "sum", "from": ["a", "b", "input"], "units": 1, "weight": [[1, 2]], "bias": 7}, )" +
                    neuron + R"(, "name": "c"})");
    ASSERT_TRUE(o.network) << o.text();
    ASSERT_EQ(o.network->connections.size(), 5u);
    EXPECT_EQ(o.network->connections[2].name, "sum");
    EXPECT_EQ(o.network->connections[3].name, "sum.2");
    EXPECT_EQ(o.network->connections[4].source, (Presynaptic{Presynaptic::Kind::input, 0}));
    EXPECT_THAT(stage(o, 2).bias, ElementsAre(7));
    EXPECT_THAT(stage(o, 3).bias, ElementsAre());
}

TEST(Layers, ALayerMayStandBeforeItsSource) {
    const Outcome o = read_layers(neuron + R"(, "name": "late", "from": "early"}, )" + neuron +
                                      R"(, "name": "early", "from": "input"})",
                                  "[1]", R"(, "outputs": [{"layer": "late"}])");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->populations[0].name, "early");
    EXPECT_EQ(o.network->populations[1].name, "late");
    EXPECT_EQ(o.network->outputs, std::vector<std::size_t>{1});
}

TEST(Layers, OutputsAreTheNeuronLayersThatNothingReads) {
    const Outcome o = read_layers(neuron + R"(, "name": "a"}, )" + neuron + R"(, "name": "b"}, )" + neuron +
                                  R"(, "name": "c", "from": "a"})");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(o.network->outputs, ElementsAre(1, 2));
}

TEST(Layers, InputKinds) {
    const auto kind = [](const std::string& text) {
        const Outcome o = read_text(R"({"format": "snn-json", "version": 1, "input": {"shape": [1])" + text +
                                    R"(}, "layers": [)" + neuron + "}]}");
        EXPECT_TRUE(o.network) << o.text();
        return o.network ? o.network->inputs.at(0).kind : SignalKind::spikes;
    };
    EXPECT_EQ(kind(""), SignalKind::spikes);
    EXPECT_EQ(kind(R"(, "kind": "spikes")"), SignalKind::spikes);
    EXPECT_EQ(kind(R"(, "kind": "counts")"), SignalKind::counts);
    EXPECT_EQ(kind(R"(, "kind": "analog")"), SignalKind::real);
}

TEST(Layers, ANetworkWithoutANameIsCalledAfterItsFile) {
    const Outcome o = read_text(
        R"({"format": "snn-json", "version": 1, "input": {"shape": [1]}, "layers": [)" + neuron + "}]}");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->name, "model");
}

}  // namespace
}  // namespace synfire
