// The recognised networks must spike as the framework did: every layer, every step.
#include <gtest/gtest.h>

#include "emulator/reference.hpp"
#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

struct Exported : testing::TestWithParam<const char*> {};

TEST_P(Exported, spikes_as_in_the_framework) {
    const std::string name = GetParam();
    const std::string recorded = data(name + ".npz");
    const Network network = read_data(name + ".onnx");
    const FloatTrace trace = simulate(network, {signal(parse_npz(recorded, "x", name))});
    ASSERT_GE(trace.populations.size(), 2u);
    for (std::size_t k = 0; k < trace.populations.size(); ++k) {
        const NpyArray expected = parse_npz(recorded, "layer" + std::to_string(k + 1), name);
        EXPECT_EQ(trace.populations[k].s, std::get<std::vector<std::uint8_t>>(expected.values));
    }
}

INSTANTIATE_TEST_SUITE_P(files, Exported,
                         testing::Values("o01_leaky_sub_digits", "o02_leaky_zero",
                                         "o03_leaky_sub_nodelay_perneuron", "o04_synaptic_sub",
                                         "o05_rleaky_dense", "o07_conv_bn_pool_digits",
                                         "o08_sj_lif_hard_decay", "o09_sj_if_soft",
                                         "o14_sinabs_iaf_multispike"),
                         [](const auto& one) { return std::string(one.param); });

struct Evaluated : testing::TestWithParam<const char*> {};

TEST_P(Evaluated, spikes_of_the_last_layer_as_the_graph_does) {
    const std::string name = GetParam();
    const std::string recorded = data(name + ".npz");
    const Network network = read_data(name + ".onnx");
    const FloatTrace trace = simulate(network, {signal(parse_npz(recorded, "x", name))});
    ASSERT_EQ(trace.populations.size(), 2u);
    const NpyArray expected = parse_npz(recorded, "layer2", name);
    EXPECT_EQ(trace.populations[1].s, std::get<std::vector<std::uint8_t>>(expected.values));
}

INSTANTIATE_TEST_SUITE_P(files, Evaluated, testing::Values("o12_qdq_int8_pertensor", "o13_custom_domain_lif"),
                         [](const auto& one) { return std::string(one.param); });

struct Variant : testing::TestWithParam<const char*> {};

TEST_P(Variant, spikes_as_the_graph_does) {
    const std::string name = GetParam();
    const std::string recorded = data("variants.npz");
    const Network network = read_data("variants/" + name + ".onnx");
    const FloatTrace trace = simulate(network, {signal(parse_npz(recorded, name + "_x", name))});
    const NpyArray expected = parse_npz(recorded, name + "_s", name);
    EXPECT_EQ(trace.populations.at(0).s, std::get<std::vector<std::uint8_t>>(expected.values));
}

INSTANTIATE_TEST_SUITE_P(
    files, Variant,
    testing::Values("if_hard", "if_soft", "lif_decay_input_hard", "lif_decay_input_soft", "lif_hard",
                    "plif_soft", "leaky_none", "leaky_zero", "leaky_amount", "leaky_less", "leaky_not",
                    "leaky_scaled", "leaky_per_neuron", "leaky_position", "where_reset", "spike_state_reset",
                    "readout", "synapse_matmul_add", "synapse_matmul_column", "synapse_gemm_alpha_beta",
                    "synapse_gemm_trans_a", "synapse_residual", "synapse_chain", "synapse_scaled",
                    "synapse_one_to_one", "leaky_wiped", "synaptic_subtract", "synaptic_zero",
                    "synaptic_recurrent", "synaptic_gain", "qdq_per_tensor", "qdq_per_row", "org_subtract",
                    "org_zero", "org_value", "org_none", "org_next_subtract", "org_next_zero",
                    "org_next_value", "graded_output", "graded_inside", "reset_no_delay", "picked",
                    "several_rows", "multi_spike", "multi_spike_floor"),
    [](const auto& one) { return std::string(one.param); });

struct Layer : testing::TestWithParam<const char*> {};

TEST_P(Layer, spikes_as_the_graph_does) {
    const std::string name = GetParam();
    const std::string recorded = data("layers.npz");
    const Network network = read_data("layers/" + name + ".onnx");
    const FloatTrace trace = simulate(network, {signal(parse_npz(recorded, name + "_x", name))});
    const NpyArray expected = parse_npz(recorded, name + "_s", name);
    EXPECT_EQ(trace.populations.back().s, std::get<std::vector<std::uint8_t>>(expected.values));
}

INSTANTIATE_TEST_SUITE_P(
    files, Layer,
    testing::Values("conv1d", "conv1d_dilated", "conv2d", "conv2d_depthwise", "conv2d_same_upper",
                    "conv2d_same_lower", "conv2d_valid", "conv_norm", "norm_conv", "conv_pool_norm",
                    "gemm_norm", "max_pool", "max_pool_ceil", "max_pool_dilated", "average_pool",
                    "average_pool_padding", "average_pool_ceil", "pad_average_pool", "pad_conv", "crop",
                    "global_average", "global_max", "reduce_mean", "reduce_channels", "reduce_max", "concat",
                    "concat_channels", "split", "gather", "tile", "transpose", "bounded_relu", "bounded_clip",
                    "bounded_max", "bounded_first", "counting_limited", "counting_relu", "counting_floor",
                    "counting_value", "no_delay_zero", "dynamo", "qonnx", "qdq_spikes", "opset_9", "opset_21",
                    "float16", "float64"),
    [](const auto& one) { return std::string(one.param); });

TEST(Readout, follows_the_potential_of_the_graph) {
    const std::string recorded = data("variants.npz");
    const Network network = read_data("variants/readout.onnx");
    const FloatTrace trace = simulate(network, {signal(parse_npz(recorded, "readout_x", "x"))});
    const std::vector<double> expected = to_doubles(parse_npz(recorded, "readout_w", "w"), "w");
    ASSERT_EQ(trace.populations.size(), 2u);
    EXPECT_FALSE(trace.populations[1].spiking);
    ASSERT_EQ(trace.populations[1].v.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(trace.populations[1].v[i], expected[i], 1e-12) << i;
}

}  // namespace
}  // namespace synfire::onnx
