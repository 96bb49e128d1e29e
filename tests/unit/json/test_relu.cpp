// Networks of ReLUs: what is read computes what the layers say, and nothing in it is taken for a neuron.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "compiler/network/rectified.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string model(const std::string& input, const std::string& layers, const std::string& more = "") {
    return R"({"format": "snn-json", "version": 1, "name": "ann", "input": )" + input + R"(, "layers": [)" +
           layers + "]" + more + "}";
}

const std::string mlp =
    R"({"type": "dense", "name": "fc1", "units": 2, "weight": [[1, -2], [3, 4]], "bias": [0.5, -1]},
       {"type": "relu", "name": "hidden"},
       {"type": "dense", "name": "fc2", "units": 1, "weight": [[2, -1]], "bias": [0.25]})";

std::vector<std::vector<double>> values(const Network& network, const std::vector<double>& x) {
    Report report;
    check(network, "model.json", report);
    EXPECT_TRUE(report.diagnostics.empty()) << to_text(report.diagnostics.at(0));
    return evaluate_rectified(network, {x});
}

TEST(Relu, RectifiesWhatTheLayerBeforeGives) {
    const Outcome o = read_text(model(R"({"shape": [2]})", mlp));
    ASSERT_TRUE(o.network) << o.text();
    const Network& n = *o.network;
    ASSERT_EQ(n.populations.size(), 2u);
    EXPECT_EQ(n.populations[0].name, "hidden");
    EXPECT_TRUE(n.populations[0].rectifier.has_value());
    EXPECT_EQ(n.populations[1].name, "fc2");
    EXPECT_FALSE(n.populations[1].rectifier.has_value());
    EXPECT_FALSE(n.populations[1].spiking.has_value());
    EXPECT_EQ(n.inputs.at(0).kind, SignalKind::real);
    EXPECT_EQ(n.outputs, std::vector<std::size_t>{1});
    EXPECT_THAT(values(n, {1, 2}), ElementsAre(ElementsAre(0, 10), ElementsAre(-9.75)));
    EXPECT_THAT(values(n, {2, 0.5}), ElementsAre(ElementsAre(1.5, 7), ElementsAre(-3.75)));
    EXPECT_THAT(o.text(), HasSubstr("note: a conventional network of ReLUs, not a spiking one"));
}

TEST(Relu, StandsBehindImagesAndSums) {
    const Outcome o =
        read_text(model(R"({"shape": [1, 2, 2], "kind": "counts"})",
                        R"({"type": "conv2d", "name": "conv", "filters": 1, "kernel": 1, "weight": [[[[2]]]]},
                 {"type": "batchnorm", "mean": [1], "var": [1], "eps": 0, "scale": [1], "shift": [0]},
                 {"type": "relu", "name": "a"},
                 {"type": "pool2d", "mode": "max", "kernel": 2},
                 {"type": "relu", "name": "b"},
                 {"type": "flatten", "name": "flat"},
                 {"type": "dense", "name": "out", "units": 1, "weight": [[3]]},
                 {"type": "dense", "name": "skip", "units": 1, "weight": [[1]], "from": "flat"},
                 {"type": "relu", "name": "sum", "from": ["out", "skip"]})",
                        R"(, "outputs": [{"layer": "sum"}])"));
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->inputs.at(0).kind, SignalKind::counts);
    EXPECT_EQ(o.network->populations.at(o.network->outputs.at(0)).name, "sum");
    EXPECT_THAT(values(*o.network, {0, 1, 2, 3}),
                ElementsAre(ElementsAre(0, 1, 3, 5), ElementsAre(5), ElementsAre(20)));
}

TEST(Relu, GoesWithNeitherNeuronsNorDelays) {
    const Outcome neuron =
        read_text(model(R"({"shape": [2]})", mlp + R"(, {"type": "neuron", "name": "out", "model": "i"})"));
    EXPECT_FALSE(neuron.network);
    EXPECT_THAT(neuron.text(),
                HasSubstr("error: node 'out' (neuron), field '/layers/3': is a layer of neurons in a network "
                          "of ReLUs\n  expected: neuron layers or relu layers, not both\n  hint: "));
    std::string delayed = mlp;
    delayed.replace(delayed.find("\"units\""), 0, "\"delay\": 1, ");
    const Outcome delay = read_text(model(R"({"shape": [2]})", delayed));
    EXPECT_FALSE(delay.network);
    EXPECT_THAT(delay.text(),
                HasSubstr("error: node 'hidden' (relu), field '/layers/1': reads a layer with a delay\n"
                          "  expected: delay 0: a network of ReLUs has no time\n  hint: "));
}

TEST(Relu, OnlyTheLastLinearLayerIsAnOutput) {
    const Outcome o = read_text(model(R"({"shape": [2]})", mlp, R"(, "outputs": [{"layer": "fc1"}])"));
    EXPECT_FALSE(o.network);
    EXPECT_THAT(o.text(), HasSubstr("layer 'fc1' has no neurons"));
}

}  // namespace
}  // namespace synfire
