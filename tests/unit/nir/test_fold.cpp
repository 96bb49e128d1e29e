// Conventions of NIR folded into factors, weights and biases: exact numbers.
#include <cmath>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "tests/unit/nir/read_data.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Population& population(const Network& network, const std::string& name) {
    for (const Population& p : network.populations)
        if (p.name == name) return p;
    throw std::runtime_error("no population " + name);
}

const Connection& connection(const Network& network, const std::string& name) {
    for (const Connection& c : network.connections)
        if (c.name == name) return c;
    throw std::runtime_error("no connection " + name);
}

TEST(Fold, ScaleDelayGainAndLeak) {
    const Outcome o = read_data("folds.nir", step_and_reset());
    ASSERT_TRUE(o.network) << o.text();
    const Connection& fc = connection(*o.network, "fc");
    EXPECT_EQ(fc.delay, 3);
    ASSERT_EQ(fc.stages.size(), 1U);
    const auto& dense = std::get<Dense>(fc.stages[0]);
    EXPECT_THAT(dense.weight, ElementsAre(2, -2, 6, -4));  // columns times (2, -1), rows times r dt/tau = 1
    EXPECT_THAT(dense.bias, ElementsAre(1, 2));
    const Population& lif = population(*o.network, "lif");
    EXPECT_THAT(lif.beta, ElementsAre(0.5, 0.75));
    EXPECT_THAT(lif.bias, ElementsAre(0, 0.125));
    EXPECT_THAT(std::get<HardReset>(lif.spiking->reset).value, ElementsAre(-1, 0));
    EXPECT_EQ(lif.spiking->compare, Compare::greater);
}

TEST(Fold, IntegratorWithUnitGainActsPerStep) {
    const Outcome o = read_data("folds.nir", step_and_reset());
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(population(*o.network, "if").beta, ElementsAre(1));
    EXPECT_TRUE(connection(*o.network, "lif.if").stages.empty());  // each spike counts 1
    EXPECT_THAT(o.text(), HasSubstr("node 'if' (IF), field 'r': 1 is taken per step"));
}

TEST(Fold, ExponentialDecayKeepsTheGain) {
    ReadOptions options = step_and_reset();
    options.discretization = Discretization::exponential;
    options.compare = Compare::greater_equal;
    const Outcome o = read_data("folds.nir", options);
    ASSERT_TRUE(o.network) << o.text();
    const Population& lif = population(*o.network, "lif");
    EXPECT_THAT(lif.beta, ElementsAre(std::exp(-0.5), std::exp(-0.25)));
    EXPECT_THAT(std::get<Dense>(connection(*o.network, "fc").stages[0]).weight, ElementsAre(2, -2, 6, -4));
    EXPECT_EQ(lif.spiking->compare, Compare::greater_equal);
}

TEST(Fold, ResetRules) {
    ReadOptions options = step_and_reset();
    options.reset = ResetRule::subtract;
    Outcome o = read_data("errors/good.nir", options);
    ASSERT_TRUE(o.network) << o.text();
    const Reset& next = population(*o.network, "lif").spiking->reset;
    EXPECT_THAT(std::get<SoftReset>(next).amount, ElementsAre(1));
    EXPECT_TRUE(std::get<SoftReset>(next).next_step);
    options.reset = ResetRule::subtract_now;
    o = read_data("errors/good.nir", options);
    EXPECT_FALSE(std::get<SoftReset>(population(*o.network, "lif").spiking->reset).next_step);
    options.reset = ResetRule::snntorch_nodelay;
    o = read_data("errors/good.nir", options);
    const auto no_delay = std::get<NoDelayReset>(population(*o.network, "lif").spiking->reset);
    EXPECT_FALSE(no_delay.to_zero);
    EXPECT_THAT(no_delay.amount, ElementsAre(1));
    options.reset = ResetRule::none;
    o = read_data("errors/good.nir", options);
    EXPECT_TRUE(std::holds_alternative<NoReset>(population(*o.network, "lif").spiking->reset));
}

TEST(Fold, NestedGraphIsFlattenedAndItsLoopWaitsOneStep) {
    const Outcome o = read_data("recurrent_cuba.nir", step_and_reset());
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(connection(*o.network, "hidden.w_rec").delay, 1);
    EXPECT_EQ(connection(*o.network, "fc1").delay, 0);
    EXPECT_EQ(population(*o.network, "hidden").shape, Shape{5});
    EXPECT_FALSE(population(*o.network, "readout").spiking);
    EXPECT_THAT(o.text(), HasSubstr("is the only population of layer 'hidden' and gets its name"));
}

TEST(Fold, DefaultsAreToldOnlyWhereTaken) {
    Outcome o = read_data("errors/good.nir", {});
    ASSERT_TRUE(o.network);
    EXPECT_THAT(o.text(),
                HasSubstr("warning: NIR files do not say how long a step is; dt = 0.0001 s was taken"));
    EXPECT_THAT(o.text(), HasSubstr("warning: NIR files do not say how a neuron is reset"));
    o = read_data("errors/good.nir", step_and_reset());
    EXPECT_THAT(o.text(), Not(HasSubstr("warning")));
}

TEST(Fold, OptionsOfOtherFormatsHaveNoEffect) {
    const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/digits.onnx";
    const Outcome o = read_source({path, read_file(path)}, step_and_reset());
    EXPECT_TRUE(o.network);
    EXPECT_THAT(o.text(), HasSubstr("warning: --dt, --reset has no effect: ONNX files say it themselves"));
}

}  // namespace
}  // namespace synfire
