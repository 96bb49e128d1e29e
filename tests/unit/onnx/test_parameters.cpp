// What is extracted from the graphs: the constants as stored in float32, widened.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

TEST(Leaky, subtracts_in_the_next_step) {
    const Network n = read_data("o01_leaky_sub_digits.onnx");
    ASSERT_EQ(n.populations.size(), 2u);
    EXPECT_EQ(n.populations[0].name, "layer1");
    EXPECT_EQ(n.populations[1].name, "layer2");
    EXPECT_EQ(n.populations[0].shape, Shape{48});
    EXPECT_EQ(n.populations[0].beta, PerNeuron{0.9f});
    EXPECT_EQ(n.populations[0].alpha, PerNeuron{0});
    EXPECT_EQ(n.populations[0].bias, PerNeuron{0});
    const Spiking& spiking = n.populations[0].spiking.value();
    EXPECT_EQ(spiking.threshold, PerNeuron{1});
    EXPECT_EQ(spiking.compare, Compare::greater);
    const SoftReset& reset = std::get<SoftReset>(spiking.reset);
    EXPECT_EQ(reset.amount, PerNeuron{1});
    EXPECT_TRUE(reset.next_step);
    ASSERT_EQ(n.inputs.size(), 1u);
    EXPECT_EQ(n.inputs[0].name, "x");
    EXPECT_EQ(n.inputs[0].shape, Shape{64});
    EXPECT_EQ(n.outputs, std::vector<std::size_t>{1});
    ASSERT_EQ(n.connections.size(), 2u);
    EXPECT_EQ(n.connections[0].name, "/layers.0/Gemm");
    const Dense& dense = std::get<Dense>(n.connections[1].stages.at(0));
    EXPECT_EQ(dense.outputs, 10u);
    EXPECT_EQ(dense.inputs, 48u);
    EXPECT_EQ(dense.weight.at(0), double{0.11576684f});
    EXPECT_EQ(dense.bias.at(0), double{-0.06700178f});
}

TEST(Leaky, zero_reset_becomes_a_hard_reset) {
    const Population p = read_data("o02_leaky_zero.onnx").populations.at(0);
    EXPECT_EQ(p.beta, PerNeuron{0.8f});
    EXPECT_EQ(p.spiking.value().threshold, PerNeuron{0.7f});
    EXPECT_EQ(std::get<HardReset>(p.spiking->reset).value, PerNeuron{0});
}

TEST(Leaky, clipped_beta_is_folded) {
    EXPECT_EQ(read_data("errors/e09_beta_out_of_range_clipped.onnx").populations.at(0).beta, PerNeuron{1});
}

TEST(Leaky, parameters_may_differ_between_neurons) {
    const Population p = read_data("variants/leaky_per_neuron.onnx").populations.at(0);
    EXPECT_EQ(p.beta, (PerNeuron{0.5f, 0.7f, 0.9f, 1}));
    EXPECT_EQ(p.spiking.value().threshold, (PerNeuron{0.8f, 1, 1.2f, 1.4f}));
}

TEST(Leaky, reset_amount_is_its_own_parameter) {
    const Spiking s = read_data("variants/leaky_amount.onnx").populations.at(0).spiking.value();
    EXPECT_EQ(s.threshold, PerNeuron{1});
    EXPECT_EQ(std::get<SoftReset>(s.reset).amount, PerNeuron{0.6f});
}

TEST(Leaky, no_reset) {
    const Spiking s = read_data("variants/leaky_none.onnx").populations.at(0).spiking.value();
    EXPECT_TRUE(std::holds_alternative<NoReset>(s.reset));
}

TEST(Leaky, reset_of_the_whole_update_is_a_hard_reset_and_a_refractory_step) {
    const Spiking s = read_data("variants/leaky_wiped.onnx").populations.at(0).spiking.value();
    EXPECT_EQ(std::get<HardReset>(s.reset).value, PerNeuron{0});
    EXPECT_EQ(s.refractory_steps, 1);
}

TEST(Synaptic, current_is_the_filter_of_the_population) {
    const Network n = read_data("o04_synaptic_sub.onnx");
    ASSERT_EQ(n.populations.size(), 2u);
    ASSERT_EQ(n.connections.size(), 2u);
    EXPECT_EQ(n.populations[0].alpha, PerNeuron{0.7f});
    EXPECT_EQ(n.populations[0].beta, PerNeuron{0.85f});
    EXPECT_EQ(n.populations[1].alpha, PerNeuron{0.5f});
    EXPECT_EQ(n.populations[1].spiking.value().threshold, PerNeuron{1.5});
    const SoftReset& reset = std::get<SoftReset>(n.populations[0].spiking.value().reset);
    EXPECT_EQ(reset.amount, PerNeuron{1});
    EXPECT_TRUE(reset.next_step);
}

TEST(Synaptic, zero_reset_leaves_the_current_alone) {
    const Population p = read_data("variants/synaptic_zero.onnx").populations.at(0);
    EXPECT_EQ(p.alpha, (PerNeuron{0, 0.3f, 0.6f, 0.9f}));
    EXPECT_EQ(std::get<HardReset>(p.spiking.value().reset).value, PerNeuron{0});
    EXPECT_EQ(p.spiking->refractory_steps, 1);
}

