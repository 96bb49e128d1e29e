// Each invariant of an IntNetwork, broken once, with its message.
#include <gtest/gtest.h>

#include "compiler/quantize/check_integers.hpp"
#include "compiler/quantize/quantize.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

IntNetwork example() {
    Network n = testing::one_layer(2, 2, {0.3, -0.1234, 0.2, 0.05}, 0.9);
    Connection loop = n.connections[0];
    loop.name = "loop";
    loop.source = {Presynaptic::Kind::population, 0};
    loop.delay = 1;
    n.connections.push_back(loop);
    Report report;
    return quantize(n, {}, report);
}

// The first line of the only error, without the file name.
std::string error_of(const IntNetwork& n) {
    Report report;
    check(n, "x", report);
    EXPECT_EQ(report.diagnostics.size(), 1u);
    if (report.diagnostics.empty()) return "";
    EXPECT_FALSE(report.diagnostics[0].hint.empty());
    const std::string text = to_text(report.diagnostics[0]);
    return text.substr(3, text.find("\n  hint") - 3);
}

TEST(CheckIntegers, AcceptsWhatTheQuantizerMakes) {
    Report report;
    check(example(), "x", report);
    EXPECT_TRUE(report.diagnostics.empty());
}

TEST(CheckIntegers, Rules) {
    IntNetwork n = example();
    n.rules.decay_bits = 31;
    EXPECT_EQ(error_of(n), "error: node 'rules', field 'decay_bits': 31 bits\n  expected: 1..30 bits");
    n = example();
    n.rules.membrane.bits = 1;
    EXPECT_EQ(error_of(n), "error: node 'rules', field 'membrane': 1 bits\n  expected: 2..32 bits");
    n = example();
    n.rules.accumulator_shift = 17;
    EXPECT_EQ(error_of(n), "error: node 'rules', field 'accumulator_shift': 17\n  expected: 0..16");
}

TEST(CheckIntegers, Populations) {
    IntNetwork n = example();
    n.populations[0].shape = {0};
    EXPECT_EQ(
        error_of(n),
        "error: node 'lif', field 'shape': [0] is not a usable size\n  expected: 1..1073741824 neurons");
    n = example();
    n.populations[0].decay_u = {-1};
    EXPECT_EQ(error_of(n),
              "error: node 'lif', field 'decay_u': value -1 at index 0 is out of range\n  expected: 0..4096");
    n = example();
    n.populations[0].bias = {1, 2, 3};
    EXPECT_EQ(error_of(n),
              "error: node 'lif', field 'bias': has 3 values\n  expected: one value or 2 values");
    n = example();
    n.populations[0].scale = {0.0};
    EXPECT_EQ(error_of(n), "error: node 'lif', field 'scale': 0 is not a scale\n  expected: finite and > 0");
    n = example();
    n.populations[0].reset = rt::Reset::subtract_next_step;
    n.populations[0].refractory_steps = 1;
    EXPECT_EQ(error_of(n),
              "error: node 'lif', field 'refractory_steps': a soft reset in the next step has no refractory "
              "period\n  expected: 0");
    n = example();
    n.populations[0].initial_v = {INT32_MIN};
    EXPECT_EQ(error_of(n),
              "error: node 'lif', field 'initial_v': value -2147483648 at index 0 is out of range\n"
              "  expected: -2147483647..2147483647");
}

TEST(CheckIntegers, Connections) {
    IntNetwork n = example();
    n.connections[0].source.index = 3;
    EXPECT_EQ(error_of(n), "error: node 'fc', field 'source': index 3 does not exist\n  expected: 0..0");
    n = example();
    n.connections[0].target = 1;
    EXPECT_EQ(error_of(n), "error: node 'fc', field 'target': index 1 does not exist\n  expected: 0..0");
    n = example();
    n.connections[1].delay = 0;
    EXPECT_EQ(error_of(n),
              "error: node 'loop', field 'delay': is 0 in a connection against the order of the populations\n"
              "  expected: at least 1 step");
    n = example();
    n.connections[0].exponent = 40;
    EXPECT_EQ(error_of(n), "error: node 'fc', field 'exponent': 40\n  expected: -16..16");
    n = example();
    n.connections[0].weight.pop_back();
    EXPECT_EQ(error_of(n), "error: node 'fc', field 'weight': has 3 values\n  expected: 2 x 2 values");
    Report report;
    n = quantize(testing::one_layer(1, 256, std::vector<double>(256, 0.1), 0.9), {}, report);
    n.inputs[0].kind = SignalKind::counts;
    n.connections[0].exponent = 16;
    n.rules.accumulator_shift = 16;
    EXPECT_EQ(error_of(n),
              "error: node 'lif', field 'exponent': the sum of its inputs can leave 64 bits\n"
              "  expected: smaller exponents");
}

TEST(CheckIntegers, InputsAndOutputs) {
    IntNetwork n = example();
    n.inputs[0].kind = SignalKind::real;
    EXPECT_EQ(error_of(n),
              "error: node 'in' (input), field 'range': 0 is not a range of real values\n"
              "  expected: finite and > 0");
    n = example();
    n.outputs = {4};
    EXPECT_EQ(error_of(n),
              "error: field 'outputs': index 4 does not exist\n  expected: an index of a population");
}

}  // namespace
}  // namespace synfire
