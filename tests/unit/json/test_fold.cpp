// Folding: what a neuron layer means in the one equation family.
#include <cmath>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

// Two inputs, a dense layer with weights [[1, 2], [3, 4]] and biases [5, 6], and the neuron layer 'n'.
Outcome read_neuron(const std::string& fields, const std::string& rest = "") {
    return read_text(R"({"format": "snn-json", "version": 1, "dt": 0.001, "input": {"shape": [2]}, "layers": [
        {"type": "dense", "name": "fc", "units": 2, "weight": [[1, 2], [3, 4]], "bias": [5, 6]},
        {"type": "neuron", "name": "n", )" +
                     fields + "}" + rest + "]}");
}

const std::string lif = R"("model": "lif", "threshold": 1, "reset": {"mode": "zero"}, "compare": "gt", )";
const std::string cubalif =
    R"("model": "cubalif", "threshold": 1, "reset": {"mode": "zero"}, "compare": "gt", )";

const Dense& dense(const Network& network, std::size_t connection = 0) {
    return std::get<Dense>(network.connections.at(connection).stages.back());
}

TEST(Fold, FactorsAreTakenAsTheyAre) {
    const Outcome o = read_neuron(R"("model": "cubalif", "alpha": 0.25, "beta": [0.5, 0.75], "threshold": 2,
        "reset": {"mode": "none"}, "compare": "ge", "v_init": -1, "refractory": 3)");
    ASSERT_TRUE(o.network) << o.text();
    const Population& p = o.network->populations.at(0);
    EXPECT_EQ(p.alpha, PerNeuron{0.25});
    EXPECT_EQ(p.beta, (PerNeuron{0.5, 0.75}));
    EXPECT_EQ(p.bias, PerNeuron({0.0, 0.0}));
    EXPECT_EQ(p.initial_v, PerNeuron{-1.0});
    ASSERT_TRUE(p.spiking);
    EXPECT_EQ(p.spiking->threshold, PerNeuron{2.0});
    EXPECT_EQ(p.spiking->compare, Compare::greater_equal);
    EXPECT_TRUE(std::holds_alternative<NoReset>(p.spiking->reset));
    EXPECT_EQ(p.spiking->refractory_steps, 3);
    EXPECT_THAT(dense(*o.network).weight, ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(dense(*o.network).bias, ElementsAre(5, 6));
    EXPECT_EQ(o.text(), "");
}

struct Rule {
    const char* name;
    double decay;
    double gain;
};

// tau 4 ms at dt 1 ms.
const Rule rules[] = {{"euler", 0.75, 0.25},
                      {"exp_euler", std::exp(-0.25), 0.25},
                      {"exact", std::exp(-0.25), 1 - std::exp(-0.25)}};

TEST(Fold, MembraneTimeConstant) {
    for (const Rule& rule : rules) {
        const Outcome o = read_neuron(lif + R"("tau_mem": 0.004, "r": 2, "v_leak": 3, "discretisation": ")" +
                                      rule.name + "\"");
        ASSERT_TRUE(o.network) << o.text();
        const Population& p = o.network->populations.at(0);
        EXPECT_THAT(p.beta, ElementsAre(DoubleEq(rule.decay)));
        EXPECT_THAT(p.bias, ElementsAre(DoubleEq((1 - rule.decay) * 3)));
        EXPECT_THAT(dense(*o.network).weight, ElementsAre(DoubleEq(2 * rule.gain), DoubleEq(4 * rule.gain),
                                                          DoubleEq(6 * rule.gain), DoubleEq(8 * rule.gain)));
        EXPECT_THAT(dense(*o.network).bias, ElementsAre(DoubleEq(10 * rule.gain), DoubleEq(12 * rule.gain)));
    }
}

TEST(Fold, SynapticTimeConstantAndBothGains) {
    for (const Rule& rule : rules) {
        const Outcome o = read_neuron(
            cubalif + R"("tau_mem": 0.004, "tau_syn": 0.004, "r": 2, "w_in": [1, 10], "discretisation": ")" +
            rule.name + "\"");
        ASSERT_TRUE(o.network) << o.text();
        EXPECT_THAT(o.network->populations.at(0).alpha, ElementsAre(DoubleEq(rule.decay)));
        const double g = 2 * rule.gain * rule.gain;
        EXPECT_THAT(dense(*o.network).weight,
                    ElementsAre(DoubleEq(g), DoubleEq(2 * g), DoubleEq(30 * g), DoubleEq(40 * g)));
    }
}

TEST(Fold, GainReplacesWhatFollowsFromRAndTau) {
    const Outcome o =
        read_neuron(lif + R"("tau_mem": 0.004, "r": 2, "gain": 0.5, "discretisation": "euler")");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(dense(*o.network).weight, ElementsAre(0.5, 1, 1.5, 2));
    EXPECT_THAT(o.text(), HasSubstr("field '/layers/1/gain': replaces the gain that follows from r"));
    EXPECT_THAT(o.text(), HasSubstr("input gain 0.5 folded into the weights and biases before it"));
}

