// Convolutions and pools: their windows, and what element-wise layers around them become.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/network/apply_stage.hpp"
#include "compiler/network/check.hpp"
#include "compiler/network/print.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string neuron =
    R"({"type": "neuron", "name": "n", "model": "if", "threshold": 1, "reset": {"mode": "zero"}, "compare": "gt"})";

Outcome read_layers(const std::string& layers, const std::string& shape) {
    Outcome o = read_text(R"({"format": "snn-json", "version": 1, "input": {"shape": )" + shape +
                          R"(, "kind": "analog"}, "layers": [)" + layers + "]}");
    if (o.network) check(*o.network, "model.json", o.report);
    return o;
}

const std::vector<Stage>& stages(const Outcome& o) {
    return o.network->connections.at(0).stages;
}

// What arrives at the neurons for an input of 1, 2, 3, ...
std::vector<double> drive(const Outcome& o) {
    std::vector<double> sum(neurons(o.network->populations.at(0)), 0.0);
    for (const Connection& c : o.network->connections) {
        std::vector<double> x(width(*o.network, c.source));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i + 1);
        for (const Stage& stage : c.stages) x = apply_stage(stage, x);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
    }
    return sum;
}

// layers with a note or without give the same drive as the plain ones, then the map by hand.
struct Folded {
    const char* layers;
    std::vector<double> drive;
    std::size_t stages;
};

TEST(Images, WindowsAreThoseOfTheFile) {
    const auto shape = [](const std::string& fields, const std::string& input) {
        const Outcome o =
            read_layers(R"({"type": "conv2d", "filters": 2, "weight": 1, )" + fields + "}, " + neuron, input);
        EXPECT_TRUE(o.network) << o.text();
        return o.network ? o.network->populations.at(0).shape : Shape{};
    };
    EXPECT_EQ(shape(R"("kernel": 3)", "[1, 5, 6]"), (Shape{2, 3, 4}));
    EXPECT_EQ(shape(R"("kernel": [1, 3])", "[1, 5, 6]"), (Shape{2, 5, 4}));
    EXPECT_EQ(shape(R"("kernel": 3, "stride": [2, 1])", "[1, 5, 6]"), (Shape{2, 2, 4}));
    EXPECT_EQ(shape(R"("kernel": 3, "padding": [0, 1])", "[1, 5, 6]"), (Shape{2, 3, 6}));
    EXPECT_EQ(shape(R"("kernel": 3, "padding": "valid")", "[1, 5, 6]"), (Shape{2, 3, 4}));
    EXPECT_EQ(shape(R"("kernel": 3, "dilation": 2)", "[1, 5, 6]"), (Shape{2, 1, 2}));
    EXPECT_EQ(shape(R"("kernel": 3, "groups": 2)", "[2, 5, 6]"), (Shape{2, 3, 4}));
}

TEST(Images, SamePaddingPutsTheOddPlaceAtTheEnd) {
    const auto window = [](const std::string& fields, const std::string& input) {
        const Outcome o = read_layers(
            R"({"type": "conv2d", "filters": 1, "weight": 1, "padding": "same", )" + fields + "}, " + neuron,
            input);
        EXPECT_TRUE(o.network) << o.text();
        const Window& w = std::get<Convolution>(stages(o).at(0)).window;
        return std::vector<std::size_t>{w.pad_before[0], w.pad_before[1], w.pad_after[0], w.pad_after[1]};
    };
    EXPECT_THAT(window(R"("kernel": 3)", "[1, 5, 6]"), ElementsAre(1, 1, 1, 1));
    EXPECT_THAT(window(R"("kernel": [2, 4])", "[1, 5, 6]"), ElementsAre(0, 1, 1, 2));
    EXPECT_THAT(window(R"("kernel": 5, "stride": 2)", "[1, 34, 33]"), ElementsAre(1, 2, 2, 2));
    EXPECT_THAT(window(R"("kernel": 3, "dilation": 3)", "[1, 5, 5]"), ElementsAre(3, 3, 3, 3));
    EXPECT_THAT(window(R"("kernel": 1, "stride": 3)", "[1, 5, 5]"), ElementsAre(0, 0, 0, 0));
}

