// Every error of the target's check, by its text.
#include <gtest/gtest.h>

#include "targets/mcu/mcu.hpp"
#include "targets/targets.hpp"

namespace synfire {
namespace {

IntNetwork small_network() {
    IntNetwork network;
    network.name = "small";
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {2}});
    IntPopulation p;
    p.name = "lif1";
    p.shape = {1};
    p.decay_u = {4096};
    p.decay_v = {0};
    p.threshold = {5};
    network.populations.push_back(p);
    IntConnection c;
    c.name = "fc1";
    c.inputs = 2;
    c.outputs = 1;
    c.weight = {3, -4};
    network.connections.push_back(c);
    network.outputs = {0};
    return network;
}

std::string errors_of(const IntNetwork& network) {
    Report report;
    mcu::check(network, {}, report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics) text += to_text(d);
    return text;
}

TEST(McuCheck, AcceptsWhatTheEngineHolds) {
    IntNetwork network = small_network();
    network.connections[0].delay = 1;
    network.rules = rt::lava_rules;
    EXPECT_EQ(errors_of(network), "");
}

TEST(McuCheck, RefusesWeightsThatNoSeedGives) {
    IntNetwork network = small_network();
    Report report;
    TargetOptions options;
    options.weights = WeightSource::seed;
    mcu::check(network, options, report);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_EQ(
        to_text(report.diagnostics[0]),
        "error: node 'fc1' (connection), field 'weight': its integers are not those that a seed gives, "
        "times a whole factor per neuron\n"
        "  expected: one dense layer, initialized with integers\n"
        "  hint: synfire init MODEL --quant int8 --keep-seeds -o OUT.json (--correction layer, the "
        "default, keeps one unit per layer), or take the weights from flash: leave out --weights seed\n");
    network.connections[0].drawn = IntDrawn{};
    report.diagnostics.clear();
    mcu::check(network, options, report);
    EXPECT_TRUE(report.diagnostics.empty());
}

TEST(McuCheck, RefusesLongDelays) {
    IntNetwork network = small_network();
    network.connections[0].delay = 256;
    EXPECT_EQ(errors_of(network),
              "error: node 'fc1' (connection), field 'delay': a delay of 256 steps is not available on "
              "microcontrollers\n"
              "  expected: 0 to 255\n"
              "  hint: use a longer time step; every step of delay keeps a list of spikes in RAM\n");
}

TEST(McuCheck, RefusesWhatValuesCannotPass) {
    IntNetwork network = small_network();
    network.inputs[0].kind = SignalKind::counts;
    EXPECT_EQ(errors_of(network), "");
    network.inputs[0].kind = SignalKind::real;
    EXPECT_EQ(errors_of(network), "");
    network.inputs[0].levels = 32768;
    EXPECT_EQ(errors_of(network),
              "error: node 'in' (input), field 'levels': 32768 levels do not fit 16 bits\n"
              "  expected: at most 32767\n"
              "  hint: was the file edited? compile the model again\n");
    network.inputs[0].levels = 127;
    network.connections[0].delay = 2;
    EXPECT_EQ(
        errors_of(network),
        "error: node 'fc1' (connection), field 'delay': values that arrive 2 steps later are not available "
        "on microcontrollers\n"
        "  expected: 0\n"
        "  hint: delay the values before they are given to the network\n");
    network.connections[0].delay = 0;
    network.connections[0].source_pool = Pool{};
    EXPECT_EQ(errors_of(network),
              "error: node 'fc1' (connection), field 'stages': a maximum pool of values is not available on "
              "microcontrollers\n"
              "  hint: pool the values before they are given to the network\n");
    network.connections[0].source_pool.reset();
    network.inputs[0].shape = {65536};
    network.connections.clear();
    EXPECT_EQ(errors_of(network),
              "error: node 'in' (input): 65536 values do not fit 16-bit numbers\n"
              "  expected: at most 65535\n"
              "  hint: pool or crop the input, or split it into several\n");
}

TEST(McuCheck, RefusesDrawnWeightsOfValues) {
    IntNetwork network = small_network();
    network.inputs[0].kind = SignalKind::real;
    network.connections[0].drawn = IntDrawn{};
    Report report;
    TargetOptions options;
    options.weights = WeightSource::seed;
    mcu::check(network, options, report);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_EQ(to_text(report.diagnostics[0]),
              "error: node 'fc1' (connection), field 'weight': is multiplied with values, and drawn weights "
              "are not\n"
              "  expected: weights in flash\n"
              "  hint: leave out --weights seed\n");
}