TEST(Synaptic, gain_of_the_current_is_folded_into_the_weights) {
    const Network n = read_data("variants/synaptic_gain.onnx");
    const Network plain = read_data("variants/synaptic_subtract.onnx");
    EXPECT_EQ(n.populations.at(0).alpha, plain.populations.at(0).alpha);
    double largest = 0;
    for (const double w : std::get<Dense>(n.connections.at(0).stages.at(0)).weight)
        largest = std::max(largest, std::fabs(w));
    EXPECT_LE(largest, 0.6 * 0.4f);  // the file's weights are within 0.6
    EXPECT_GT(largest, 0.1);
}

TEST(Qdq, weights_are_the_integers_times_their_scale) {
    const Network n = read_data("o12_qdq_int8_pertensor.onnx");
    const Dense& dense = std::get<Dense>(n.connections.at(0).stages.at(0));
    const double scale = dense.weight.at(0) / -34;
    EXPECT_NEAR(scale, 0.00430478, 1e-8);
    for (const double w : dense.weight) EXPECT_NEAR(w / scale, std::round(w / scale), 1e-9);
}

TEST(CustomDomain, attributes_of_lif_are_the_neuron) {
    const Network n = read_data("o13_custom_domain_lif.onnx");
    EXPECT_EQ(n.populations.at(0).beta, PerNeuron{0.9f});
    const Spiking& first = n.populations.at(0).spiking.value();
    EXPECT_EQ(first.compare, Compare::greater);
    EXPECT_FALSE(std::get<SoftReset>(first.reset).next_step);
    const Spiking& second = n.populations.at(1).spiking.value();
    EXPECT_EQ(second.compare, Compare::greater_equal);
    EXPECT_EQ(second.threshold, PerNeuron{0.7f});
    EXPECT_EQ(std::get<HardReset>(second.reset).value, PerNeuron{0});
}

TEST(SpikingJelly, decay_of_the_input_is_folded_into_the_weights) {
    const Network n = read_data("o08_sj_lif_hard_decay.onnx");
    const Population& p = n.populations.at(1);
    EXPECT_THAT(p.beta, Pointwise(DoubleNear(1e-15), {1 - 1 / 3.0}));
    EXPECT_EQ(p.spiking.value().compare, Compare::greater_equal);
    EXPECT_EQ(p.spiking->threshold, PerNeuron{1});
    EXPECT_EQ(std::get<HardReset>(p.spiking->reset).value, PerNeuron{0});
    const Dense& dense = std::get<Dense>(n.connections.at(1).stages.at(0));
    EXPECT_NEAR(dense.weight.at(0), double{0.20491621f} / 3, 1e-15);
    EXPECT_NEAR(dense.bias.at(0), 0.08660173416137695 / 3, 1e-15);
}

TEST(SpikingJelly, decay_towards_the_reset_value_becomes_a_bias) {
    const Population p = read_data("variants/lif_hard.onnx").populations.at(0);
    EXPECT_EQ(p.beta, PerNeuron{0.5});
    EXPECT_EQ(p.bias, PerNeuron{0.125});  // v_reset / tau
    EXPECT_EQ(std::get<HardReset>(p.spiking.value().reset).value, PerNeuron{0.25});
}

TEST(SpikingJelly, soft_reset_in_the_same_step) {
    const Population p = read_data("o09_sj_if_soft.onnx").populations.at(1);
    EXPECT_EQ(p.beta, PerNeuron{1});
    EXPECT_EQ(p.spiking.value().threshold, PerNeuron{1.5});
    EXPECT_FALSE(std::get<SoftReset>(p.spiking->reset).next_step);
}

TEST(Recurrence, spike_states_are_connections_with_delay) {
    const Network n = read_data("o05_rleaky_dense.onnx");
    std::size_t delayed = 0;
    for (const Connection& c : n.connections) {
        if (c.delay == 0) continue;
        ++delayed;
        EXPECT_EQ(c.delay, 1);
        EXPECT_EQ(c.target, 0u);
        EXPECT_EQ(c.source, (Presynaptic{Presynaptic::Kind::population, 0}));
    }
    EXPECT_EQ(delayed, 1u);
}

TEST(Synapses, sums_of_layers_are_connections_of_their_own) {
    EXPECT_EQ(read_data("variants/synapse_residual.onnx").connections.size(), 2u);
    EXPECT_EQ(read_data("variants/synapse_chain.onnx").connections.at(0).stages.size(), 2u);
}

TEST(Report, says_what_was_recognised_and_assumed) {
    Report report;
    read_bytes(data("variants/leaky_position.onnx"), report);
    ASSERT_EQ(report.diagnostics.size(), 2u);
    EXPECT_EQ(
        to_text(report.diagnostics[0]),
        "model.onnx: warning: node 'b' (input): taken as a state that output 'd' carries to the next step\n"
        "  hint: name the output 'b_next' to say so in the file\n");
    EXPECT_EQ(to_text(report.diagnostics[1]),
              "model.onnx: note: node 'layer1': recognised: soft reset in the next step\n");
}

}  // namespace
}  // namespace synfire::onnx