TEST(Images, Pools) {
    const auto pooled = [](const std::string& fields) {
        const Outcome o = read_layers(R"({"type": "pool2d", )" + fields + "}, " + neuron, "[1, 2, 4]");
        EXPECT_TRUE(o.network) << o.text();
        return drive(o);
    };
    EXPECT_THAT(pooled(R"("mode": "max", "kernel": 2)"), ElementsAre(6, 8));
    EXPECT_THAT(pooled(R"("mode": "sum", "kernel": 2)"), ElementsAre(14, 22));
    EXPECT_THAT(pooled(R"("mode": "avg", "kernel": 2)"), ElementsAre(3.5, 5.5));
    EXPECT_THAT(pooled(R"("mode": "avg", "kernel": 2, "stride": [2, 1])"), ElementsAre(3.5, 4.5, 5.5));
    // The padding counts.
    EXPECT_THAT(pooled(R"("mode": "avg", "kernel": 2, "padding": [0, 1])"), ElementsAre(1.5, 4.5, 3));
}

TEST(Images, ElementwiseLayersFoldIntoAConvolutionAlsoThroughPools) {
    // The convolution doubles channel 0 and triples channel 1 of an image [2, 1, 4]; bias 1 and 0.
    const std::string conv = R"({"type": "conv2d", "name": "c", "filters": 2, "kernel": 1, "groups": 2,
        "weight": [[[[2]]], [[[3]]]], "bias": [1, 0]}, )";
    const auto read = [&](const std::string& between) {
        const Outcome o = read_layers(conv + between + neuron, "[2, 1, 4]");
        EXPECT_TRUE(o.network) << o.text();
        return o;
    };
    const std::string bn =
        R"({"type": "batchnorm", "scale": [2, 10], "shift": [0, -1], "mean": 0, "var": 1, "eps": 0}, )";
    const std::string negative = R"({"type": "scale", "value": -1}, )";
    const auto pool = [](const std::string& mode) {
        return R"({"type": "pool2d", "mode": ")" + mode + R"(", "kernel": [1, 2]}, )";
    };
    const Folded cases[] = {
        {"bn", {6, 10, 14, 18, 149, 179, 209, 239}, 1},
        {"bn max", {10, 18, 179, 239}, 2},
        {"max bn", {10, 18, 179, 239}, 2},
        {"sum bn", {16, 32, 329, 449}, 2},
        {"avg bn", {8, 16, 164, 224}, 2},
        {"max max bn", {18, 239}, 3},
        {"neg max", {-3, -7, -15, -21}, 2},
        {"max neg", {-5, -9, -18, -24}, 3},
    };
    for (const Folded& f : cases) {
        std::string layers;
        std::istringstream words(f.layers);
        for (std::string word; words >> word;)
            layers += word == "bn" ? bn : word == "neg" ? negative : pool(word);
        const Outcome o = read(layers);
        EXPECT_EQ(drive(o), f.drive) << f.layers;
        EXPECT_EQ(stages(o).size(), f.stages) << f.layers;
    }
}

TEST(Images, ValuesThatDifferWithinAChannelBecomeAScale) {
    const Outcome o = read_layers(R"({"type": "conv2d", "filters": 1, "kernel": 1, "weight": 2},
        {"type": "scale", "value": [[[1, 2, 3, 4]]]}, )" +
                                      neuron,
                                  "[1, 1, 4]");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(drive(o), ElementsAre(2, 8, 18, 32));
    EXPECT_TRUE(std::holds_alternative<Scale>(stages(o).at(1)));
}

TEST(Images, WhatStandsBeforeAConvolutionFoldsWhereTheBorderAllows) {
    const std::string conv =
        R"({"type": "conv2d", "filters": 1, "kernel": [1, 3], "weight": 1, "padding": [0, 1]}, )";
    const Outcome scaled = read_layers(R"({"type": "scale", "value": 2}, )" + conv + neuron, "[1, 1, 3]");
    ASSERT_TRUE(scaled.network) << scaled.text();
    EXPECT_EQ(stages(scaled).size(), 1u);
    EXPECT_THAT(drive(scaled), ElementsAre(6, 12, 10));
    // The padding stays 0.
    const Outcome shifted =
        read_layers(R"({"type": "batchnorm", "shift": 10, "mean": 0, "var": 1, "eps": 0}, )" + conv + neuron,
                    "[1, 1, 3]");
    ASSERT_TRUE(shifted.network) << shifted.text();
    EXPECT_EQ(stages(shifted).size(), 2u);
    EXPECT_THAT(drive(shifted), ElementsAre(23, 36, 25));
}

