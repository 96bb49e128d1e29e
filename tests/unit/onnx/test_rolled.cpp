// Files over several time steps: what they are rolled up to must spike as the framework did, step by step.
#include <algorithm>

#include <gtest/gtest.h>

#include "emulator/reference.hpp"
#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

struct Rolled : testing::TestWithParam<const char*> {};

TEST_P(Rolled, spikes_as_in_the_framework) {
    const std::string name = GetParam();
    const std::string recorded = data("rolled.npz");
    const Network network = read_data("rolled/" + name + ".onnx");
    const FloatTrace trace = simulate(network, {signal(parse_npz(recorded, name + "_x", name))});
    const NpyArray expected = parse_npz(recorded, name + "_s", name);
    const std::vector<std::uint8_t>& spikes = std::get<std::vector<std::uint8_t>>(expected.values);
    ASSERT_EQ(network.outputs.size(), 1u);
    EXPECT_EQ(trace.populations[network.outputs[0]].s, spikes);
    EXPECT_GT(std::count(spikes.begin(), spikes.end(), 1), 0);
}

INSTANTIATE_TEST_SUITE_P(files, Rolled,
                         testing::Values("copies_of_2", "copies_of_2_recurrent", "copies_of_3",
                                         "copies_of_5_zero", "copies_of_5_none", "copies_of_4_nodelay",
                                         "copies_of_4_three_layers", "copies_of_6_synaptic",
                                         "copies_of_6_recurrent", "copies_along_axis_1", "copies_last",
                                         "copies_sum", "copies_rate", "copies_mean", "copies_split",
                                         "copies_narrow", "copies_lif_v_reset", "copies_if_soft_last",
                                         "copies_image", "layer_by_layer", "loop_lif", "loop_lif_v_reset",
                                         "loop_lif_no_decay_input", "loop_if_three_layers", "loop_of_1",
                                         "loop_any_length", "loop_any_batch", "loop_mean", "loop_image",
                                         "sequence_plif", "scan_if"),
                         [](const auto& one) { return std::string(one.param); });

// "note" texts of everything that was reported.
std::string notes_of(const std::string& name) {
    Report report;
    read_bytes(data(name), report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics) text += to_text(d);
    return text;
}

TEST(Rolled, says_what_became_of_the_steps) {
    const std::string text = notes_of("rolled/copies_sum.onnx");
    EXPECT_NE(text.find("the file runs 6 time steps; they are alike and were rolled up into one"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("'spk_out' (output): the file sums it over the time steps; the network gives the "
                        "spikes of every step"),
              std::string::npos)
        << text;
    EXPECT_NE(notes_of("rolled/copies_last.onnx").find("the file gives it for the last time step"),
              std::string::npos);
}

TEST(Rolled, starts_where_the_file_starts) {
    for (const char* name : {"rolled/copies_lif_v_reset.onnx", "rolled/loop_lif_v_reset.onnx"}) {
        const Network network = read_data(name);
        for (const Population& p : network.populations) {
            const auto* reset = std::get_if<HardReset>(&p.spiking.value().reset);
            ASSERT_NE(reset, nullptr) << name;
            EXPECT_LT(reset->value.at(0), -0.2) << name;
            EXPECT_EQ(p.initial_v, reset->value) << name;
        }
    }
}

}  // namespace
}  // namespace synfire::onnx
