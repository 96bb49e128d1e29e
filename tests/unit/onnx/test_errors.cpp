// The text of every refusal: <file>.txt beside each file that must not be read.
#include <gtest/gtest.h>

#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

struct Refused : testing::TestWithParam<const char*> {};

TEST_P(Refused, with_a_reason_and_a_way_out) {
    const std::string text = errors_of(data(std::string(GetParam()) + ".onnx"));
    EXPECT_EQ(text, data(std::string(GetParam()) + ".txt"));
    EXPECT_NE(text.find("  hint: "), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    files, Refused,
    testing::Values(
        "errors/e01_init_hidden_baked_state", "errors/e02_pythonop", "errors/e03_inhibition_argmax",
        "errors/e04_soft_spike_sigmoid", "errors/e05_state_in_without_state_out", "errors/e06_gru",
        "errors/e07_ann_tanh", "errors/e08_nan_weight", "errors/e10_external_data_missing",
        "errors/e11_truncated", "refused/ambiguous_state", "refused/batch_of_4", "refused/custom_domain",
        "refused/dynamic_size", "refused/ir_11", "refused/loop", "refused/opset_22", "refused/opset_8",
        "refused/potential_synapses", "refused/quadratic", "refused/threshold_zero", "refused/two_thresholds",
        "refused/old_current", "refused/coupled", "refused/qdq_signal", "refused/batch_is_time",
        "refused/org_attribute", "refused/org_timing", "refused/org_version", "refused/org_v_reset",
        "refused/other_domain", "refused/upper_bound", "refused/count_below_zero",
        "refused/quantized_potential", "refused/endless_functions", "refused/unfolding_functions",
        "refused/max_of_sum", "refused/relu_before_neuron", "refused/relu_between_layers", "refused/conv3d",
        "refused/conv_groups", "refused/conv_kernel", "refused/conv_weights", "refused/layer_norm",
        "refused/softmax", "refused/transposed_conv", "refused/embedding", "refused/shape_of_data"),
    [](const auto& one) {
        const std::string path = one.param;
        return path.substr(path.find('/') + 1);
    });

std::string error_with_state(const std::string& input, const std::string& output) {
    ReadOptions options;
    options.states.push_back({input, output});
    return errors_of(data("refused/ambiguous_state.onnx"), options);
}

TEST(State, that_is_ambiguous_is_what_the_user_says) {
    EXPECT_NE(errors_of(data("refused/ambiguous_state.onnx")).find("several outputs"), std::string::npos);
    EXPECT_EQ(error_with_state("v", "a").find("several outputs"), std::string::npos);
}

TEST(State, that_the_graph_lacks_is_refused) {
    EXPECT_EQ(error_with_state("u", "a"),
              "model.onnx: error: node 'u:a', field '--state': the graph has no input of this name\n"
              "  expected: INPUT:OUTPUT, names of the graph\n"
              "  hint: leave the option out to see which states are in doubt\n");
    EXPECT_NE(error_with_state("v", "w").find("no output of this name"), std::string::npos);
    EXPECT_NE(error_with_state("x", "a").find("different sizes"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(over_time, Refused,
                         testing::Values("refused/rolled_other_start", "refused/rolled_other_weights",
                                         "refused/rolled_sum_inside", "refused/rolled_trips",
                                         "refused/rolled_two_if", "refused/rolled_two_synaptic"),
                         [](const auto& one) {
                             const std::string path = one.param;
                             return path.substr(path.find('/') + 1);
                         });

}  // namespace
}  // namespace synfire::onnx
