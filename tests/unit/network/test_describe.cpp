// The texts for human eyes: one equation per kind of neuron, and names that Graphviz must not misread.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/network/describe.hpp"
#include "tests/unit/network/example.hpp"

using namespace synfire;
using testing::HasSubstr;

namespace {

TEST(Describe, EquationsOfEveryReset) {
    Population p = example_network().populations[0];
    EXPECT_EQ(equation(p), "v = 0.5 v + I, spikes when v > 1, then v -= 1 in the next step");
    p.alpha = {0.25, 0.5};
    p.bias = {-0.125};
    p.spiking->reset = HardReset{{0}};
    p.spiking->refractory_steps = 2;
    EXPECT_EQ(
        equation(p),
        "i = (0.25..0.5) i + I, v = 0.5 v + i - 0.125, spikes when v > 1, then v = 0, held for 2 steps");
    p = example_network().populations[0];
    p.beta = {1};
    p.v_min = {-1};
    p.spiking = Spiking{{2}, Compare::greater_equal, SoftReset{{2}, false}, 0, 255};
    EXPECT_EQ(equation(p), "v = v + I at least -1, sends floor(v / 2) spikes, at most 255, then v -= 2");
    p = example_network().populations[0];
    p.spiking->reset = NoDelayReset{false, {1}};
    EXPECT_EQ(equation(p), "v = 0.5 v + I, spikes when v > 1, then v -= 1, as snnTorch without delay");
    p.spiking.reset();
    p.beta = {0};
    p.periodic_reset = {16, 0};
    EXPECT_EQ(equation(p), "v = I, cleared every 16 steps, no spikes");
}

TEST(Describe, FanInOfAChainIsBoundedByItsSource) {
    Network n = example_network();
    EXPECT_EQ(fan_in(n, std::size_t{0}), 3U);
    n.inputs[0].shape = {1, 6, 6};
    Convolution c;
    c.input = {1, 6, 6};
    c.filters = 1;
    c.window.kernel = {3, 3};
    c.weight.assign(9, 1.0);
    Pool pool;
    pool.input = {1, 4, 4};
    pool.window.kernel = {2, 2};
    n.connections[0].stages = {c, pool};
    EXPECT_EQ(fan_in(n, n.connections[0]), 36U);
    n.connections[0].stages = {c};
    EXPECT_EQ(fan_in(n, n.connections[0]), 9U);
}

TEST(Describe, GraphQuotesNames) {
    Network n = example_network();
    n.name = "a \"b\" \\ c";
    n.populations[0].name = "x\"];evil[label=\"";
    const std::string dot = to_dot(n);
    EXPECT_THAT(dot, HasSubstr(R"(digraph "a \"b\" \\ c" {)"));
    EXPECT_THAT(dot, HasSubstr(R"(label="x\"];evil[label=\")"));
    EXPECT_THAT(dot, HasSubstr("population0 -> population1 [label=\"dense 2 -> 1\"];"));
}

TEST(Describe, GraphSaysWhatEachPopulationIs) {
    Network n = example_network();
    n.populations[0].spiking.value().threshold = {0.5, 0.75};
    EXPECT_THAT(to_dot(n), HasSubstr("\nthreshold 0.5..0.75\""));
    n.populations[0].spiking.reset();
    EXPECT_THAT(to_dot(n), HasSubstr("\nno spikes\""));
    n.populations[0].rectifier = Rectifier{};
    EXPECT_THAT(to_dot(n), HasSubstr("\nReLU\""));
}

}  // namespace
