// snn-generator's pairs of files: their spikes, and what is refused.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/network/check.hpp"
#include "compiler/network/print.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

const std::string folder = json_data + "snn_generator/";

ReadOptions options(const std::string& weights = folder + "small_weights.json",
                    const Shape& shape = {2, 8, 9}) {
    ReadOptions o;
    o.weights = weights;
    o.input_shape = shape;
    return o;
}

TEST(SnnGenerator, EveryLayerSpikesAsTheRuleSays) {
    Outcome o = read_text(file_text(folder + "small_architecture.json"), folder + "small_architecture.json",
                          options());
    ASSERT_TRUE(o.network) << o.text();
    check(*o.network, "small", o.report);
    ASSERT_FALSE(o.report.has_errors()) << o.text();
    const json::Value expected =
        json::parse(file_text(folder + "small_expected.json"), "small_expected.json");
    const json::Value& frames = expected["input"];
    Signal signal{frames.size(), 2 * 8 * 9, {}};
    for (const json::Value& frame : frames)
        for (const char c : frame.get<std::string>()) signal.values.push_back(c - '0');
    const FloatTrace trace = simulate(*o.network, {signal});
    ASSERT_EQ(trace.populations.size(), 3u);
    for (const auto& p : trace.populations)
        for (std::size_t step = 0; step < trace.steps; ++step) {
            std::string spikes;
            for (std::size_t i = 0; i < p.neurons; ++i)
                spikes += static_cast<char>('0' + p.s[step * p.neurons + i]);
            EXPECT_EQ(spikes, expected[p.name][step].get<std::string>()) << p.name << " step " << step;
        }
}

TEST(SnnGenerator, LayersAreNamedByTheirPlace) {
    const Outcome o = read_text(file_text(folder + "small_architecture.json"),
                                folder + "small_architecture.json", options());
    ASSERT_TRUE(o.network) << o.text();
    const std::string text = print(*o.network);
    for (const char* line :
         {"network small_architecture\ninput input [2, 8, 9]: event counts\n"
          "population layer2 [3, 3, 3]: beta 0.75, spikes when v >= 1, reset subtract 1 at once\n"
          "population layer4 [4, 2, 2]: beta 0.5, spikes when v >= 1, reset subtract 1 at once\n"
          "population layer8 [5]: beta 0.875, spikes when v >= 1, reset subtract 1 at once\n",
          "connection layer0: input -> layer2, convolution [2, 8, 9] -> [3, 6, 7], kernel ",
          "max pool [3, 6, 7] -> [3, 3, 3], kernel ", "connection layer7: layer4 -> layer8, max pool",
          "output layer8\n"})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(o.text(),
                HasSubstr("note: read as snn-generator runs it: v = beta v + I, a spike when v >= 1"));
}

struct SnnGeneratorErrors : testing::Test {
    std::filesystem::path scratch = std::filesystem::path(testing::TempDir()) /
                                    (std::string("synfire_snn_generator_") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    json::Value architecture = json::Value::parse(file_text(folder + "small_architecture.json"));
    json::Value weights = json::Value::parse(file_text(folder + "small_weights.json"));

    void SetUp() override { std::filesystem::create_directories(scratch); }
    void TearDown() override { std::filesystem::remove_all(scratch); }

    // Reads after one change to each of the two files.
    std::string said(const std::string& change, const std::string& change_of_weights = "[]",
                     const Shape& shape = {2, 8, 9}) {
        const std::string path = (scratch / "w.json").string();
        std::ofstream(path) << weights.patch(json::Value::parse(change_of_weights)).dump();
        const Outcome o = read_text(architecture.patch(json::Value::parse(change)).dump(),
                                    json_data + "model.json", options(path, shape));
        std::string text = o.text();
        for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path))
            text.replace(at, path.size(), "w.json");
        return text;
    }
};

struct Change {
    const char* patch;
    const char* error;
};

