// What is said about every kind of file that is wrong.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "tests/unit/nir/read_data.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

struct Case {
    const char* file;
    bool readable;
    const char* text;
};

const std::vector<Case> cases = {
    {"tau_zero", false,
     "error: node 'lif' (LIF), field 'tau': value 0 at index 0 is not a time constant\n  expected: > 0 s"},
    {"tau_below_dt", false,
     "field 'tau': value 5e-05 s at index 0 is shorter than a step, dt = 0.0001 s: the Euler rule is "
     "unstable"},
    {"threshold_below_reset", false, "field 'v_threshold': value 1 at index 0 is not above v_reset = 1"},
    {"not_finite", false, "field 'r': value nan at index 0 is not finite"},
    {"missing_field", false, "error: node 'lif' (LIF), field 'r': is missing"},
    {"unknown_field", true,
     "warning: node 'lif' (LIF), field 'v_tresh': is not a field of LIF; it changes nothing"},
    {"wrong_count", false,
     "field 'r': has shape [2]\n  expected: [3], as the node's other fields, or one value"},
    {"dangling", false,
     "edge 'fc' -> 'lif1' names 'lif1', which is not a node here\n  expected: fc, in, lif, out\n  hint: did "
     "you mean 'lif'?"},
    {"duplicate", true, "warning: field 'edges': edge 'in' -> 'fc' is written twice and counts twice"},
    {"no_path", false, "error: field 'edges': no path leads from an Input to an Output"},
    {"unknown_type", false,
     "node 'lif' (LIFF), field 'type': is not a type of node that NIR has\n  hint: did you mean 'LIF'?"},
    {"conv_small", false,
     "error: node 'fc' (Conv2d): its kernel is larger than the padded image of [1, 2, 2]"},
    {"conv_flat", false,
     "error: node 'fc' (Conv2d): shape [16] arrives\n  expected: [channels, height, width]"},
    {"conv_channels", false, "node 'fc' (Conv2d): shape [3, 4, 4] arrives from 'in'\n  expected: [1, 4, 4]"},
    {"conv_groups", false, "field 'groups': 3 groups do not divide 2 filters"},
    {"conv_padding", false,
     "field 'padding': 'reflect' is not a padding\n  expected: numbers, 'same' or 'valid'"},
    {"conv_same_stride", false, "field 'padding': 'same' has no meaning with a stride"},
    {"conv_stride", false, "field 'stride': has 3 values\n  expected: one value, or {height, width}"},
    {"conv_huge", false, "[2, 32770, 32770] is too large\n  expected: at most 16777216 values"},
    {"conv_rank", false,
     "field 'weight': has shape [2, 1, 3]\n  expected: [filters, channels, height, width]"},
    {"conv_input_shape", false,
     "field 'input_shape': [4, 4, 4] is not the size of an image\n  expected: [height, width]"},
    {"pool_kernel", false,
     "node 'fc' (SumPool2d), field 'kernel_size': value 0 is not a size\n  expected: whole numbers from 1"},
    {"delay_long", false, "field 'delay': value 1 s at index 0 is 10000 steps of dt = 0.0001 s"},
    {"delayed_bias", true,
     "warning: node 'wait' (Delay): delays spikes only: the bias in front of it acts from the first step"},
    {"one_for_all", true,
     "warning: node 'lif' (LIF): holds one neuron's values, [2] arrives: they are taken for all"},
    {"flatten_batch", true,
     "warning: node 'fc2' (Linear): shape [1, 4] arrives from 'fc' and is taken as [4]"},
    {"mixed_potential", false,
     "error: node 'lif' (LIF): reads 'li' (LI), which has no spikes: spikes reach the node as well"},
    {"three_filters", false,
     "error: node 'lif' (LIF): reads 'li' (LI) through another neuron without spikes"},
    {"uneven_potential", false,
     "reads 'li' (LI), which has no spikes: its time constants differ and weights mix its values"},
    {"shape", false, "node 'fc' (Linear): shape [3] arrives from 'in'\n  expected: [1]"},
    {"shape_of_ones", true,
     "warning: node 'out' (Output): shape [1] arrives from 'lif' and is taken as [1, 1, 1]"},
    {"stateless_cycle", false, "node 'fc' (Linear): is part of a cycle of nodes without state"},
    {"not_read", false, "error: node 'odd' (Linear): is read, but no edge enters it"},
    {"half_step", true,
     "warning: node 'fc' (Delay), field 'delay': value 0.00015 s at index 0 is 1.4999999999999998 steps of "
     "dt = "
     "0.0001 s; 1 are taken"},
    {"side_branch", true, "warning: node 'lif2' (LIF): leads to no Output"},
    {"no_version", false, "error: field 'version': is missing: not a NIR file"},
    {"no_node", false, "error: field 'node': is missing: the NIR file holds no graph"},
    {"too_deep", false, "groups are nested deeper than 24 levels"},
    {"recording", false, "error: holds recorded activity (NIRGraphData), not a network"},
    {"external_link", false, "error: holds a link to another place or file"},
};

TEST(Errors, NameTheNodeTheFieldAndAWayOut) {
    for (const Case& c : cases) {
        const Outcome o = read_data("errors/" + std::string(c.file) + ".nir", step_and_reset());
        EXPECT_EQ(o.network.has_value(), c.readable) << c.file << "\n" << o.text();
        EXPECT_THAT(o.text(), HasSubstr(c.text)) << c.file;
        for (const Diagnostic& d : o.report.diagnostics)
            EXPECT_TRUE(d.severity == Severity::note || !d.hint.empty()) << to_text(d);
    }
}

TEST(Errors, FilesOfOtherFormats) {
    EXPECT_THAT(read_source({"model.nir", ""}, {}).text(), HasSubstr("model.nir: error: is empty"));
    EXPECT_THAT(read_source({"model.nir", "{}"}, {}).text(),
                HasSubstr("is not an HDF5 file, as NIR files are"));
}

TEST(Errors, WhatLavasIntegersCannotHold) {
    ReadOptions options;
    options.as = Framework::lava_fixed;
    const Outcome o = read_data("recurrent_cuba.nir", options);
    EXPECT_FALSE(o.network);
    EXPECT_THAT(o.text(),
                HasSubstr("error: node 'hidden': has a synaptic filter, which Lava's importer does not "
                          "convert\n  hint: "));
    EXPECT_THAT(o.text(), HasSubstr("error: node 'fc1': has a bias, which Lava's importer does not convert"));
    EXPECT_THAT(o.text(), HasSubstr("error: node 'hidden': is not reset to 0, as Lava's LIF is"));
}

}  // namespace
}  // namespace synfire
