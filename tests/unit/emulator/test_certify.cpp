// Certificates against the emulator: what is certified must come true, and what encloses must enclose.
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "compiler/quantize/quantize.hpp"
#include "emulator/certify.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"
#include "emulator/span.hpp"
#include "tests/unit/emulator/random_network.hpp"
#include "tests/unit/mcu/random_network.hpp"

namespace synfire {
namespace {

struct Tally {
    std::uint64_t spikes = 0, certified_spikes = 0, cells = 0, certified = 0, unconditional = 0;
    std::uint64_t violations = 0;
};

// The integers with the reference's spikes arriving: as long as a neuron has done as the reference did, its
// potential lies within the certificate, and what is certified comes true.
void check_local(const FloatTrace& reference, const IntTrace& local, const Certificate& certificate,
                 Tally& tally) {
    for (std::size_t p = 0; p < local.populations.size(); ++p) {
        const PopulationTrace<std::int32_t>& actual = local.populations[p];
        const PopulationCertificate& c = certificate[p];
        for (std::size_t j = 0; j < actual.neurons; ++j)
            for (std::size_t t = 0; t < local.steps; ++t) {
                const std::size_t cell = t * actual.neurons + j;
                const double v = actual.compared[cell];
                if (v < c.low[cell] || v > c.high[cell]) ++tally.violations;
                if (!actual.spiking) continue;
                const bool same = actual.s[cell] == reference.populations[p].s[cell];
                if (c.verdict[cell] == Verdict::certified && !same) ++tally.violations;
                if (c.verdict[cell] == Verdict::differs && same) ++tally.violations;
                if (!same) break;  // histories differ from here on
            }
    }
}

// The network as it runs: what is certified unconditionally comes true.
void check_propagated(const FloatTrace& reference, const IntTrace& propagated, const Certificate& certificate,
                      Tally& tally) {
    for (std::size_t p = 0; p < propagated.populations.size(); ++p) {
        if (!propagated.populations[p].spiking) continue;
        for (std::size_t cell = 0; cell < propagated.populations[p].s.size(); ++cell) {
            const bool sure = certificate[p].unconditional[cell] != 0;
            const bool certified = certificate[p].verdict[cell] == Verdict::certified;
            const bool spike = reference.populations[p].s[cell] != 0;
            if (sure && propagated.populations[p].s[cell] != reference.populations[p].s[cell])
                ++tally.violations;
            ++tally.cells;
            tally.certified += certified;
            tally.unconditional += sure;
            tally.spikes += spike;
            tally.certified_spikes += spike && certified;
        }
    }
}

ForcedSpikes spikes_of(const FloatTrace& reference) {
    ForcedSpikes forced;
    for (const PopulationTrace<double>& p : reference.populations) forced.push_back(p.s);
    return forced;
}

void run(const Network& network, const IntNetwork& integers, const std::vector<Signal>& inputs,
         Tally& tally) {
    const FloatTrace reference = simulate(network, inputs);
    const ForcedSpikes forced = spikes_of(reference);
    const Certificate certificate = certify(integers, inputs, reference);
    check_local(reference, emulate(integers, inputs, &forced), certificate, tally);
    check_propagated(reference, emulate(integers, inputs), certificate, tally);
}

Network checked(Network network, std::uint64_t seed) {
    Report report;
    check(network, "any", report);
    EXPECT_FALSE(report.has_errors()) << "seed " << seed << ": " << to_text(report.diagnostics[0]);
    return network;
}

// SYNFIRE_CERTIFY_NETWORKS asks for a longer run than the test's own.
std::uint64_t networks_to_try() {
    const char* asked = std::getenv("SYNFIRE_CERTIFY_NETWORKS");
    return asked != nullptr ? std::strtoull(asked, nullptr, 10) : 1500;
}

TEST(Certify, IsNeverWrongOnNetworksOfEveryKind) {
    Tally tally;
    for (std::uint64_t seed = 1; seed <= networks_to_try(); ++seed) {
        const Network network = checked(testing::any_network(seed), seed);
        QuantizeOptions options;
        options.weight_bits = seed % 3 == 0 ? 16 : 8;
        options.decay_bits = 12 + static_cast<int>(seed % 5);
        options.granularity = seed % 2 == 0 ? Granularity::layer : Granularity::neuron;
        Report report;
        const IntNetwork integers = quantize(network, options, report);
        for (std::uint64_t sample = 0; sample < 4; ++sample)
            run(network, integers, testing::any_inputs(network, 40, seed * 10 + sample), tally);
        ASSERT_EQ(tally.violations, 0U) << "seed " << seed;
    }
    RecordProperty("spikes", std::to_string(tally.spikes));
    const auto share = [](std::uint64_t part, std::uint64_t all) {
        return 100 * static_cast<double>(part) / static_cast<double>(all);
    };
    std::printf("%llu spikes, %.2f %% certified; of all cells %.2f %%, unconditionally %.2f %%\n",
                static_cast<unsigned long long>(tally.spikes), share(tally.certified_spikes, tally.spikes),
                share(tally.certified, tally.cells), share(tally.unconditional, tally.cells));
    EXPECT_GT(tally.certified_spikes, tally.spikes / 2);
}

TEST(Certify, IsNeverWrongUnderLoihisRules) {
    Tally tally;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const Network network = checked(testing::random_network(seed, true), seed);
        QuantizeOptions options;
        options.profile = "loihi";
        Report report;
        const IntNetwork integers = quantize(network, options, report);
        run(network, integers, testing::any_inputs(network, 60, seed), tally);
        ASSERT_EQ(tally.violations, 0U) << "seed " << seed;
    }
    EXPECT_GT(tally.certified_spikes, tally.spikes / 2);
}

// Integer networks of their own, whose registers wrap and clamp; the reference is the emulator itself, so
// that histories are equal by definition and every interval can be checked.
TEST(Certify, EnclosesWhatRegistersDoThatOverflow) {
    for (unsigned seed = 1; seed <= 400; ++seed) {
        std::mt19937 random(seed);
        const IntNetwork integers = test::random_network(random);
        std::vector<Signal> inputs;
        for (const Input& input : integers.inputs) {
            Signal signal{30, neurons(input), {}};
            for (std::size_t k = 0; k < 30 * signal.neurons; ++k)
                signal.values.push_back(static_cast<double>(random() % 2));
            inputs.push_back(std::move(signal));
        }
        const IntTrace trace = emulate(integers, inputs);
        FloatTrace reference;
        reference.steps = trace.steps;
        for (const auto& p : trace.populations)
            reference.populations.push_back({p.name, p.neurons, p.spiking, p.s, {}, {}, {}});
        const Certificate certificate = certify(integers, inputs, reference);
        Tally tally;
        check_local(reference, trace, certificate, tally);
        check_propagated(reference, trace, certificate, tally);
        ASSERT_EQ(tally.violations, 0U) << "seed " << seed;
    }
}

// One neuron that hears one input with weight 1, beta 1/2, threshold 1.
Network one_neuron() {
    return testing::one_layer(1, 1, {1.0}, 0.5);
}

IntNetwork integers_of(std::int32_t threshold) {
    Report report;
    IntNetwork n = quantize(one_neuron(), {}, report);
    n.connections[0].weight = {100};
    n.connections[0].exponent = 0;
    n.populations[0].scale = {100.0};
    n.populations[0].threshold = {threshold};
    return n;
}

TEST(Certify, CarriesTheTruncationOfOneNeuronByHand) {
    // v = 100, then 100 + [50 - 4095/4096, 50], then 100 + 1/2 of that less up to 4095/4096.
    const std::vector<Signal> inputs = {{3, 1, {1, 1, 1}}};
    const FloatTrace reference = simulate(one_neuron(), inputs);
    const double loss = 1 - 1 / 4096.0;
    const Certificate c = certify(integers_of(100), inputs, reference);
    EXPECT_EQ(c[0].low[0], 100);
    EXPECT_EQ(c[0].high[0], 100);
    EXPECT_NEAR(c[0].low[1], 150 - loss, 1e-9);
    EXPECT_NEAR(c[0].high[1], 150, 1e-9);
    EXPECT_NEAR(c[0].low[2], 175 - 1.5 * loss, 1e-9);
    EXPECT_NEAR(c[0].high[2], 175, 1e-9);
    EXPECT_EQ(c[0].verdict[0], Verdict::certified);
    EXPECT_NEAR(deviation_bound(c[0], 1, 100, 1.5), loss / 100, 1e-9);
}

// v = 1, 1.5, 1.75: the reference spikes in the third step, the integers have 174 or 175 there.
Network with_threshold(double threshold) {
    Network n = one_neuron();
    n.populations[0].spiking->threshold = {threshold};
    return n;
}

TEST(Certify, SaysWhatStaysOpenAndWhatDiffers) {
    const std::vector<Signal> inputs = {{3, 1, {1, 1, 1}}};
    const FloatTrace reference = simulate(with_threshold(1.6), inputs);
    Certificate c = certify(integers_of(174), inputs, reference);
    EXPECT_EQ(c[0].verdict[2], Verdict::open);
    EXPECT_EQ(c[0].unconditional[1], 1);
    EXPECT_EQ(c[0].unconditional[2], 0);
    c = certify(integers_of(176), inputs, reference);
    EXPECT_EQ(c[0].verdict[2], Verdict::differs);
    CertificateSummary summary;
    add_sample(summary, 7, integers_of(176), reference, c, 10);
    ASSERT_EQ(summary.layers.size(), 1U);
    EXPECT_EQ(summary.layers[0].cells, 3U);
    EXPECT_EQ(summary.layers[0].certified_cells, 2U);
    EXPECT_EQ(summary.layers[0].spikes, 1U);
    EXPECT_EQ(summary.layers[0].certified_spikes, 0U);
    EXPECT_EQ(summary.layers[0].differing_cells, 1U);
    ASSERT_EQ(summary.listed.size(), 1U);
    EXPECT_EQ(summary.listed[0].sample, 7U);
    EXPECT_EQ(summary.listed[0].step, 2U);
    EXPECT_NEAR(summary.listed[0].margin, -0.01, 1e-12);  // on the wrong side of the integer threshold
    add_sample(summary, 8, integers_of(176), reference, c, 1);
    EXPECT_EQ(summary.listed.size(), 1U);
    EXPECT_EQ(summary.layers[0].differing_cells, 2U);
}

TEST(Certify, AfterACertainDifferenceNothingIsCertified) {
    const std::vector<Signal> inputs = {{4, 1, {1, 1, 1, 0}}};
    const FloatTrace reference = simulate(with_threshold(1.6), inputs);
    const Certificate c = certify(integers_of(176), inputs, reference);
    EXPECT_EQ(c[0].verdict[3], Verdict::left);
    CertificateSummary summary;
    add_sample(summary, 0, integers_of(176), reference, c, 10);
    EXPECT_EQ(summary.layers[0].left_cells, 1U);
    EXPECT_EQ(summary.listed.size(), 1U);
}

TEST(Certify, AnOpenCellUncertifiesWhatItReaches) {
    // "b" hears "a" one step later.
    Network n = with_threshold(1.6);
    Population b = n.populations[0];
    b.name = "b";
    n.populations.push_back(b);
    n.connections.push_back({"ab", {Presynaptic::Kind::population, 0}, 1, 1, {Dense{1, 1, {3.0}, {}}}});
    Report report;
    IntNetwork integers = quantize(n, {}, report);
    const std::vector<Signal> inputs = {{5, 1, {1, 1, 1, 0, 0}}};
    const FloatTrace reference = simulate(n, inputs);
    const std::int32_t weight = integers.connections[0].weight[0] << integers.connections[0].exponent;
    integers.populations[0].threshold = {weight * 7 / 4 - 1};
    const Certificate c = certify(integers, inputs, reference);
    EXPECT_EQ(c[0].verdict[2], Verdict::open);
    EXPECT_EQ(c[1].verdict[3], Verdict::certified);
    EXPECT_EQ(c[1].unconditional[2], 1);
    EXPECT_EQ(c[1].unconditional[3], 0);
}

TEST(Span, RoundsOutwardOnlyWhereItMust) {
    EXPECT_EQ(sum(point(3), point(4)).low, 7);
    EXPECT_EQ(sum(point(3), point(4)).high, 7);
    EXPECT_LT(sum(point(1), point(0x1p-60)).low, sum(point(1), point(0x1p-60)).high);
    EXPECT_EQ(sum(point(1), point(0x1p-60)).low, 1);
    const Span kept = decayed({-10, 10}, 2048, 12);
    EXPECT_LE(kept.low, -5);
    EXPECT_GE(kept.high, 5);
    EXPECT_GT(kept.low, -5.001);
    EXPECT_EQ(decayed({0.5, 10}, 2048, 12).low, 0);
    EXPECT_EQ(stored({0, 1e12}, {24, rt::Overflow::clamp}).high, (1 << 23) - 1);
    EXPECT_EQ(stored({0, 1e12}, {24, rt::Overflow::wrap}).low, -(1 << 23));
}

}  // namespace
}  // namespace synfire