TEST(Fold, IntegratorsTakeRTimesDt) {
    const Outcome o =
        read_neuron(R"("model": "if", "threshold": 1, "reset": {"mode": "zero"}, "compare": "gt", "r": 500)");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->populations.at(0).beta, PerNeuron{1.0});
    EXPECT_THAT(dense(*o.network).weight, ElementsAre(0.5, 1, 1.5, 2));
}

TEST(Fold, ReadoutsDoNotSpike) {
    for (const char* fields : {R"("model": "i")", R"("model": "li", "beta": 0.5)",
                               R"("model": "cubali", "beta": 0.5, "alpha": 0.5)"}) {
        const Outcome o = read_neuron(fields);
        ASSERT_TRUE(o.network) << o.text();
        EXPECT_FALSE(o.network->populations.at(0).spiking) << fields;
    }
}

TEST(Fold, Resets) {
    const auto reset = [](const std::string& text) {
        const Outcome o =
            read_neuron(R"("model": "lif", "beta": 0.5, "threshold": 2, "compare": "gt", "reset": )" + text);
        EXPECT_TRUE(o.network) << o.text();
        return o.network ? o.network->populations.at(0).spiking->reset : Reset{};
    };
    EXPECT_EQ(std::get<HardReset>(reset(R"({"mode": "zero"})")).value, PerNeuron{0.0});
    EXPECT_EQ(std::get<HardReset>(reset(R"({"mode": "value", "value": -0.5})")).value, PerNeuron{-0.5});
    const auto now = std::get<SoftReset>(reset(R"({"mode": "subtract"})"));
    EXPECT_FALSE(now.next_step);
    EXPECT_EQ(now.amount, PerNeuron{2.0});
    EXPECT_TRUE(std::get<SoftReset>(reset(R"({"mode": "subtract", "timing": "next_step"})")).next_step);
    EXPECT_EQ(std::get<HardReset>(reset(R"({"mode": "zero", "timing": "next_step"})")).value, PerNeuron{0.0});
}

TEST(Fold, DefaultsServeLayersThatSayNothing) {
    const Outcome o = read_text(R"({"format": "snn-json", "version": 1, "input": {"shape": [2]},
        "defaults": {"compare": "ge", "reset": {"mode": "subtract"}},
        "layers": [{"type": "dense", "units": 2, "weight": 1}, {"type": "neuron", "model": "if", "threshold": 1}]})");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(o.network->populations.at(0).spiking->compare, Compare::greater_equal);
    EXPECT_FALSE(std::get<SoftReset>(o.network->populations.at(0).spiking->reset).next_step);
    EXPECT_EQ(o.text(), "");
}

TEST(Fold, EveryAssumptionIsAWarning) {
    const Outcome o = read_neuron(R"("model": "lif", "tau_mem": 0.01, "threshold": 1)");
    ASSERT_TRUE(o.network) << o.text();
    for (const char* line :
         {"warning: node 'n' (neuron), field '/layers/1/discretisation': is not given; \"euler\" was taken\n",
          "warning: node 'n' (neuron), field '/layers/1/compare': is not given; \"gt\" was taken: a spike "
          "when v > "
          "threshold\n",
          "warning: node 'n' (neuron), field '/layers/1/reset': is not given; a reset to zero at once was "
          "taken\n"})
        EXPECT_THAT(o.text(), HasSubstr(line));
}

TEST(Fold, EveryFoldIsANote) {
    const Outcome o = read_neuron(cubalif + R"("tau_mem": 0.004, "tau_syn": 0.002, "v_leak": [1, 2],
                                               "discretisation": "euler")");
    ASSERT_TRUE(o.network) << o.text();
    for (const char* line :
         {"note: node 'n' (neuron), field '/layers/1/tau_mem': folded with euler and dt = 0.001 s: beta = "
          "0.75, gain = "
          "0.25\n",
          "field '/layers/1/tau_syn': folded with euler and dt = 0.001 s: alpha = 0.5, gain = 0.5\n",
          "field '/layers/1/v_leak': folded into the bias (1 - beta) v_leak = 0.25..0.5 (2 values)\n",
          "note: node 'n' (neuron), field '/layers/1': input gain 0.125 folded into the weights and biases "
          "before it\n"})
        EXPECT_THAT(o.text(), HasSubstr(line));
    EXPECT_THAT(
        read_neuron(R"("model": "if", "threshold": 1, "compare": "gt",
                               "reset": {"mode": "zero", "timing": "next_step"})")
            .text(),
        HasSubstr("field '/layers/1/reset': folded: \"zero\" before the next update gives the same spikes"));
}

TEST(Fold, RecurrentWeightsGetTheGainToo) {
    const Outcome o = read_neuron(lif + R"("beta": 0.5, "gain": 2,
        "recurrent": {"weight": [[0, 1], [2, 0]], "bias": 3, "delay": 4})");
    ASSERT_TRUE(o.network) << o.text();
    const Connection& c = o.network->connections.at(1);
    EXPECT_EQ(c.name, "n.recurrent");
    EXPECT_EQ(c.delay, 4);
    EXPECT_EQ(c.source, (Presynaptic{Presynaptic::Kind::population, 0}));
    EXPECT_THAT(dense(*o.network, 1).weight, ElementsAre(0, 2, 4, 0));
    EXPECT_THAT(dense(*o.network, 1).bias, ElementsAre(6, 6));
}

}  // namespace
}  // namespace synfire
