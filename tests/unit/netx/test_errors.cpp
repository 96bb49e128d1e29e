// What is said about every kind of file that is wrong.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "tests/unit/netx/read_data.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Case {
    const char* file;
    bool readable;
    const char* text;
};

const std::vector<Case> cases = {
    {"unknown_type", false,
     "error: node 'layer1' (densse), field 'type': 'densse' is not a type of layer; lava-dl's netx would "
     "leave the layer out without a word\n  expected: input, dense, dense_rec, conv or flatten"},
    {"pool", false, "node 'layer1' (pool), field 'type': sum pooling cannot be loaded by lava-dl's netx"},
    {"sdnn", false,
     "error: node 'layer0' (dense), field 'neuron/type': sigma-delta neurons (SDNN) send graded values"},
    {"resonate", false, "field 'neuron/type': resonate-and-fire neurons (ADRF_IZHIKEVICH)"},
    {"alif", false, "field 'neuron/type': adaptive-threshold neurons (ALIF)"},
    {"no_type", false, "error: node 'layer0', field 'type': is missing"},
    {"no_shape", false, "error: node 'layer0' (dense), field 'shape': is missing"},
    {"no_decay", false, "field 'neuron/vDecay': is missing"},
    {"decay_range", false,
     "field 'neuron/iDecay': value 5000 at index 1\n  expected: a whole number from 0 to 4096"},
    {"float_decay", false, "field 'neuron/vDecay': value 0.25 at index 0"},
    {"threshold_count", false, "field 'neuron/vThMant': has shape [2]\n  expected: one value, or [3]"},
    {"zeros", false, "field 'weight': all weights are 0, and netx fails to scale them"},
    {"inhibitory", false, "field 'weight': netx stores them with 9 bits, more than weights of one sign have"},
    {"too_large", false,
     "field 'weight': weights 0..300 do not fit 8 bits, and netx shifts all of them to 0"},
    {"lost", false, "field 'weight': netx stores them with 0 bits, and all become 0"},
    {"fractions", true, "warning: node 'layer0' (dense), field 'weight': 12 of 12 values are not whole"},
    {"clipped", true, "warning: node 'layer0' (dense), field 'weight': netx changes 2 of 4 weights"},
    {"not_finite", false, "field 'weight': value nan at index 0"},
    {"wrong_width", false,
     "node 'layer1' (dense), field 'weight': has shape [2, 5]\n  expected: [2, 3]: 3 values arrive"},
    {"negative_delay", false, "field 'delay': value -1 at index 0\n  expected: 0..62 steps"},
    {"delay_shape", false, "field 'delay': has shape [1, 2]\n  expected: one value, [3], [4] or [3, 4]"},
    {"long_delay", true, "warning: node 'layer0' (dense), field 'delay': 4 synapses have more than 62 steps"},
    {"recurrent_delay", false, "node 'layer0' (dense_rec), field 'delay': belongs to a recurrent layer"},
    {"bias", false, "field 'bias': value 40000 at index 1\n  expected: -32768..32767"},
    {"complex", false, "field 'weight': has a real and an imaginary part"},
    {"no_image", false, "node 'layer0' (conv), field 'type': reads an input of unknown shape"},
    {"conv_shape", false, "field 'shape': holds [4, 3, 4]\n  expected: [4, 3, 3], from the weights"},
    {"conv_groups", false, "field 'weight': has shape [4, 2, 3, 3]\n  expected: [filters, 2 / 2, height"},
    {"conv_kernel", false, "field 'weight': the kernel [4, 2, 7, 3] is larger than the image [2, 5, 5]"},
    {"conv_neuron", false, "node 'layer1' (conv), field 'neuron': is missing"},
    {"conv_delay", true, "warning: node 'layer1' (conv), field 'delay': is ignored"},
    {"conv_sum", false, "field 'weight': filter 0 can sum up to -87293952..51642368"},
    {"no_flatten", false, "node 'layer2' (dense), field 'type': reads an image [4, 3, 3]"},
    {"second_input", false, "node 'layer1' (input), field 'type': comes after another layer"},
    {"only_input", false, "error: holds no layer with neurons"},
    {"gap", false, "error: field 'layer/0': is missing\n  expected: the 1 members of layer"},
    {"no_layers", false, "error: field 'layer': is missing: the file holds no layers"},
};

TEST(Errors, NameTheLayerTheFieldAndAWayOut) {
    for (const Case& c : cases) {
        const Outcome o = read_data("errors/" + std::string(c.file));
        EXPECT_EQ(o.network.has_value(), c.readable) << c.file << "\n" << o.text();
        EXPECT_THAT(o.text(), HasSubstr(c.text)) << c.file;
        for (const Diagnostic& d : o.report.diagnostics)
            EXPECT_TRUE(d.severity == Severity::note || !d.hint.empty()) << to_text(d);
    }
}

TEST(Errors, AGoodFileHasNone) {
    const Outcome o = read_data("errors/good");
    EXPECT_TRUE(o.network);
    EXPECT_THAT(o.text(), Not(HasSubstr("warning")));
}

TEST(Errors, FilesOfOtherFormats) {
    EXPECT_THAT(read_bytes("{}").text(), HasSubstr("is not an HDF5 file, as netx files are"));
}

TEST(Errors, OptionsWithoutEffect) {
    ReadOptions options;
    options.dt = 1e-3;
    options.raw_input = true;
    const std::string text = read_data("errors/good", options).text();
    EXPECT_THAT(text, HasSubstr("warning: --dt has no effect: netx files say it themselves"));
    EXPECT_THAT(text, HasSubstr("warning: node 'layer0' (dense): --raw-input has no effect"));
}

}  // namespace
}  // namespace synfire
