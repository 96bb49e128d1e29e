// The emitted files: the same bytes every time, the .net read back with HDF5 itself, and every reason for
// leaving it out.
#include <gmock/gmock.h>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "compiler/support/report.hpp"
#include "targets/loihi/loihi.hpp"
#include "targets/loihi/netx.hpp"
#include "tests/unit/loihi/networks.hpp"

namespace synfire::loihi {
namespace {

using testing::HasSubstr;

std::string refusal(const IntNetwork& n) {
    const std::optional<Diagnostic> d = netx_refusal(n);
    return d ? to_text(*d) : "";
}

// Reads a dataset of whole numbers out of the bytes of a file.
std::vector<std::int32_t> read_back(const std::string& bytes, const std::string& path) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, false);
    std::string copy = bytes;
    H5Pset_file_image(access, copy.data(), copy.size());
    const hid_t file = H5Fopen("image", H5F_ACC_RDONLY, access);
    const hid_t set = H5Dopen2(file, path.c_str(), H5P_DEFAULT);
    const hid_t space = H5Dget_space(set);
    std::vector<std::int32_t> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(set, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0) << path;
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(file);
    H5Pclose(access);
    return values;
}

TEST(Emit, GivesTheSameBytesTwice) {
    for (const Case& c : cases()) {
        Report first, second;
        EXPECT_EQ(emit(c.network, {}, first), emit(c.network, {}, second)) << c.name;
    }
}

TEST(Emit, WritesTheScriptAndItsPackage) {
    Report report;
    const Artifacts files = emit(find_case("soft_next_step").network, {}, report);
    for (const char* name : {"run_lava.py", "lava_network.json", "lava/weights0.npy",
                             "synfire_lava/__init__.py", "synfire_lava/processes.py"})
        EXPECT_EQ(files.count(name), 1u) << name;
    EXPECT_EQ(files.count("network.net"), 0u);
    EXPECT_THAT(to_json_text(report.diagnostics),
                HasSubstr("network.net is not written: its neurons know only"));
}

TEST(Emit, HardResetOnRequestWritesTheNetAndSaysSo) {
    Report report;
    TargetOptions options;
    options.hard_reset = true;
    const Artifacts files = emit(find_case("soft_next_step").network, options, report);
    EXPECT_EQ(files.count("network.net"), 1u);
    EXPECT_THAT(to_json_text(report.diagnostics),
                HasSubstr("replaced by a hard reset to zero, as asked for"));
}

TEST(Emit, StopsOnErrors) {
    IntNetwork n = find_case("hard_reset").network;
    n.populations[0].threshold = {1};
    Report report;
    EXPECT_THROW(emit(n, {}, report), StageFailed);
}

TEST(Netx, HoldsTheNumbersOfTheNetwork) {
    const IntNetwork n = find_case("hard_reset").network;
    const std::string file = to_netx(n);
    EXPECT_EQ(read_back(file, "layer/0/shape"), std::vector<std::int32_t>{12});
    for (std::size_t i = 0; i < n.populations.size(); ++i) {
        const IntPopulation& p = n.populations[i];
        const std::string layer = "layer/" + std::to_string(i + 1);
        const std::vector<std::int16_t>& w = n.connections[i].weight;
        EXPECT_EQ(read_back(file, layer + "/weight"), std::vector<std::int32_t>(w.begin(), w.end()));
        std::vector<std::int32_t> bias = read_back(file, layer + "/bias");
        for (std::int32_t& b : bias) b *= 64;
        EXPECT_EQ(bias, p.bias);
        EXPECT_EQ(read_back(file, layer + "/neuron/iDecay"), p.decay_u);
        EXPECT_EQ(read_back(file, layer + "/neuron/vDecay"), p.decay_v);
        EXPECT_EQ(read_back(file, layer + "/neuron/vThMant"), std::vector<std::int32_t>{p.threshold[0] / 64});
    }
}

TEST(Netx, RefusesWhatItCannotHold) {
    EXPECT_EQ(refusal(find_case("hard_reset").network), "");
    EXPECT_THAT(refusal(find_case("soft_at_once").network), HasSubstr("only a hard reset to zero"));
    EXPECT_THAT(refusal(find_case("refractory").network), HasSubstr("ignores refractory periods"));
    EXPECT_THAT(refusal(find_case("skip_and_feedback").network), HasSubstr("is a sequence of layers"));
    EXPECT_THAT(refusal(find_case("overflowing").network), HasSubstr("can overflow a register"));
    IntNetwork n = find_case("hard_reset").network;
    std::fill(n.connections[0].weight.begin(), n.connections[0].weight.end(), std::int16_t{0});
    EXPECT_THAT(refusal(n), HasSubstr("fails on a matrix of zeros"));
    n = find_case("hard_reset").network;
    n.populations[0].bias = {63};
    EXPECT_THAT(refusal(n), HasSubstr("its biases are 16-bit multiples of 64"));
}

// What netx does to a matrix of weights, from its known traps.
TEST(Netx, KnowsWhichWeightsItsLoaderKeeps) {
    EXPECT_TRUE(netx_keeps({-256, 254, 6}));
    EXPECT_TRUE(netx_keeps({-7, 13, 127}));
    EXPECT_TRUE(netx_keeps({0, 255, 3}));
    EXPECT_FALSE(netx_keeps({0, 0}));
    EXPECT_FALSE(netx_keeps({-129, 0}));
    EXPECT_FALSE(netx_keeps({-256, -256}));
    EXPECT_FALSE(netx_keeps({255, -2}));
    EXPECT_FALSE(netx_keeps({-300, 2}));
}

}  // namespace
}  // namespace synfire::loihi
