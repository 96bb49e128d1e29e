// Hybrid runs: the two ends must be the reference and the emulator, bit for bit; in between each switch must
// do what its name says.
#include <gtest/gtest.h>

#include "compiler/quantize/carry_over.hpp"
#include "compiler/quantize/quantize.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/emulator/random_network.hpp"
#include "tuning/attribution.hpp"

namespace synfire {
namespace {

SpikeViews views(const FloatTrace& reference) {
    SpikeViews spikes;
    for (const auto& p : reference.populations) spikes.push_back(&p.s);
    return spikes;
}

// Spikes of all populations that spike.
void expect_ends(const Network& network, const IntNetwork& integers, std::uint64_t seed) {
    const std::vector<Signal> inputs = testing::any_inputs(network, 40, seed);
    const FloatTrace reference = simulate(network, inputs);
    ForcedSpikes forced;
    for (const auto& p : reference.populations) forced.push_back(p.s);
    const IntTrace propagated = emulate(integers, inputs), local = emulate(integers, inputs, &forced);
    const HybridModel model(network, integers);
    HybridSample sample(model, inputs, views(reference));
    const ErrorSources none, all = ErrorSources().set();
    const ForcedSpikes none_propagated = sample.run(none, false), none_local = sample.run(none, true);
    const ForcedSpikes all_propagated = sample.run(all, false), all_local = sample.run(all, true);
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        ASSERT_EQ(none_propagated[p], reference.populations[p].s) << "seed " << seed << " population " << p;
        ASSERT_EQ(none_local[p], reference.populations[p].s) << "seed " << seed << " population " << p;
        ASSERT_EQ(all_propagated[p], propagated.populations[p].s) << "seed " << seed << " population " << p;
        ASSERT_EQ(all_local[p], local.populations[p].s) << "seed " << seed << " population " << p;
    }
}

TEST(Attribution, EndsAreReferenceAndEmulatorOnNetworksOfEveryKind) {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const Network network = testing::any_network(seed);
        QuantizeOptions options;
        options.weight_bits = seed % 3 == 0 ? 16 : 8;
        options.decay_bits = 12 + static_cast<int>(seed % 5);
        options.granularity = seed % 2 == 0 ? Granularity::layer : Granularity::neuron;
        Report report;
        expect_ends(network, quantize(network, options, report), seed);
    }
}

TEST(Attribution, EndsAreReferenceAndEmulatorUnderLoihisRules) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const Network network = testing::random_network(seed, true);
        QuantizeOptions options;
        options.profile = "loihi";
        Report report;
        IntNetwork integers = quantize(network, options, report);
        if (seed % 2 == 0)  // registers that overflow
            for (IntConnection& c : integers.connections) c.exponent += 9;
        expect_ends(network, integers, seed);
    }
}

// One neuron: weights 0.3 and 0.7, leak 0.9, bias 0.01.
Network neuron() {
    Network n = testing::one_layer(1, 2, {0.3, 0.7}, 0.9);
    n.populations[0].bias = {0.01};
    n.populations[0].spiking->reset = SoftReset{{1.0}, true};
    return n;
}

struct Case {
    ErrorSource source;
    void (*damage)(IntNetwork&);
};

// Damage to one kind of integer is found in that source alone.
TEST(Attribution, ChargesDamageToItsSource) {
    const Network network = neuron();
    const Case cases[] = {
        {ErrorSource::weights, [](IntNetwork& n) { n.connections[0].weight[0] = -100; }},
        {ErrorSource::threshold, [](IntNetwork& n) { n.populations[0].threshold[0] /= 2; }},
        {ErrorSource::threshold, [](IntNetwork& n) { n.populations[0].reset_amount[0] /= 2; }},
        {ErrorSource::threshold, [](IntNetwork& n) { n.populations[0].reset = rt::Reset::to_value; }},
        {ErrorSource::decay, [](IntNetwork& n) { n.populations[0].decay_v[0] = 3000; }},
        {ErrorSource::bias, [](IntNetwork& n) { n.populations[0].bias[0] *= 30; }},
        {ErrorSource::saturation, [](IntNetwork& n) {
             n.rules.membrane = {12, rt::Overflow::clamp};
         }}};
    const std::vector<Signal> inputs = testing::any_inputs(network, 200, 3);
    const FloatTrace reference = simulate(network, inputs);
    for (const Case& c : cases) {
        Report report;
        QuantizeOptions options;
        options.weight_bits = 16;
        options.decay_bits = 16;
        IntNetwork integers = quantize(network, options, report);
        c.damage(integers);
        const HybridModel model(network, integers);
        const Attribution a = attribute(model, inputs, reference);
        EXPECT_TRUE(a.none[0].propagated.perfect());
        EXPECT_LT(a.all[0].local.value(), 0.95) << name_of(c.source);
        for (const SourceAttribution& s : a.sources) {
            const double alone = s.alone[0].local.value(), without = s.without[0].local.value();
            if (s.source == c.source) {
                EXPECT_LT(alone, 0.95) << name_of(s.source);
                EXPECT_GT(without, 0.98) << name_of(s.source);
            } else {
                EXPECT_GT(alone, 0.98) << name_of(s.source) << " while " << name_of(c.source);
            }
        }
    }
}

TEST(Attribution, TruncationIsCountedAlone) {
    // A leak of 1/4096 in units so coarse that truncation takes one of them in every step.
    Network network = testing::one_layer(1, 1, {0.5}, 4095 / 4096.0);
    Report report;
    IntNetwork integers = quantize(network, {}, report);
    integers.connections[0].weight = {2};
    integers.connections[0].exponent = 0;
    integers.populations[0].scale = {4.0};
    integers.populations[0].threshold = {4};
    const std::vector<Signal> inputs = {{40, 1, {}}};
    std::vector<Signal> slow = inputs;
    for (int t = 0; t < 40; ++t) slow[0].values.push_back(t % 2 == 0 ? 1 : 0);
    const FloatTrace reference = simulate(network, slow);
    const Attribution a = attribute(HybridModel(network, integers), slow, reference);
    for (const SourceAttribution& s : a.sources) {
        const bool lost = s.alone[0].local.value() < 0.5;
        EXPECT_EQ(lost, s.source == ErrorSource::truncation) << name_of(s.source);
    }
}

TEST(Attribution, LevelsOfRealInputsAreASourceOfTheirOwn) {
    Network network = neuron();
    network.inputs[0].kind = SignalKind::real;
    network.inputs[0].range = 1;
    network.inputs[0].levels = 2;
    QuantizeOptions options;
    options.weight_bits = 16;
    Report report;
    const IntNetwork integers = quantize(network, options, report);
    const std::vector<Signal> inputs = testing::any_inputs(network, 300, 5);
    const FloatTrace reference = simulate(network, inputs);
    const Attribution a = attribute(HybridModel(network, integers), inputs, reference);
    bool found = false;
    for (const SourceAttribution& s : a.sources) {
        if (s.source != ErrorSource::input) continue;
        found = true;
        EXPECT_LT(s.alone[0].local.value(), 0.9);
        EXPECT_GT(s.without[0].local.value(), 0.98);
    }
    EXPECT_TRUE(found);
    Attribution twice = a;
    add(twice, a);
    EXPECT_EQ(twice.all[0].local.either, 2 * a.all[0].local.either);
    EXPECT_EQ(overall(twice.all).propagated.both, 2 * a.all[0].propagated.both);
}

}  // namespace
}  // namespace synfire
