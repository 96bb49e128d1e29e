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
    {"convolution", false,
     "node 'fc' (Conv2d), field 'type': convolutions and pooling are not supported yet by this version\n  "
     "hint: "},
    {"shape", false, "node 'fc' (Linear): shape [3] arrives from 'in'\n  expected: [1]"},
    {"shape_of_ones", true,
     "warning: node 'out' (Output): shape [1] arrives from 'lif' and is taken as [1, 1, 1]"},
    {"stateless_cycle", false, "node 'fc' (Linear): is part of a cycle of nodes without state"},
    {"not_read", false, "error: node 'odd' (Linear): is read, but no edge enters it"},
    {"half_step", false,
     "node 'fc' (Delay), field 'delay': value 0.00015 s is 1.4999999999999998 steps of dt = 0.0001 s"},
    {"readout_read", false, "error: node 'lif' (LIF): reads 'fc' (LI), which has no spikes"},
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

TEST(Errors, TheResetThatTheNetworkCannotHold) {
    ReadOptions options;
    options.reset = ResetRule::snntorch_nodelay;
    const Outcome o = read_data("errors/good.nir", options);
    EXPECT_FALSE(o.network);
    EXPECT_THAT(
        o.text(),
        HasSubstr("error: node 'lif' (LIF): --reset snntorch-nodelay is not supported yet by this version"));
}

}  // namespace
}  // namespace synfire