TEST(Images, SeveralSourcesAreAddedBehindAConvolution) {
    const Outcome o = read_layers(
        R"({"type": "identity", "name": "a"}, {"type": "scale", "name": "b", "value": 10, "from": "input"},
        {"type": "conv2d", "filters": 1, "kernel": [1, 2], "weight": 1, "bias": 0.5, "from": ["a", "b"]},
        {"type": "pool2d", "mode": "sum", "kernel": [1, 2]}, )" +
            neuron,
        "[1, 1, 3]");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->connections.size(), 2u);
    EXPECT_THAT(drive(o), ElementsAre(11 * 8 + 1));
}

TEST(Images, DelaysOfConvolutionsCount) {
    const Outcome o = read_layers(
        R"({"type": "conv2d", "filters": 1, "kernel": 1, "weight": 1, "delay": 3}, )" + neuron, "[1, 1, 1]");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->connections.at(0).delay, 3);
}

struct Refused {
    const char* layer;
    const char* error;
};

const Refused refused[] = {
    {R"({"type": "conv2d", "filters": 1, "kernel": 6, "weight": 1})",
     "field '/layers/0/kernel': reaches over 6 places of a padded image of 5\n  expected: at most 5\n"},
    {R"({"type": "conv2d", "filters": 1, "kernel": 3, "dilation": 3, "weight": 1})",
     "field '/layers/0/kernel': reaches over 7 places"},
    {R"({"type": "conv2d", "filters": 1, "kernel": 0, "weight": 1})", "field '/layers/0/kernel': is 0\n"},
    {R"({"type": "conv2d", "filters": 1, "kernel": 1, "stride": [1, 0], "weight": 1})",
     "field '/layers/0/stride': is 0\n  expected: at least 1\n"},
    {R"({"type": "conv2d", "filters": 1, "kernel": 1, "stride": 1048577, "weight": 1})",
     "field '/layers/0/stride': 1048577 does not fit\n"},
    {R"({"type": "conv2d", "filters": 1, "kernel": 1, "padding": "full", "weight": 1})",
     "field '/layers/0/padding': \"full\" is not known\n"},
    {R"({"type": "conv2d", "filters": 3, "kernel": 1, "groups": 2, "weight": 1})",
     "field '/layers/0/groups': 2 groups do not divide 2 channels and 3 filters\n"},
    {R"({"type": "conv2d", "filters": 1, "kernel": 1, "weight": [[1, 1]]})",
     "field '/layers/0/weight': has shape [1, 2]\n  expected: [filters, channels / groups, height, width]: "
     "[1, 2, 1, 1]\n"},
    {R"({"type": "conv2d", "filters": 1, "kernel": 1, "padding": 1048576, "weight": 1})",
     "field '/layers/0': delivers an image of [1, 2097157, 2097158]\n"},
    {R"({"type": "pool2d", "mode": "max", "kernel": 7})", "field '/layers/0/kernel': reaches over 7 places"},
    {R"({"type": "pool2d", "mode": "max", "kernel": 3, "padding": 2})",
     "field '/layers/0/padding': 2 is more than half the kernel of 3\n  expected: at most 1\n"},
    {R"({"type": "flatten"}, {"type": "pool2d", "mode": "max", "kernel": 1})",
     "field '/layers/1': gets an input of shape [60]\n  expected: an image, [channels, height, width]\n"},
    {R"({"type": "pool2d", "mode": "max", "kernel": 1, "from": ["input", "input"]})",
     "field '/layers/0': takes the maximum of a sum of several sources\n"},
};

TEST(Images, WhatDoesNotFitIsNamed) {
    for (const Refused& r : refused) {
        const Outcome o = read_layers(std::string(r.layer) + ", " + neuron, "[2, 5, 6]");
        EXPECT_FALSE(o.network) << r.layer;
        EXPECT_THAT(o.text(), HasSubstr(r.error)) << r.layer;
        EXPECT_THAT(o.text(), HasSubstr("\n  hint: ")) << r.layer;
    }
}

}  // namespace
}  // namespace synfire
