// Registers of the chip: each refusal with its text.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "targets/loihi/loihi.hpp"
#include "targets/loihi/registers.hpp"
#include "tests/unit/loihi/networks.hpp"

namespace synfire::loihi {
namespace {

using testing::HasSubstr;

// All diagnostics of one severity, as printed.
std::string found(const IntNetwork& network, Severity severity) {
    Report report;
    check(network, {}, report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == severity) text += to_text(d) + "\n";
    return text;
}

std::string errors(const IntNetwork& network) {
    return found(network, Severity::error);
}

IntNetwork small() {
    return chain("small", {12, 10, 8}, 1);
}

TEST(Check, AcceptsEveryTestNetwork) {
    for (const Case& c : cases()) EXPECT_EQ(errors(c.network), "") << c.name;
}

TEST(Check, EveryErrorHasAHint) {
    IntNetwork n = small();
    n.profile = "mcu";
    n.inputs[0].kind = SignalKind::real;
    n.populations[0].threshold = {65};
    n.populations[0].bias = {(1 << 20) + 1};
    n.populations[0].decay_u = {4097};
    n.populations[0].refractory_steps = 63;
    n.connections[0].weight[0] = 3;
    n.connections[1].exponent = 8;
    Report report;
    check(n, {}, report);
    EXPECT_GE(report.diagnostics.size(), 8u);
    for (const Diagnostic& d : report.diagnostics)
        EXPECT_TRUE(d.severity == Severity::note || !d.hint.empty()) << to_text(d);
}

TEST(Check, RefusesAnotherProfile) {
    IntNetwork n = small();
    n.profile = "mcu";
    EXPECT_THAT(errors(n), HasSubstr("the network was quantized for profile 'mcu'"));
}

TEST(Check, RefusesThresholdsOffTheGridOrBeyondTheMantissa) {
    IntNetwork n = small();
    for (const std::int32_t bad : {0, 65, 131072 * 64}) {
        n.populations[0].threshold = {bad};
        EXPECT_THAT(errors(n), HasSubstr("is not a threshold of Loihi")) << bad;
    }
    n.populations[0].threshold = {131071 * 64};
    EXPECT_EQ(errors(n), "");
}

TEST(Check, RefusesLargeOddMixedWeights) {
    IntNetwork n = small();
    for (std::int16_t& w : n.connections[0].weight) w = 2;
    n.connections[0].weight[5] = -7;  // twice it, shifted back
    n.connections[0].weight[6] = 127;
    EXPECT_EQ(errors(n), "");
    n.connections[0].weight[6] = 129;
    EXPECT_THAT(errors(n), HasSubstr("the weights are not on Loihi's grid"));
}

TEST(Check, RefusesALoopThatIsTooFast) {
    IntNetwork n = small();
    Numbers numbers{1};
    connect(n, {Presynaptic::Kind::population, 1}, 0, 1, 10, numbers);
    const std::string text = errors(n);
    EXPECT_THAT(text, HasSubstr("the loop has 2 synapses but its delays sum to 1 step"));
    EXPECT_THAT(text, HasSubstr("raise the delays of the loop by 1 in sum"));
    n.connections.back().delay = 2;
    EXPECT_EQ(errors(n), "");
}

TEST(Check, RefusesADelayThatNoAccumulatorHolds) {
    IntNetwork n = small();
    n.connections[1].delay = 63;
    EXPECT_EQ(errors(n), "");  // the populations run 63 steps apart, so nothing waits
    Numbers numbers{1};
    connect(n, {Presynaptic::Kind::population, 0}, 0, 64, 10, numbers);
    EXPECT_THAT(errors(n), HasSubstr("its spikes would have to wait 63 steps"));
}

TEST(Check, SoftResetAtOnceRunsInTheSimulationOnly) {
    IntNetwork n = small();
    n.populations[0].reset = rt::Reset::subtract_at_once;
    EXPECT_THAT(found(n, Severity::warning), HasSubstr("Loihi cannot subtract in the step of the spike"));
}

TEST(Registers, BiasesAreMantissaTimesPowerOfTwo) {
    EXPECT_EQ(bias_registers(4095)->exponent, 0);
    EXPECT_EQ(bias_registers(4096)->exponent, 1);
    EXPECT_EQ(bias_registers(-4096)->exponent, 0);
    EXPECT_FALSE(bias_registers(4097).has_value());
    EXPECT_FALSE(bias_registers(4096 << 7).has_value());
}

}  // namespace
}  // namespace synfire::loihi
