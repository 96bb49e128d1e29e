// Every invariant of a Network is checked, and the message says what to do.
#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <limits>

#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "tests/unit/network/example.hpp"

using namespace synfire;

namespace {

struct Case {
    const char* what;
    std::function<void(Network&)> damage;
    const char* message;
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"no populations", [](Network& n) { n = Network{}; }, "holds no network"},
        {"nan weight",
         [](Network& n) { std::get<Dense>(n.connections[0].stages[0]).weight[4] = std::nan(""); },
         "node 'fc1', field 'weight': value nan at index 4"},
        {"infinite bias",
         [](Network& n) { n.populations[0].bias = {std::numeric_limits<double>::infinity()}; },
         "node 'hidden', field 'bias': value inf"},
        {"beta above one", [](Network& n) { n.populations[0].beta = {1.25}; },
         "field 'beta': value 1.25 at index 0"},
        {"alpha below zero",
         [](Network& n) {
             n.populations[0].alpha = {0.5, -0.5};
         },
         "field 'alpha': value -0.5 at index 1"},
        {"threshold below reset", [](Network& n) { n.populations[1].spiking->reset = HardReset{{2.0}}; },
         "field 'threshold': value 1 at index 0 is not above the reset value 2"},
        {"zero threshold", [](Network& n) { n.populations[1].spiking->threshold = {0.0}; },
         "not above the resting potential 0"},
        {"per-neuron size",
         [](Network& n) {
             n.populations[0].beta = {0.5, 0.5, 0.5};
         },
         "field 'beta': has 3 values"},
        {"weight size", [](Network& n) { std::get<Dense>(n.connections[0].stages[0]).weight.pop_back(); },
         "field 'weight': has 5 values"},
        {"input width", [](Network& n) { n.inputs[0].shape = {4}; }, "expects 3 inputs, but 4 arrive"},
        {"target width", [](Network& n) { n.populations[0].shape = {3}; },
         "delivers 2 values to a population of 3 neurons"},
        {"bias size", [](Network& n) { std::get<Dense>(n.connections[0].stages[0]).bias = {1.0}; },
         "field 'bias': has 1 values"},
        {"same name twice", [](Network& n) { n.populations[1].name = "hidden"; }, "is used twice"},
        {"name that leaves the folder", [](Network& n) { n.populations[1].name = "../out"; },
         "node '../out', field 'name': cannot be the name of a file"},
        {"long name", [](Network& n) { n.populations[1].name.assign(129, 'x'); },
         "cannot be the name of a file"},
        {"empty name", [](Network& n) { n.populations[1].name = ""; }, "is empty"},
        {"no neurons", [](Network& n) { n.populations[0].shape = {0}; }, "[0] is not a usable size"},
        {"huge shape",
         [](Network& n) {
             n.populations[0].shape = {SIZE_MAX, 2};
         },
         "is not a usable size"},
        {"unknown source", [](Network& n) { n.connections[0].source.index = 7; },
         "names a layer that does not exist"},
        {"unknown output", [](Network& n) { n.outputs = {9}; },
         "field 'outputs': names a layer that does not exist"},
        {"negative delay", [](Network& n) { n.connections[0].delay = -1; }, "field 'delay': -1 steps"},
        {"refractory soft reset", [](Network& n) { n.populations[0].spiking->refractory_steps = 2; },
         "cannot be combined with a refractory period"},
        {"cycle",
         [](Network& n) {
             n.connections.push_back(n.connections[1]);
             n.connections[2].source = {Presynaptic::Kind::population, 1};
             n.connections[2].target = 0;
             n.connections[2].stages = {Dense{2, 1, {1, 1}, {}}};
         },
         "cycle of connections without delay"},
    };
    return all;
}

}  // namespace

TEST(Check, AcceptsTheExample) {
    Report report;
    check(example_network(), "x.json", report);
    EXPECT_FALSE(report.has_errors());
}

TEST(Check, NamesEveryFault) {
    for (const Case& c : cases()) {
        Network network = example_network();
        c.damage(network);
        Report report;
        check(network, "x.json", report);
        ASSERT_TRUE(report.has_errors()) << c.what;
        std::string text;
        for (const Diagnostic& d : report.diagnostics) {
            text += to_text(d);
            EXPECT_EQ(d.file, "x.json");
            EXPECT_NE(d.hint, "") << text;
        }
        EXPECT_THAT(text, testing::HasSubstr(c.message)) << c.what;
    }
}

TEST(Check, AllowsACycleWithDelay) {
    Network network = example_network();
    network.connections.push_back(network.connections[1]);
    network.connections[2].name = "back";
    network.connections[2].source = {Presynaptic::Kind::population, 1};
    network.connections[2].target = 0;
    network.connections[2].delay = 1;
    network.connections[2].stages = {Dense{2, 1, {1, 1}, {}}};
    Report report;
    check(network, "x.json", report);
    EXPECT_FALSE(report.has_errors());
}

TEST(Sort, PutsSourcesFirst) {
    Network network = example_network();
    std::swap(network.populations[0], network.populations[1]);
    network.connections[0].target = 1;
    network.connections[1].source.index = 1;
    network.connections[1].target = 0;
    network.outputs = {0};
    const Network sorted = sort_populations(network);
    EXPECT_EQ(sorted.populations[0].name, "hidden");
    EXPECT_EQ(sorted.populations[1].name, "out");
    EXPECT_EQ(sorted.connections[1].source.index, 0U);
    EXPECT_EQ(sorted.connections[1].target, 1U);
    EXPECT_EQ(sorted.outputs, (std::vector<std::size_t>{1}));
    Report report;
    check(sorted, "x.json", report);
    EXPECT_FALSE(report.has_errors());
}
