// Each framework's name stands for a set of options; what is typed beats it.
#include <cmath>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/frontend/nir/conventions.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/nir/read_data.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ReadOptions as(Framework framework) {
    ReadOptions options;
    options.as = framework;
    return options;
}

TEST(Conventions, Sinabs) {
    ReadOptions options = as(Framework::sinabs);
    options.dt = 1e-4;
    const Outcome o = read_data("folds.nir", options);
    ASSERT_TRUE(o.network) << o.text();
    const Population& lif = o.network->populations.at(0);
    const Population& integrator = o.network->populations.at(1);
    EXPECT_THAT(lif.beta, ElementsAre(std::exp(-0.5), std::exp(-0.25)));
    for (const Connection& c : o.network->connections) {
        if (c.name != "fc") continue;
        EXPECT_THAT(std::get<Dense>(c.stages.at(0)).weight, ElementsAre(2, -2, 6, -4));
    }
    EXPECT_EQ(lif.spiking->max_spikes, 255);
    EXPECT_EQ(lif.spiking->compare, Compare::greater_equal);
    EXPECT_FALSE(std::get<SoftReset>(lif.spiking->reset).next_step);
    EXPECT_TRUE(lif.v_min.empty());
    EXPECT_THAT(integrator.v_min, ElementsAre(-2, -3));
    EXPECT_THAT(o.text(),
                HasSubstr("is read as by sinabs: --dt 0.0001 --reset subtract-now --discretization exp "
                          "--compare ge --gain one --max-spikes 255"));
}

TEST(Conventions, WhatIsTypedBeatsTheFramework) {
    ReadOptions options = as(Framework::sinabs);
    options.dt = 1e-4;
    options.reset = ResetRule::zero;
    options.discretization = Discretization::euler;
    options.compare = Compare::greater;
    options.gain = Gain::file;
    const Outcome o = read_data("folds.nir", options);
    ASSERT_TRUE(o.network) << o.text();
    const Population& lif = o.network->populations.at(0);
    EXPECT_THAT(lif.beta, ElementsAre(0.5, 0.75));
    EXPECT_EQ(lif.spiking->max_spikes, 1);  // floor(v / threshold) needs >= and subtraction
    EXPECT_TRUE(std::holds_alternative<HardReset>(lif.spiking->reset));
}

TEST(Conventions, NorseAppliesARecurrentBiasFromTheSecondStep) {
    ReadOptions norse = as(Framework::norse);
    const Outcome late = read_data("recurrent_cuba.nir", norse),
                  plain = read_data("recurrent_cuba.nir", step_and_reset());
    ASSERT_TRUE(late.network && plain.network) << late.text();
    EXPECT_THAT(late.text(),
                HasSubstr("node 'hidden.w_rec', field 'bias': is not applied in the first step"));
    Network without = *plain.network;  // the recurrent bias taken away
    for (Connection& c : without.connections)
        if (c.name == "hidden.w_rec") std::get<Dense>(c.stages.at(0)).bias.clear();
    const Signal silence{2, 3, std::vector<double>(6, 0.0)};
    const FloatTrace a = simulate(*late.network, {silence}), b = simulate(without, {silence}),
                     c = simulate(*plain.network, {silence});
    for (std::size_t j = 0; j < 5; ++j) {
        EXPECT_NEAR(a.populations[0].v[j], b.populations[0].v[j], 1e-15);
        EXPECT_GT(std::abs(a.populations[0].v[j] - c.populations[0].v[j]), 1e-6);
        EXPECT_GT(std::abs(a.populations[0].v[5 + j] - b.populations[0].v[5 + j]), 1e-6);
    }
}

TEST(Conventions, LavasIntegers) {
    const Outcome o = read_data("errors/good.nir", as(Framework::lava_fixed));
    ASSERT_TRUE(o.network) << o.text();
    const Population& lif = o.network->populations.at(0);  // tau 2 ms, r 10, threshold 1
    EXPECT_THAT(lif.beta, ElementsAre((4096 - 204) / 4096.0));
    EXPECT_THAT(lif.spiking->threshold, ElementsAre(255));
    EXPECT_THAT(std::get<Dense>(o.network->connections.at(0).stages.at(0)).weight, ElementsAre(128));
}

TEST(Conventions, WarnWhereTheFileCannotSayTheReset) {
    EXPECT_THAT(read_data("errors/good.nir", as(Framework::snntorch)).text(),
                HasSubstr("a hard reset to v_reset was taken\n  hint: snnTorch writes v_reset = 0"));
    ReadOptions typed = as(Framework::snntorch);
    typed.reset = ResetRule::snntorch_nodelay;
    EXPECT_THAT(read_data("errors/good.nir", typed).text(), Not(HasSubstr("warning")));
}

TEST(Conventions, EveryFrameworkHasARow) {
    for (const nir::Preset& preset : nir::presets()) {
        const Outcome o = read_data("errors/good.nir", as(preset.framework));
        EXPECT_TRUE(o.network) << preset.name << o.text();
        EXPECT_THAT(o.text(), HasSubstr("is read as by " + preset.name + ": --dt"));
    }
}

}  // namespace
}  // namespace synfire