// Levels multiply what weights add.
TEST(McuCheck, BoundsSumsByTheLargestLevels) {
    IntNetwork network = small_network();
    network.connections[0].exponent = 22;
    network.connections[0].weight = {3, -3};
    EXPECT_EQ(errors_of(network), "");
    network.inputs[0].kind = SignalKind::real;
    EXPECT_NE(errors_of(network), "");  // 6 * 127 * 2^22 is more
    network.connections[0].exponent = 21;
    EXPECT_EQ(errors_of(network), "");
    // A byte without sign: only one of the two can be large on each side.
    network.inputs[0].levels = 255;
    EXPECT_EQ(errors_of(network), "");
    network.profile = "lava";
    EXPECT_NE(errors_of(network), "");
}

TEST(McuCheck, RefusesSumsBeyond32Bits) {
    IntNetwork network = small_network();
    network.connections[0].exponent = 29;
    EXPECT_EQ(
        errors_of(network),
        "error: node 'lif1' (population), field 'weight': the weights into neuron 0 add up to more than a "
        "32-bit sum holds\n"
        "  expected: |sum| <= 2147483647\n"
        "  hint: quantize with fewer weight bits, or scale the population down by a power of two\n");
    network.connections[0].weight = {3, -3};
    EXPECT_EQ(errors_of(network), "");
    // Two connections share one sum.
    network.connections.push_back(network.connections[0]);
    EXPECT_NE(errors_of(network), "");
}

TEST(McuCheck, RefusesExponentsThatDoNotAddExactly) {
    IntNetwork network = small_network();
    network.connections[0].exponent = -1;
    EXPECT_EQ(errors_of(network),
              "error: node 'fc1' (connection), field 'exponent': weights times 2^-1 cannot be added exactly\n"
              "  expected: an exponent of 0 to 30\n"
              "  hint: scale weights, thresholds and biases of the target up by a power of two\n");
    network.connections[0].exponent = 31;
    EXPECT_EQ(errors_of(network),
              "error: node 'fc1' (connection), field 'exponent': weights times 2^31 cannot be added exactly\n"
              "  expected: an exponent of 0 to 30\n"
              "  hint: scale weights, thresholds and biases of the target down by a power of two\n");
}

TEST(McuCheck, RefusesMoreNeuronsThan16BitsCount) {
    IntNetwork network = small_network();
    network.inputs[0].shape = {256, 256};
    network.populations[0].shape = {65536};
    network.connections.clear();
    EXPECT_EQ(errors_of(network),
              "error: field 'inputs': 65536 input neurons do not fit 16-bit event numbers\n"
              "  expected: at most 65535\n"
              "  hint: pool or crop the input, or split the network\n"
              "error: node 'lif1' (population): 65536 neurons do not fit 16-bit event numbers\n"
              "  expected: at most 65535\n"
              "  hint: split the population into several\n");
}

TEST(McuCheck, RefusesLongRefractoryPeriods) {
    IntNetwork network = small_network();
    network.populations[0].refractory_steps = 256;
    EXPECT_EQ(
        errors_of(network),
        "error: node 'lif1' (population), field 'refractory_steps': 256 steps do not fit the 8-bit counter\n"
        "  expected: 0 to 255\n"
        "  hint: use a longer time step\n");
}

TEST(McuCheck, RefusesMorePopulationsThan16BitsCount) {
    IntNetwork network = small_network();
    IntPopulation p = network.populations[0];
    network.populations.assign(65535, p);
    EXPECT_EQ(
        errors_of(network),
        "error: field 'populations': more inputs, populations or connections than 16-bit numbers count\n"
        "  expected: at most 65535 inputs, populations and steps of delay together, 65535 connections\n"
        "  hint: merge populations\n");
}

TEST(McuCheck, EmitsNothingWithErrors) {
    IntNetwork network = small_network();
    network.connections[0].delay = 256;
    Report report;
    EXPECT_THROW(mcu::emit(network, {}, report), StageFailed);
}

TEST(McuCheck, IsARowOfTheTargets) {
    const auto& rows = targets();
    const auto row = std::find_if(rows.begin(), rows.end(), [](const Target& t) { return t.name == "mcu"; });
    ASSERT_NE(row, rows.end());
    EXPECT_EQ(row->profile, "mcu");
    EXPECT_EQ(row->emit, mcu::emit);
}

}  // namespace
}  // namespace synfire
