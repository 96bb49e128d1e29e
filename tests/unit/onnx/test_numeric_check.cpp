// The numeric check must catch a wrong recognition, however the symbols came to it: right ones are tampered
// with here.
#include <functional>

#include <gtest/gtest.h>

#include "compiler/frontend/onnx/build_network.hpp"
#include "compiler/frontend/onnx/numeric_check.hpp"
#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

using Tamper = std::function<void(Neuron&, Network&)>;

// "" where the check passes.
std::string check_tampered(const std::string& file, const Tamper& tamper) {
    Report report;
    const Graph graph = fold(parse(Source{"model.onnx", data(file)}, report));
    const Symbols symbols = expand(graph);
    const std::vector<StatePair> pairs = pair_states(graph, symbols, {}, report);
    std::vector<Neuron> neurons = in_order(graph, symbols, match_neurons(graph, symbols, pairs));
    Network network = build_network(graph, symbols, pairs, neurons, report);
    tamper(neurons.at(0), network);
    try {
        check_numerically(graph, symbols, pairs, neurons, network);
    } catch (const InputError& error) {
        return error.diagnostic.reason;
    }
    return "";
}

const char* const leaky = "o01_leaky_sub_digits.onnx";
const char* const hard = "variants/lif_hard.onnx";

TEST(NumericCheck, accepts_what_is_right) {
    EXPECT_EQ(check_tampered(leaky, [](Neuron&, Network&) {}), "");
    EXPECT_EQ(check_tampered(hard, [](Neuron&, Network&) {}), "");
}

TEST(NumericCheck, names_neuron_and_form) {
    EXPECT_EQ(check_tampered(leaky, [](Neuron& n, Network&) { n.population.beta = {0.91}; }),
              "the next potential of neuron 0 differs between the graph and the recognised neuron (soft "
              "reset in the "
              "next step)");
}

TEST(NumericCheck, finds_wrong_parameters) {
    EXPECT_NE(check_tampered(leaky, [](Neuron& n, Network&) { n.population.spiking->threshold = {1.01}; }),
              "");
    EXPECT_NE(check_tampered(leaky, [](Neuron& n, Network&) { n.population.bias = {1e-6}; }), "");
    EXPECT_NE(check_tampered(leaky, [](Neuron& n, Network&) { n.sources.at(0).gain = {0.999}; }), "");
    EXPECT_NE(check_tampered(hard, [](Neuron& n, Network&) { n.population.spiking->reset = HardReset{{0}}; }),
              "");
    EXPECT_NE(check_tampered(hard, [](Neuron& n, Network&) { n.population.spiking->reset = NoReset{}; }), "");
}

TEST(NumericCheck, finds_the_wrong_comparison_on_the_threshold_itself) {
    const Tamper equal = [](Neuron& n, Network&) { n.population.spiking->compare = Compare::greater_equal; };
    const Tamper strict = [](Neuron& n, Network&) { n.population.spiking->compare = Compare::greater; };
    EXPECT_NE(check_tampered(leaky, equal), "");
    EXPECT_NE(check_tampered("o09_sj_if_soft.onnx", strict), "");
}

TEST(NumericCheck, finds_a_wrong_time_of_the_reset) {
    EXPECT_NE(check_tampered(leaky,
                             [](Neuron& n, Network&) {
                                 std::get<SoftReset>(n.population.spiking->reset).next_step = false;
                             }),
              "");
}

TEST(NumericCheck, finds_a_wrong_synaptic_filter) {
    const char* const synaptic = "variants/synaptic_zero.onnx";
    EXPECT_EQ(check_tampered(synaptic, [](Neuron&, Network&) {}), "");
    const std::string reason =
        check_tampered(synaptic, [](Neuron& n, Network&) { n.population.alpha = {0.5}; });
    EXPECT_EQ(reason.substr(0, 34), "the next synaptic current of neuro");
    EXPECT_NE(
        check_tampered(synaptic, [](Neuron& n, Network&) { n.population.spiking->refractory_steps = 0; }),
        "");
}

TEST(NumericCheck, finds_a_wrong_weight) {
    const std::string reason = check_tampered(leaky, [](Neuron&, Network& network) {
        for (double& w : std::get<Dense>(network.connections.at(0).stages.at(0)).weight) w *= 1.001;
    });
    EXPECT_EQ(reason.substr(0, 31), "the synaptic current of neuron ");
}

}  // namespace
}  // namespace synfire::onnx