const Change changes[] = {
    {R"([{"op": "replace", "path": "/layers/0/type", "value": "Conv3d"}])",
     "node 'layer0' (Conv3d), field '/layers/0/type': \"Conv3d\" is not known\n"},
    {R"([{"op": "remove", "path": "/layers/6/type"}])",
     "node 'layer6', field '/layers/6/type': is missing\n"},
    {R"([{"op": "add", "path": "/layers/0/stride", "value": 2}])",
     "node 'layer0' (Conv2d), field '/layers/0/stride': is 2\n  expected: 1: snn-generator computes with "
     "nothing else\n"},
    {R"([{"op": "add", "path": "/layers/0/padding", "value": [1, 1]}])",
     "node 'layer0' (Conv2d), field '/layers/0/padding': is a list of 2\n"},
    {R"([{"op": "add", "path": "/layers/1/stride", "value": 1}])",
     "node 'layer1' (MaxPool2d), field '/layers/1/stride': is 1\n  expected: 2: snn-generator"},
    {R"([{"op": "add", "path": "/layers/0/dilated", "value": 1}])",
     "node 'layer0' (Conv2d), field '/layers/0/dilated': is not a field of Conv2d here\n"},
    {R"([{"op": "add", "path": "/layers/2/threshold", "value": 0.5}])",
     "node 'layer2' (SpikingLayer), field '/layers/2/threshold': is 0.5\n"},
    {R"([{"op": "add", "path": "/layers/2/reset_mechanism", "value": "zero"}])",
     "node 'layer2' (SpikingLayer), field '/layers/2/reset_mechanism': is \"zero\"\n"},
    {R"([{"op": "replace", "path": "/layers/2/neuron_type", "value": "Izhikevich"}])",
     "node 'layer2' (SpikingLayer), field '/layers/2/neuron_type': \"Izhikevich\" is not known\n"},
    {R"([{"op": "remove", "path": "/layers/2/beta"}])",
     "node 'layer2' (SpikingLayer), field '/layers/2/beta': is missing\n"},
    {R"([{"op": "replace", "path": "/layers/2/beta", "value": 1.5}])",
     "node 'layer2' (SpikingLayer), field '/layers/2/beta': 1.5 is out of range\n"},
    {R"([{"op": "replace", "path": "/layers/0/kernel_size", "value": [9, 3]}])",
     "node 'layer0' (Conv2d), field '/layers/0/kernel_size': [9, 3] is larger than the image of [2, 8, 9]\n"},
    {R"([{"op": "replace", "path": "/layers/0/kernel_size", "value": [3, 3, 3]}])",
     "node 'layer0' (Conv2d), field '/layers/0/kernel_size': is a list of 3\n"},
    {R"([{"op": "replace", "path": "/layers/0/kernel_size", "value": 0}])",
     "node 'layer0' (Conv2d), field '/layers/0/kernel_size': is 0\n"},
    {R"([{"op": "remove", "path": "/layers/0/out_channels"}])",
     "node 'layer0' (Conv2d), field '/layers/0/out_channels': is missing\n"},
    {R"([{"op": "replace", "path": "/layers/0/in_channels", "value": 1}])",
     "node 'layer0' (Conv2d), field '/layers/0/in_channels': is 1, and 2 channels arrive\n"},
    {R"([{"op": "replace", "path": "/layers/7/in_features", "value": 12}])",
     "node 'layer7' (Linear), field '/layers/7/in_features': is 12, and 8 values arrive\n"},
    {R"([{"op": "remove", "path": "/layers/8"}])",
     "node 'layer7' (Linear), field '/layers/7': is the last layer and does not spike\n"},
    {R"([{"op": "add", "path": "/shape", "value": [2, 8, 9]}])",
     "field '/shape': is not a field of snn-generator's architectures\n"},
};

TEST_F(SnnGeneratorErrors, OfTheArchitecture) {
    for (const Change& change : changes) {
        const std::string text = said(change.patch);
        EXPECT_THAT(text, HasSubstr(std::string("model.json: error: ") + change.error)) << change.patch;
        EXPECT_THAT(text, HasSubstr("\n  hint: ")) << change.patch;
    }
}

TEST_F(SnnGeneratorErrors, OfTheWeights) {
    EXPECT_THAT(said("[]", R"([{"op": "remove", "path": "/3.weight"}])"),
                HasSubstr("w.json: error: node 'layer3' (Conv2d), field '/3.weight': is missing\n  expected: "
                          "[out_channels, in_channels, height, width]: [4, 3, 2, 2]\n"));
    EXPECT_THAT(said("[]", R"([{"op": "replace", "path": "/3.bias", "value": [1]}])"),
                HasSubstr("w.json: error: node 'layer3' (Conv2d), field '/3.bias': has shape [1]\n"));
    EXPECT_THAT(
        said("[]", R"([{"op": "replace", "path": "/3.bias", "value": {"file": "small_weights.json"}}])"),
        HasSubstr("w.json: error: node 'layer3' (Conv2d), field '/3.bias': is an object\n"));
    EXPECT_THAT(said("[]", R"([{"op": "replace", "path": "/3.bias/1", "value": "1"}])"),
                HasSubstr("w.json: error: node 'layer3' (Conv2d), field '/3.bias/1': is \"1\"\n"));
    EXPECT_THAT(said("[]", R"([{"op": "add", "path": "/2.beta", "value": 1}])"),
                HasSubstr("w.json: warning: field '/2.beta': belongs to no layer that has weights\n"));
    EXPECT_THAT(said("[]", R"([{"op": "replace", "path": "", "value": 1}])"),
                HasSubstr("w.json: error: is 1\n  expected: an object"));
    EXPECT_THAT(said("[]", R"([{"op": "remove", "path": "/0.bias"}])"), testing::Not(HasSubstr("error")));
}

TEST_F(SnnGeneratorErrors, OfTheOptions) {
    EXPECT_THAT(said("[]", "[]", {144}),
                HasSubstr("node 'layer0' (Conv2d), field '/layers/0': gets an input of shape "
                          "[144]\n"));
    EXPECT_THAT(said("[]", "[]", {2, 8, 12}),
                HasSubstr("field '/layers/7/in_features': is 8, and 16 values arrive\n"));
    const std::string text = architecture.dump();
    EXPECT_EQ(
        read_text(text).text(),
        "model.json: error: snn-generator keeps the weights elsewhere, and --weights is not given\n"
        "  hint: give the state dict with --weights FILE.json\n"
        "model.json: error: snn-generator keeps the input's shape elsewhere, and --input-shape is not given\n"
        "  hint: give --input-shape C,H,W: 2,34,34 for N-MNIST, 2,10,10 for ST-MNIST\n");
    EXPECT_THAT(read_text(text, json_data + "model.json", options("weights.pt")).text(),
                HasSubstr("model.json: error: --weights names \"weights.pt\"\n  expected: a .json file\n"));
    EXPECT_THAT(read_text(text, json_data + "model.json", options("absent.json")).text(),
                HasSubstr("absent.json: error: no such file\n"));
}

}  // namespace
}  // namespace synfire
