// What enters the fingerprint of a network, and what does not.
#include <functional>

#include <gtest/gtest.h>

#include "compiler/quantize/fingerprint.hpp"

namespace synfire {
namespace {

IntNetwork two_layers() {
    IntNetwork network;
    network.name = "two";
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {3}});
    for (const char* name : {"a", "b"}) {
        IntPopulation p;
        p.name = name;
        p.shape = {2};
        p.decay_u = {4096};
        p.decay_v = {410};
        p.threshold = {100};
        p.reset = rt::Reset::to_value;
        network.populations.push_back(p);
    }
    network.connections.push_back({"in-a", {Presynaptic::Kind::input, 0}, 0, 0, 0, 2, 3, {1, 0, 3, 4, 5, 6}});
    network.connections.push_back({"a-b", {Presynaptic::Kind::population, 0}, 1, 0, 0, 2, 2, {7, 0, 0, 8}});
    network.outputs = {1};
    return network;
}

std::uint64_t after(const std::function<void(IntNetwork&)>& change) {
    IntNetwork network = two_layers();
    change(network);
    return fingerprint(network);
}

// The number is part of what firmware and host agree on: it must not change from one release to the next.
TEST(Fingerprint, IsTheSameNumberForEver) {
    EXPECT_EQ(fingerprint(two_layers()), 0x0B75ADA8D89F1170U);
}

TEST(Fingerprint, IsBlindToNamesAndStorage) {
    const std::uint64_t same = fingerprint(two_layers());
    EXPECT_EQ(same, after([](IntNetwork& n) { n.name = "other"; }));
    EXPECT_EQ(same, after([](IntNetwork& n) { n.populations[0].name = "other"; }));
    EXPECT_EQ(same, after([](IntNetwork& n) { n.connections[0].name = "other"; }));
    EXPECT_EQ(same, after([](IntNetwork& n) { n.populations[0].scale = {7}; }));
    EXPECT_EQ(same, after([](IntNetwork& n) { n.populations[0].threshold = {100, 100}; }));
    EXPECT_EQ(same, after([](IntNetwork& n) { n.populations[0].shape = {1, 2}; }));
    EXPECT_EQ(same, after([](IntNetwork& n) {
                  n.connections[1].weight = {7, 8};
                  n.connections[1].first = {0, 1, 2};
                  n.connections[1].column = {0, 1};
              }));
}

TEST(Fingerprint, ChangesWithEveryNumberThatDecidesASpike) {
    const std::vector<std::function<void(IntNetwork&)>> changes = {
        [](IntNetwork& n) { n.rules.decay_bits = 11; },
        [](IntNetwork& n) { n.rules.accumulator_shift = 6; },
        [](IntNetwork& n) { n.rules.membrane.bits = 24; },
        [](IntNetwork& n) { n.rules.membrane.overflow = rt::Overflow::wrap; },
        [](IntNetwork& n) { n.inputs[0].shape = {4}; },
        [](IntNetwork& n) { n.populations[1].decay_u = {4095}; },
        [](IntNetwork& n) { n.populations[1].decay_v = {411}; },
        [](IntNetwork& n) {
            n.populations[1].bias = {0, 1};
        },
        [](IntNetwork& n) {
            n.populations[1].bias_u = {1, 0};
        },
        [](IntNetwork& n) { n.populations[1].spiking = false; },
        [](IntNetwork& n) {
            n.populations[1].threshold = {100, 101};
        },
        [](IntNetwork& n) { n.populations[1].reset = rt::Reset::subtract_at_once; },
        [](IntNetwork& n) { n.populations[1].reset_amount = {1}; },
        [](IntNetwork& n) { n.populations[1].refractory_steps = 1; },
        [](IntNetwork& n) { n.populations[1].max_spikes = 2; },
        [](IntNetwork& n) { n.populations[1].initial_v = {-1}; },
        [](IntNetwork& n) { n.populations[1].initial_u = {-1}; },
        [](IntNetwork& n) { n.populations[1].v_min = {-100}; },
        [](IntNetwork& n) { n.populations[1].periodic_reset.interval = 3; },
        [](IntNetwork& n) { n.connections[0].weight[5] = 7; },
        [](IntNetwork& n) { std::swap(n.connections[1].weight[0], n.connections[1].weight[1]); },
        [](IntNetwork& n) { n.connections[0].exponent = 1; },
        [](IntNetwork& n) { n.connections[0].delay = 1; },
        [](IntNetwork& n) {
            n.connections[1].source = {Presynaptic::Kind::population, 1};
        },
        [](IntNetwork& n) { n.connections[1].source_pool.emplace(); },
        [](IntNetwork& n) { n.connections.pop_back(); },
        [](IntNetwork& n) { n.outputs = {0}; },
        [](IntNetwork& n) {
            n.outputs = {1, 0};
        },
    };
    std::vector<std::uint64_t> seen{fingerprint(two_layers())};
    for (std::size_t k = 0; k < changes.size(); ++k) {
        const std::uint64_t changed = after(changes[k]);
        for (std::uint64_t other : seen) EXPECT_NE(changed, other) << "change " << k;
        seen.push_back(changed);
    }
}

}  // namespace
}  // namespace synfire
