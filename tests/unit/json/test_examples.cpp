// The examples that define the format keep their verdicts.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/frontend/json/embedded_files.hpp"
#include "compiler/frontend/json/schema.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

Outcome read_example(const std::string& name) {
    const std::string path = json_data + name;
    return read_text(file_text(path), path);
}

TEST(Examples, GoodOnesFitTheSchema) {
    for (const char* name : {"ex_ok_mlp.json", "ex_ok_conv_rec.json"}) {
        Report report;
        json::check_schema(json::parse(file_text(json_data + name), name), name, report);
        EXPECT_FALSE(report.has_errors()) << to_text(report.diagnostics.at(0));
    }
}

TEST(Examples, TheMultilayerPerceptronIsRead) {
    const Outcome o = read_example("ex_ok_mlp.json");
    ASSERT_TRUE(o.network) << o.text();
    ASSERT_EQ(o.network->populations.size(), 2u);
    EXPECT_EQ(o.network->populations[0].name, "lif1");
    EXPECT_EQ(o.network->populations[0].shape, Shape{48});
    ASSERT_EQ(o.network->connections.size(), 2u);
    const auto& fc1 = std::get<Dense>(o.network->connections[0].stages.at(0));
    EXPECT_EQ(fc1.weight.at(1), (37 - 50) / 128.0);
    EXPECT_EQ(fc1.bias.at(1), 0.0);
    EXPECT_EQ(fc1.bias.at(2), (14 % 5 - 2) / 16.0);
    EXPECT_EQ(o.network->outputs, std::vector<std::size_t>{1});
}

TEST(Examples, TheConvolutionalOneIsReadUpToTheMatrixThatDoesNotFit) {
    EXPECT_EQ(
        read_example("ex_ok_conv_rec.json").text(),
        "ex_ok_conv_rec.json: error: node 'layer4' (dense), field '/layers/4/weight': has shape [3, 3]\n"
        "  expected: [units, inputs]: [3, 256]\n"
        "  hint: check units, the input's shape and the layers before\n");
}

struct Bad {
    const char* name;
    const char* text;
};

const Bad bad_examples[] = {
    {"abs_path",
     "error: node 'fc1' (dense), field '/layers/0/weight/file': \"/etc/passwd\" does not fit\n"
     "  expected: a path relative to this JSON file that stays inside its folder: .npy, .npz, .safetensors, "
     ".json or .bin\n"
     "  hint: copy the file next to the JSON file and name it alone\n"},
    {"alpha_on_lif",
     "error: node 'lif1' (neuron), field '/layers/1/alpha': model \"lif\" has no synaptic current\n"
     "  hint: use model \"cubalif\" (or \"cubali\" without spikes)\n"},
    {"beta_and_tau",
     "error: node 'lif1' (neuron), field '/layers/1/beta': 'beta' and 'tau_mem' both say how fast the "
     "membrane potential "
     "decays\n"
     "  expected: one of the two\n"
     "  hint: remove 'beta' or 'tau_mem'\n"},
    {"no_layers",
     "error: field '/layers': has 0 entries\n"
     "  expected: a list of 1 to 4096 layers\n"
     "  hint: a network needs at least one neuron layer; see docs/json.md\n"},
    {"no_threshold",
     "error: node 'lif1' (neuron), field '/layers/1/threshold': model \"lif\" spikes and has no threshold\n"
     "  expected: a number, or one per neuron\n"
     "  hint: add \"threshold\", or use a model without spikes\n"},
    {"unknown_key",
     "error: node 'fc1' (dense), field '/layers/0/wieght': is not a field of the format here\n"
     "  expected: one of: bias, delay, from, metadata, name, type, units, weight\n"
     "  hint: did you mean 'weight'?\n"},
    {"unknown_layer",
     "error: node 'fc1' (lstm), field '/layers/0/type': \"lstm\" is not known\n"
     "  expected: one of dense, conv2d, pool2d, batchnorm, flatten, identity, scale, relu, neuron\n"
     "  hint: docs/json.md shows a complete model\n"},
    {"version",
     "error: field '/version': 9 does not fit\n"
     "  expected: 1\n"
     "  hint: this program reads version 1 of the format\n"},
};

TEST(Examples, BadOnesAreRefusedAtTheRightField) {
    for (const Bad& bad : bad_examples) {
        const std::string name = std::string("ex_bad_") + bad.name + ".json";
        EXPECT_EQ(read_example(name).text(), name + ": " + bad.text);
    }
}

TEST(Examples, TheProgramCarriesTheSchemaOfTheTree) {
    const auto files = json::embedded_files();
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files.at("snn.schema.json"),
              file_text(SYNFIRE_SOURCE_DIR "/compiler/frontend/json/snn.schema.json"));
}

}  // namespace
}  // namespace synfire
