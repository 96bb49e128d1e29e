// Readout rules, synaptic traffic, and both over a data set.
#include <gtest/gtest.h>

#include "compiler/quantize/quantize.hpp"
#include "emulator/evaluate.hpp"

using namespace synfire;

namespace {

std::size_t answer(const char* rule, const OutputRecord& record) {
    return answer_of(find_readout_rule(rule)->scores(record)).label;
}

// Three outputs over three steps.
const OutputRecord record{3, 3, {0, 1, 0, 1, 0, 0, 1, 0, 0}, {0.1, 1.2, 0.3, 1.1, 0.2, 0.9, 1.1, 0, 1.0}};

TEST(Readout, EachRuleReadsTheRunItsOwnWay) {
    EXPECT_EQ(answer("count", record), 0U);        // spikes 2, 1, 0
    EXPECT_EQ(answer("first-spike", record), 1U);  // in step 0
    EXPECT_EQ(answer("membrane", record), 1U);     // 1.2
    EXPECT_EQ(answer("membrane-mean", record), 0U);
    EXPECT_EQ(answer("last-step", record), 0U);
    EXPECT_EQ(find_readout_rule("loudest"), nullptr);
    EXPECT_EQ(default_readout_rule(true).name, "count");
    EXPECT_EQ(default_readout_rule(false).name, "last-step");
}

TEST(Readout, TiesGoToTheLowestIndexAndAreTold) {
    EXPECT_TRUE(answer_of({1, 3, 3}).tied);
    EXPECT_EQ(answer_of({1, 3, 3}).label, 1U);
    EXPECT_FALSE(answer_of({1, 3, 2}).tied);
    const OutputRecord silent{2, 3, std::vector<double>(6, 0), std::vector<double>(6, 0)};
    EXPECT_TRUE(answer_of(find_readout_rule("first-spike")->scores(silent)).tied);
}

TEST(Readout, PotentialsOfNeuronsWithScalesOfTheirOwn) {
    PopulationTrace<std::int32_t> trace{"r", 2, false, {0, 0}, {}, {}, {100, 30}};
    const OutputRecord r = output_record(trace, 1, {100.0, 10.0});
    EXPECT_TRUE(r.s.empty());
    EXPECT_EQ(r.v, (std::vector<double>{1.0, 3.0}));
    EXPECT_EQ(answer("last-step", r), 1U);
}

IntConnection dense(std::size_t outputs, std::size_t inputs, std::vector<std::int16_t> weight) {
    IntConnection c;
    c.outputs = outputs;
    c.inputs = inputs;
    c.weight = std::move(weight);
    return c;
}

TEST(Traffic, CountsTheSynapsesOfEachEventAndZeroWeightsApart) {
    const IntConnection c = dense(3, 2, {1, 0, 5, 0, -2, 7});
    const FanOut fan = fan_out(c);
    EXPECT_EQ(fan.synapses, (std::vector<std::uint32_t>{3, 1}));
    EXPECT_EQ(fan.zeros, (std::vector<std::uint32_t>{0, 2}));
    const Traffic t = traffic(c, fan, {1, 0, 3, 1, 0, 0}, 3);  // a count of 3 is one event
    EXPECT_EQ(t.events, 3U);
    EXPECT_EQ(t.operations, 3U + 3U + 1U);
    EXPECT_EQ(t.zero_operations, 2U);
    EXPECT_EQ(t.values, 6U);
}

TEST(Traffic, LeavesOutWhatArrivesAfterTheLastStep) {
    IntConnection c = dense(1, 1, {1});
    c.delay = 2;
    EXPECT_EQ(traffic(c, fan_out(c), {1, 1, 1}, 3).events, 1U);
    c.delay = 5;
    EXPECT_EQ(traffic(c, fan_out(c), {1, 1, 1}, 3).events, 0U);
}

TEST(Traffic, CountsBehindTheMaximumPool) {
    IntConnection c = dense(1, 1, {1});
    Pool pool;
    pool.kind = Pool::Kind::maximum;
    pool.input = {1, 2, 2};
    pool.window.kernel = {2, 2};
    pool.window.stride = {2, 2};
    c.source_pool = pool;
    EXPECT_EQ(traffic(c, fan_out(c), {1, 1, 0, 1}, 1).events, 1U);
}

TEST(Traffic, FanOutOfAConvolutionIsThatOfItsSynapses) {
    Network network;
    network.inputs.push_back({"x", {1, 3, 3}});
    Population p;
    p.name = "p";
    p.shape = {1, 2, 2};
    network.populations.push_back(p);
    Convolution conv;
    conv.input = {1, 3, 3};
    conv.filters = 1;
    conv.window.kernel = {2, 2};
    conv.weight = {1, 1, 1, 0};
    Connection c;
    c.stages.emplace_back(conv);
    network.connections.push_back(c);
    const FanOut fan = fan_out(network, c, IntConnection{});
    EXPECT_EQ(fan.synapses[0], 1U);  // the corner
    EXPECT_EQ(fan.synapses[4], 3U);  // the centre, one of its four synapses has the weight 0
    EXPECT_EQ(fan.zeros[4], 1U);
}

// One input, two output neurons: the first spikes at once, the second needs two inputs.
Network two_classes(bool spiking) {
    Network network;
    network.inputs.push_back({"x", {2}});
    Population p;
    p.name = "out";
    p.shape = {2};
    p.beta = {1.0};
    if (spiking) p.spiking = Spiking{{0.75}, Compare::greater, HardReset{{0.0}}};
    network.populations.push_back(p);
    Connection c;
    c.name = "w";
    c.stages.emplace_back(Dense{2, 2, {1, 0, 0, 0.5}, {}});
    network.connections.push_back(c);
    network.outputs = {0};
    return network;
}

Evaluation evaluated(const Network& network, const std::vector<std::size_t>& labels, unsigned threads) {
    Report report;
    const IntNetwork integers = quantize(network, {}, report);
    const auto source = [](std::size_t b) {
        std::vector<double> x(8, 0.0);
        for (std::size_t step = 0; step < 4; ++step) x[2 * step + b % 2] = 1;
        return std::vector<Signal>{{4, 2, x}};
    };
    EvaluateOptions options;
    options.threads = threads;
    return evaluate(network, integers, 150, 4, source, labels, options);
}

TEST(Evaluate, CountsAnswersSpikesAndOperationsOverBlocks) {
    std::vector<std::size_t> labels(150, 0);
    const Evaluation e = evaluated(two_classes(true), labels, 2);
    EXPECT_EQ(e.answers.samples, 150U);
    EXPECT_EQ(e.answers.same, 150U);
    EXPECT_TRUE(e.answers.changed.empty());
    EXPECT_EQ(e.answers.right.reference, 75U);
    EXPECT_EQ(e.answers.right.emulator, 75U);
    EXPECT_EQ(e.answers.per_class, (std::vector<std::uint64_t>{150, 0}));
    EXPECT_EQ(e.layers[0].activity.reference.spikes, 75U * 4 + 75U * 2);
    EXPECT_EQ(e.layers[0].activity.reference.silent(), 0U);
    EXPECT_EQ(e.connections[0].zeros.reference, 2U);
    EXPECT_EQ(e.connections[0].traffic.emulator.operations, 150U * 4);
    EXPECT_EQ(e.connections[0].traffic.emulator.zero_operations, 150U * 4);
    EXPECT_EQ(e.agreement.layers[0].propagated.value(), 1.0);
    EXPECT_FALSE(e.agreement.first);
}

TEST(Evaluate, AReadoutWithoutSpikesAnswersByItsPotential) {
    const Evaluation e = evaluated(two_classes(false), {}, 1);
    EXPECT_EQ(e.answers.labelled, 0U);
    EXPECT_EQ(e.answers.same, 150U);
    EXPECT_TRUE(e.agreement.layers.empty());
    EXPECT_GT(e.layers[0].squared_reference, 0);
    EXPECT_LT(e.layers[0].squared_error, 1e-3 * e.layers[0].squared_reference);
}

}  // namespace
