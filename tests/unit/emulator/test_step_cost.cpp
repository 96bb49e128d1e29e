// emulator/step_cost.hpp: the terms of a network, how often they occur, and a fit that finds what made the
// costs.
#include <random>

#include <gtest/gtest.h>

#include "emulator/emulate.hpp"
#include "emulator/step_cost.hpp"

namespace synfire {
namespace {

IntPopulation population(const std::string& name, std::size_t n, rt::Reset reset) {
    IntPopulation p;
    p.name = name;
    p.shape = {n};
    p.decay_u = {4096};
    p.decay_v = {256};
    p.threshold = p.reset_amount = {20};
    p.reset = reset;
    return p;
}

IntConnection dense(const std::string& name, Presynaptic source, std::size_t target, std::size_t outputs,
                    std::size_t inputs) {
    IntConnection c;
    c.name = name;
    c.source = source;
    c.target = target;
    c.outputs = outputs;
    c.inputs = inputs;
    c.weight.assign(outputs * inputs, 3);
    return c;
}

// Two layers, the first reset in the next step, a connection back with a delay of 2 and a sparse one.
IntNetwork network() {
    IntNetwork network;
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {6}});
    network.populations = {population("first", 4, rt::Reset::subtract_next_step),
                           population("second", 3, rt::Reset::to_value)};
    network.connections = {dense("fc1", {Presynaptic::Kind::input, 0}, 0, 4, 6),
                           dense("fc2", {Presynaptic::Kind::population, 0}, 1, 3, 4),
                           dense("back", {Presynaptic::Kind::population, 1}, 0, 4, 3),
                           dense("some", {Presynaptic::Kind::input, 0}, 1, 3, 6)};
    network.connections[2].delay = 2;
    // Inputs 0, 2 and 5; inputs 0 and 1; none.
    network.connections[3].weight = {1, 2, 3, 4, 5};
    network.connections[3].first = {0, 3, 5, 5};
    network.connections[3].column = {0, 2, 5, 0, 1};
    network.outputs = {1};
    return network;
}

std::vector<Signal> random_input(std::mt19937& random, std::size_t steps) {
    Signal signal{steps, 6, {}};
    for (std::size_t k = 0; k < steps * 6; ++k) signal.values.push_back(random() % 3 == 0 ? 1 : 0);
    return {signal};
}

TEST(StepCost, NamesEverySourceAndAgeOnce) {
    EXPECT_EQ(cost_terms(network()),
              (std::vector<std::string>{"spikes of 'in'", "spikes of 'first'",
                                        "spikes of 'first', 1 step before", "spikes of 'second'",
                                        "spikes of 'second', 2 steps before", "synapses of 'some'"}));
}

TEST(StepCost, CountsSpikesAndSynapses) {
    const IntNetwork n = network();
    std::mt19937 random(1);
    const std::vector<Signal> inputs = random_input(random, 12);
    const IntTrace trace = emulate(n, inputs);
    const auto counts = term_counts(n, inputs, trace);
    ASSERT_EQ(counts.size(), 12U);
    const std::size_t fan_out[] = {2, 1, 1, 0, 0, 1};
    double spikes = 0;
    for (std::size_t t = 0; t < 12; ++t) {
        double active = 0, synapses = 0, first = 0, first_before = 0, second_before = 0;
        for (std::size_t i = 0; i < 6; ++i) {
            active += inputs[0].values[t * 6 + i];
            synapses += inputs[0].values[t * 6 + i] * static_cast<double>(fan_out[i]);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            first += trace.populations[0].s[t * 4 + i];
            if (t >= 1) first_before += trace.populations[0].s[(t - 1) * 4 + i];
        }
        for (std::size_t i = 0; i < 3 && t >= 2; ++i)
            second_before += trace.populations[1].s[(t - 2) * 3 + i];
        EXPECT_EQ(counts[t][0], active);
        EXPECT_EQ(counts[t][1], first);
        EXPECT_EQ(counts[t][2], first_before);
        EXPECT_EQ(counts[t][4], second_before);
        EXPECT_EQ(counts[t][5], synapses);
        spikes += first;
    }
    EXPECT_GT(spikes, 3);
}

// Products of values are computed where the values change, whatever they are.
TEST(StepCost, CountsChangesOfValues) {
    IntNetwork n = network();
    n.inputs[0].kind = SignalKind::real;
    n.inputs[0].range = 1;
    const std::vector<std::string> names = cost_terms(n);
    EXPECT_EQ(names[0], "new values of inputs");
    for (const std::string& name : names) EXPECT_EQ(name.find("'in'"), std::string::npos) << name;
    Signal signal{5, 6, std::vector<double>(30, 0.5)};
    signal.values[3 * 6 + 2] = 0.25;
    const std::vector<std::vector<double>> counts = term_counts(n, {signal}, emulate(n, {signal}));
    const double expected[] = {1, 0, 0, 1, 1};
    for (std::size_t t = 0; t < 5; ++t) EXPECT_EQ(counts[t][0], expected[t]) << t;
}

TEST(StepCost, FindsWhatMadeTheCosts) {
    const IntNetwork n = network();
    std::mt19937 random(2);
    const double each[] = {40, 25, 7, 13, 21, 3.5};
    CountedSteps steps;
    for (int sample = 0; sample < 20; ++sample) {
        const std::vector<Signal> inputs = random_input(random, 15);
        const auto counts = term_counts(n, inputs, emulate(n, inputs));
        for (std::size_t t = 0; t < counts.size(); ++t) {
            double cost = 300 + (t == 0 ? 11 : 0);
            for (std::size_t k = 0; k < counts[t].size(); ++k) cost += each[k] * counts[t][k];
            steps.counts.push_back(counts[t]);
            steps.first.push_back(t == 0);
            steps.cost.push_back(cost);
        }
    }
    const StepCost cost = fit_cost(cost_terms(n), steps);
    EXPECT_NEAR(cost.constant, 300, 1e-6);
    EXPECT_NEAR(cost.first, 11, 1e-6);
    ASSERT_EQ(cost.terms.size(), 6U);
    for (std::size_t k = 0; k < 6; ++k) {
        EXPECT_NEAR(cost.terms[k].each, each[k], 1e-6) << cost.terms[k].name;
        EXPECT_TRUE(cost.terms[k].seen);
    }
    EXPECT_NEAR(predicted(cost, {2, 1, 0, 0, 0, 4}, true), 300 + 11 + 80 + 25 + 14, 1e-6);
}

// A layer that never spikes, and one step alone.
TEST(StepCost, ATermThatNeverOccursIsMarked) {
    const IntNetwork n = network();
    const std::vector<Signal> silent{{3, 6, std::vector<double>(18, 0)}};
    CountedSteps steps{term_counts(n, silent, emulate(n, silent)), {true, false, false}, {110, 100, 100}};
    const StepCost cost = fit_cost(cost_terms(n), steps);
    for (const CostTerm& term : cost.terms) {
        EXPECT_FALSE(term.seen);
        EXPECT_NEAR(term.each, 0, 1e-9);
    }
    EXPECT_NEAR(predicted(cost, {0, 0, 0, 0, 0, 0}, false), 100, 1e-6);
}

}  // namespace
}  // namespace synfire
