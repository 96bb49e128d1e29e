// Integers by hand for small networks, and what must hold for all.
#include <cmath>
#include <gmock/gmock.h>

#include "compiler/quantize/quantize.hpp"
#include "compiler/quantize/range_proof.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

using ::testing::ElementsAre;
using testing::one_layer;
using testing::random_network;

IntNetwork quantized(const Network& n, const QuantizeOptions& options = {}) {
    Report report;
    return quantize(n, options, report);
}

QuantizeOptions loihi() {
    QuantizeOptions o;
    o.profile = "loihi";
    return o;
}

std::string text_of_errors(const Network& n, const QuantizeOptions& options = {}) {
    Report report;
    EXPECT_THROW(quantize(n, options, report), StageFailed);
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::error) text += to_text(d);
    return text;
}

TEST(Quantize, FindsTheIntegersOfAQuantizedModel) {
    // Weights 3, -2, 1 and a threshold of 4 in steps of 0.25, without leak: nothing may be rounded.
    const IntNetwork q = quantized(one_layer(1, 3, {0.75, -0.5, 0.25}, 1.0));
    EXPECT_THAT(q.connections[0].weight, ElementsAre(3, -2, 1));
    const double s = q.populations[0].scale[0];
    EXPECT_EQ(s, 4 * std::exp2(q.connections[0].exponent));
    EXPECT_EQ(q.populations[0].threshold[0], s);
    EXPECT_THAT(q.populations[0].decay_v, ElementsAre(0));
    EXPECT_THAT(q.populations[0].decay_u, ElementsAre(4096));
}

TEST(Quantize, UsesTheWholeWeightRange) {
    const IntNetwork q = quantized(one_layer(1, 3, {0.3, -0.1234, 0.0777}, 0.9));
    EXPECT_EQ(q.connections[0].weight[0], 127);
    EXPECT_EQ(q.connections[0].weight[1], -52);               // 0.1234 / 0.3 * 127 = 52.24
    EXPECT_EQ(q.connections[0].weight[2], 33);                // 32.89
    EXPECT_THAT(q.populations[0].decay_v, ElementsAre(410));  // 0.1 * 4096 = 409.6
    QuantizeOptions wide;
    wide.weight_bits = 16;
    EXPECT_EQ(quantized(one_layer(1, 3, {0.3, -0.12345678, 0.0777}, 0.9), wide).connections[0].weight[0],
              32767);
}

TEST(Quantize, ThresholdIsAWholeNumberOfUnits) {
    for (Compare compare : {Compare::greater, Compare::greater_equal}) {
        Network n = one_layer(1, 2, {0.3, -0.1234}, 0.9);
        n.populations[0].spiking->compare = compare;
        n.populations[0].spiking->reset = SoftReset{{1.0}, true};
        const IntNetwork q = quantized(n);
        const IntPopulation& p = q.populations[0];
        const double theta = p.scale[0] * 1.0;
        EXPECT_NEAR(theta, std::round(theta), 1e-9);
        // v >= theta is v > theta - 1 in whole numbers; the reset subtracts theta in both cases.
        EXPECT_EQ(p.threshold[0], std::lround(theta) - (compare == Compare::greater ? 0 : 1));
        EXPECT_EQ(p.reset_amount[0], std::lround(theta));
        EXPECT_EQ(p.reset, rt::Reset::subtract_next_step);
    }
}

TEST(Quantize, FloorRuleWhereThresholdsDiffer) {
    QuantizeOptions layer;
    layer.granularity = Granularity::layer;
    for (Compare compare : {Compare::greater, Compare::greater_equal}) {
        Network n = one_layer(2, 2, {0.3, -0.1234, 0.2, 0.05}, 0.9);
        n.populations[0].spiking->threshold = {1.0, 0.777};
        n.populations[0].spiking->compare = compare;
        const IntPopulation p = quantized(n, layer).populations[0];
        ASSERT_EQ(p.scale.size(), 1u);
        for (std::size_t j = 0; j < 2; ++j) {
            const double theta = n.populations[0].spiking->threshold[j] * p.scale[0];
            EXPECT_EQ(p.threshold[j], compare == Compare::greater ? std::floor(theta) : std::ceil(theta) - 1);
        }
    }
}

TEST(Quantize, ScalePerNeuronOrPerLayer) {
    const Network n = one_layer(2, 2, {0.3, -0.1234, 0.03, 0.01234}, 0.9);
    QuantizeOptions layer;
    layer.granularity = Granularity::layer;
    const IntNetwork a = quantized(n);
    EXPECT_EQ(a.populations[0].scale.size(), 2u);
    EXPECT_EQ(a.connections[0].weight[2], 127);
    const IntNetwork b = quantized(n, layer);
    EXPECT_EQ(b.populations[0].scale.size(), 1u);
    EXPECT_EQ(b.connections[0].weight[2], 13);  // 12.7
}

// The largest weight keeps at least half of its range.
TEST(Quantize, ScalesArePowersOfTwoWhereAskedFor) {
    QuantizeOptions options;
    options.granularity = Granularity::power_of_two;
    for (const char* profile : {"mcu", "loihi"})
        for (double largest : {0.3, 0.77, 1.0, 41.0}) {
            options.profile = profile;
            const IntNetwork q =
                quantized(one_layer(2, 2, {largest, -0.1234 * largest, 0.03 * largest, 0.01}, 0.9), options);
            const IntPopulation& p = q.populations[0];
            ASSERT_EQ(p.scale.size(), 1u);
            EXPECT_EQ(std::exp2(std::round(std::log2(p.scale[0]))), p.scale[0]);
            EXPECT_GT(q.connections[0].weight[0], 63);
            const int shift = q.connections[0].exponent + q.rules.accumulator_shift;
            EXPECT_NEAR(std::ldexp(q.connections[0].weight[0], shift) / p.scale[0], largest, largest / 60);
        }
}

TEST(Quantize, ConnectionsWithSmallWeightsKeepTheirBits) {
    Network n = one_layer(1, 2, {1.0, -0.6123}, 0.9);
    Connection loop;
    loop.name = "loop";
    loop.source = {Presynaptic::Kind::population, 0};
    loop.delay = 1;
    loop.stages.push_back(Dense{1, 1, {0.06}, {}});
    n.connections.push_back(loop);
    const IntNetwork q = quantized(n);
    EXPECT_EQ(q.connections[0].weight[0], 127);
    EXPECT_EQ(q.connections[0].exponent - q.connections[1].exponent, 4);
    EXPECT_EQ(q.connections[1].weight[0], 122);  // 0.06 * 127 * 16 = 121.92
}

TEST(Quantize, LeakGranularityAsksForAFinerMembrane) {
    // 100 steps of truncation must be less than 1 % of the threshold: at least 10,000 units.
    const IntNetwork q = quantized(one_layer(1, 2, {0.5, -0.3}, 0.99));
    EXPECT_GE(q.populations[0].threshold[0], 9900);
    EXPECT_GE(q.connections[0].exponent, 6);
}

TEST(Quantize, BiasesAddUp) {
    Network n = one_layer(1, 2, {0.5, -0.31}, 0.9);
    n.populations[0].bias = {0.25};
    std::get<Dense>(n.connections[0].stages[0]).bias = {0.125};
    const IntPopulation p = quantized(n).populations[0];
    EXPECT_EQ(p.bias[0], std::lround(0.375 * p.scale[0]));
}

TEST(Quantize, ChainsOfLayersAreMultiplied) {
    Network n = one_layer(1, 2, {1, 2, 3, 4}, 1.0);
    n.connections[0].stages = {Dense{2, 2, {1, 2, 3, 4}, {1, 1}}, Dense{1, 2, {1, -1}, {0.5}}};
    const IntNetwork q = quantized(n);
    EXPECT_THAT(q.connections[0].weight, ElementsAre(-1, -1));
    EXPECT_EQ(q.populations[0].bias[0], std::lround(0.5 * q.populations[0].scale[0]));
}

TEST(Quantize, AConnectionWithoutStagesIsTheIdentity) {
    Network n = one_layer(2, 2, {}, 1.0);
    n.connections[0].stages.clear();
    n.populations[0].spiking->threshold = {3.0};
    const IntNetwork q = quantized(n);
    const std::int16_t one = q.connections[0].weight[0];
    EXPECT_GT(one, 0);
    EXPECT_THAT(q.connections[0].weight, ElementsAre(one, one));
    EXPECT_THAT(q.connections[0].column, ElementsAre(0, 1));
    EXPECT_EQ(at(q.populations[0].threshold, 0), 3 * one << q.connections[0].exponent);
}

TEST(Quantize, ResetsAndRefractory) {
    Network n = one_layer(1, 2, {0.5, -0.31}, 0.9);
    n.populations[0].spiking->reset = HardReset{{-0.25}};
    n.populations[0].spiking->refractory_steps = 3;
    n.populations[0].initial_v = {0.125};
    const IntPopulation p = quantized(n).populations[0];
    EXPECT_EQ(p.reset, rt::Reset::to_value);
    EXPECT_EQ(p.reset_amount[0], std::lround(-0.25 * p.scale[0]));
    EXPECT_EQ(p.refractory_steps, 3);
    EXPECT_EQ(p.initial_v[0], std::lround(0.125 * p.scale[0]));
}

TEST(Quantize, NeuronsWithoutWeights) {
    Network n = one_layer(2, 1, {0.0, 0.0}, 0.9);
    n.populations[0].bias = {0.125};
    const IntNetwork q = quantized(n);
    EXPECT_THAT(q.connections[0].weight, ElementsAre(0, 0));
    EXPECT_GT(q.populations[0].threshold[0], 1000);
    EXPECT_NEAR(q.populations[0].bias[0], q.populations[0].threshold[0] / 8.0, 0.51);
}

TEST(Quantize, ReadoutsHaveNoThreshold) {
    Network n = one_layer(1, 2, {0.5, -0.31}, 0.9);
    n.populations[0].spiking.reset();
    const IntPopulation p = quantized(n).populations[0];
    EXPECT_FALSE(p.spiking);
    EXPECT_THAT(p.threshold, ElementsAre(INT32_MAX));
}

TEST(Quantize, TinyWeightsBesideALargeThreshold) {
    Network n = one_layer(1, 2, {1e-9, -3e-10}, 0.9);
    n.populations[0].spiking->threshold = {1000.0};
    const IntPopulation p = quantized(n).populations[0];
    EXPECT_LE(p.threshold[0], 1 << 29);
    EXPECT_GT(p.threshold[0], 1 << 28);
}

TEST(QuantizeLoihi, StaysOnTheGrid) {
    Network n = one_layer(1, 3, {0.3, -0.1234, 0.0777}, 0.9);
    n.populations[0].bias = {0.1};
    n.populations[0].spiking->reset = SoftReset{{1.0}, true};
    const IntNetwork q = quantized(n, loihi());
    const IntPopulation& p = q.populations[0];
    EXPECT_THAT(q.connections[0].weight, ElementsAre(254, -104, 66));
    EXPECT_EQ(q.connections[0].exponent, 0);
    EXPECT_EQ(q.rules.accumulator_shift, 6);
    // 254 / 0.3 * 64 = 54186.7 units per unit of potential, lowered to a multiple of 64.
    EXPECT_THAT(p.threshold, ElementsAre(846 * 64));
    EXPECT_THAT(p.reset_amount, ElementsAre(846 * 64));
    EXPECT_DOUBLE_EQ(p.scale[0], 846 * 64);
    EXPECT_THAT(p.bias, ElementsAre(85 * 64));  // 84.6
}

TEST(QuantizeLoihi, GreaterOrEqualStandsOneUnitAboveTheRegister) {
    Network n = one_layer(1, 3, {0.3, -0.1234, 0.0777}, 0.9);
    n.populations[0].spiking->compare = Compare::greater_equal;
    const IntPopulation p = quantized(n, loihi()).populations[0];
    EXPECT_THAT(p.threshold, ElementsAre(846 * 64));
    EXPECT_DOUBLE_EQ(p.scale[0], 846 * 64 + 1);
}

TEST(QuantizeLoihi, GreaterOrEqualOnTheLatticeOfTheWeights) {
    // Two spikes of weight 1/2 reach the threshold of 1 exactly and must make the neuron spike.
    Network n = one_layer(1, 2, {0.5, 0.5}, 1.0);
    n.populations[0].spiking->compare = Compare::greater_equal;
    const IntNetwork q = quantized(n, loihi());
    const std::int32_t one = q.connections[0].weight[0] * 64;
    EXPECT_GT(2 * one, q.populations[0].threshold[0]);
    EXPECT_LE(one, q.populations[0].threshold[0]);
    EXPECT_EQ(q.populations[0].threshold[0] % 64, 0);
}

TEST(QuantizeLoihi, GivesUpBitsBeforeTheAccumulatorWraps) {
    Network n = one_layer(1, 400, std::vector<double>(400, 0.1), 0.5);
    n.connections[0].stages = {Dense{1, 400, std::vector<double>(400, 0.1), {}}};
    std::get<Dense>(n.connections[0].stages[0]).weight[7] = 0.0937;
    Report report;
    const IntNetwork q = quantize(n, loihi(), report);
    std::int64_t sum = 0;
    for (std::int16_t w : q.connections[0].weight) sum += w;
    EXPECT_LT(sum * 64, 1 << 21);
    EXPECT_GT(sum * 64, 1 << 20);
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::warning) text += to_text(d);
    EXPECT_EQ(text,
              "warning: node 'lif', field 'weight': 1.70 of the weight bits are given up, because "
              "full-range weights could overflow a register\n"
              "  hint: use smaller or fewer weights into one neuron\n");
}

TEST(QuantizeErrors, RealInputs) {
    Network n = one_layer(1, 1, {1.0}, 0.9);
    n.inputs[0].kind = SignalKind::real;
    EXPECT_EQ(text_of_errors(n),
              "error: node 'in' (input), field 'kind': real values cannot drive integer synapses "
              "before their range is known\n"
              "  expected: the greatest magnitude of the values\n"
              "  hint: give it with --input-range, or encode the input as spikes\n");
    n.inputs[0].range = 2;
    EXPECT_GT(quantized(n).connections[0].weight[0], 0);
}

TEST(QuantizeErrors, BiasInFrontOfASynapticFilter) {
    Network n = one_layer(1, 1, {1.0}, 0.9);
    n.populations[0].alpha = {0.5};
    std::get<Dense>(n.connections[0].stages[0]).bias = {0.25};
    const IntNetwork q = quantized(n);
    EXPECT_EQ(q.populations[0].bias_u[0], std::round(0.25 * q.populations[0].scale[0]));
    EXPECT_EQ(text_of_errors(n, loihi()),
              "error: node 'fc', field 'bias': value 0.25 at index 0 would pass the synaptic filter of 'lif' "
              "(alpha 0.5)\n"
              "  expected: no bias in front of a synaptic filter\n"
              "  hint: train without this bias, or use the mcu profile\n");
}

TEST(QuantizeErrors, ProductsThatDoNotFit) {
    const std::size_t wide = 1 << 14;
    Network n = one_layer(wide, wide, {}, 0.9);
    n.connections[0].stages = {Dense{1, wide, std::vector<double>(wide, 1.0), {}},
                               Dense{wide, 1, std::vector<double>(wide, 1.0), {}}};
    EXPECT_EQ(text_of_errors(n),
              "error: node 'fc', field 'weight': the product of its layers is too large to form\n"
              "  expected: at most 134217728 values\n"
              "  hint: put neurons between the layers, or multiply them before export\n");
}

TEST(QuantizeErrors, HardResetOfTheChip) {
    Network n = one_layer(1, 1, {1.0}, 0.9);
    n.populations[0].spiking->reset = HardReset{{-0.5}};
    EXPECT_EQ(text_of_errors(n, loihi()),
              "error: node 'lif', field 'reset value': value -0.5 at index 0: the chip always resets to 0\n"
              "  expected: 0\n"
              "  hint: shift potentials so that the reset value is 0, or use the mcu profile\n");
}

TEST(QuantizeErrors, NegativeSoftReset) {
    Network n = one_layer(1, 1, {1.0}, 0.9);
    n.populations[0].spiking->reset = SoftReset{{-1.0}, false};
    EXPECT_EQ(
        text_of_errors(n),
        "error: node 'lif', field 'reset amount': value -1 at index 0 would raise the potential after a "
        "spike\n"
        "  expected: >= 0, usually the threshold\n"
        "  hint: check the sign\n");
}

TEST(QuantizeErrors, InitialPotentialAboveTheThreshold) {
    Network n = one_layer(1, 1, {1.0}, 0.9);
    n.populations[0].spiking->reset = SoftReset{{1.0}, true};
    n.populations[0].initial_v = {1.5};
    EXPECT_EQ(text_of_errors(n),
              "error: node 'lif', field 'initial v': value 1.5 at index 0 is above the threshold before the "
              "first step\n"
              "  expected: at most the threshold with a soft reset in the next step\n"
              "  hint: start lower, or use the reset that subtracts at once\n");
}

TEST(QuantizeErrors, ThresholdBelowTheChipsSmallest) {
    Network n = one_layer(2, 1, {1.0, 0.5}, 0.0);
    n.populations[0].spiking->threshold = {1.0, 1e-6};
    EXPECT_EQ(text_of_errors(n, loihi()),
              "error: node 'lif', field 'threshold': the threshold of neuron 1 is below the chip's smallest "
              "one\n"
              "  expected: a threshold of at least a few hundredths of the largest weight\n"
              "  hint: give neurons with very different thresholds or weights layers of their own\n");
}

TEST(QuantizeErrors, Options) {
    const Network n = one_layer(1, 1, {1.0}, 0.9);
    QuantizeOptions o;
    o.profile = "gpu";
    EXPECT_EQ(text_of_errors(n, o),
              "error: field 'profile': 'gpu' is not a profile to quantize to\n"
              "  expected: mcu or loihi\n"
              "  hint: choose the profile of the target that you compile for\n");
    o = {};
    o.weight_bits = 5;
    EXPECT_EQ(text_of_errors(n, o),
              "error: field 'weight bits': 5 bits\n"
              "  expected: 16, 8, 4 or 2 (ternary)\n"
              "  hint: use one of these; 2 bits are -1, 0 and 1\n");
    o = loihi();
    o.decay_bits = 16;
    EXPECT_EQ(text_of_errors(n, o),
              "error: field 'decay bits': 16 bits\n"
              "  expected: 12, the width of the chip's decay registers\n"
              "  hint: leave the decay bits at 12, or use the mcu profile\n");
    o = loihi();
    o.state_bits = 16;
    EXPECT_EQ(text_of_errors(n, o),
              "error: field 'state bits': 16 bits\n"
              "  expected: 24, the width of the chip's membrane registers\n"
              "  hint: leave out the state bits, or use the mcu profile\n");
    o = {};
    o.state_bits = 24;
    EXPECT_EQ(text_of_errors(n, o),
              "error: field 'state bits': 24 bits\n"
              "  expected: 32 or 16\n"
              "  hint: use one of these\n");
    o = {};
    o.profile = "lava";
    o.state_bits = 16;
    EXPECT_EQ(text_of_errors(n, o),
              "error: field 'state bits': 16 bits\n"
              "  expected: 24, the width of Lava's membrane registers\n"
              "  hint: leave out the state bits, or use the mcu profile with a model of real numbers\n");
}

// Weights of 400 inputs add up to more than 16 bits hold: the membrane saturates, the weights keep their
// bits.
TEST(QuantizeRange, MembranesOfSixteenBitsHaveRoomForEightThresholds) {
    const Network n = one_layer(1, 400, std::vector<double>(400, 0.5), 0.9);
    QuantizeOptions options;
    options.state_bits = 16;
    options.weight_bits_of["lif"] = 16;
    Report report;
    const IntNetwork q = quantize(n, options, report);
    EXPECT_EQ(q.rules.decay_bits, 12);
    EXPECT_EQ(q.rules.membrane.bits, 16);
    EXPECT_EQ(q.rules.membrane.overflow, rt::Overflow::saturate);
    EXPECT_GT(q.populations[0].threshold[0], 2000);
    EXPECT_LE(q.populations[0].threshold[0], 4096);
    EXPECT_EQ(prove_range(q, 0).verdict, RangeVerdict::can_overflow);
    EXPECT_EQ(prove_range(q, 0).membrane.high, INT16_MAX);
    EXPECT_EQ(prove_range(q, 0).register_name, "membrane");
}

TEST(QuantizeWarnings, ALeakThatTheDecayBitsCannotHold) {
    Report report;
    quantize(one_layer(1, 2, {1.0, 0.3}, 0.99999), {}, report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::warning) text += to_text(d);
    EXPECT_EQ(text,
              "warning: node 'lif', field 'beta': value 0.99999 at index 0 becomes 1 in 12 bits\n"
              "  hint: use more decay bits (mcu profile, up to 24), or larger time steps\n");
}

TEST(QuantizeWarnings, WeightsThatVanish) {
    QuantizeOptions layer;
    layer.granularity = Granularity::layer;
    Report report;
    quantize(one_layer(2, 2, {1.0, -0.437, 0.001, 0.0007}, 0.9), layer, report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::warning) text += to_text(d);
    EXPECT_EQ(text,
              "warning: node 'fc', field 'weight': all weights of 1 of 2 neurons are rounded to 0\n"
              "  hint: use a scale per neuron, more weight bits, or weights of similar size\n");
}

// What every quantized network must satisfy: weights in range and rounded to nearest, thresholds within one
// unit (loihi: one grid step).
void check_integers(const Network& n, const IntNetwork& q, int weight_max, int weight_step, int grid) {
    for (std::size_t c = 0; c < n.connections.size(); ++c) {
        const auto& dense = std::get<Dense>(n.connections[c].stages[0]);
        const IntConnection& integers = q.connections[c];
        const IntPopulation& p = q.populations[integers.target];
        const double unit = std::exp2(integers.exponent + q.rules.accumulator_shift);
        ASSERT_EQ(integers.weight.size(), dense.weight.size());
        for (std::size_t k = 0; k < dense.weight.size(); ++k) {
            ASSERT_LE(std::abs(integers.weight[k]), weight_max);
            ASSERT_EQ(integers.weight[k] % weight_step, 0);
            const std::size_t j = k / dense.inputs;
            const double scale = p.scale[p.scale.size() == 1 ? 0 : j];
            ASSERT_LE(std::abs(integers.weight[k] * unit - dense.weight[k] * scale),
                      0.5001 * weight_step * unit);
        }
    }
    for (std::size_t k = 0; k < n.populations.size(); ++k) {
        const IntPopulation& p = q.populations[k];
        for (std::size_t j = 0; j < neurons(p); ++j) {
            const double scale = p.scale[p.scale.size() == 1 ? 0 : j];
            ASSERT_LE(std::abs(at(p.threshold, j) - at(n.populations[k].spiking->threshold, j) * scale),
                      1.0001 * grid);
            ASSERT_EQ(at(p.threshold, j) % grid, 0);
            ASSERT_EQ(at(p.bias, j) % grid, 0);
        }
    }
}

TEST(QuantizeProperties, RandomNetworks) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        const Network n = random_network(seed);
        check_integers(n, quantized(n), 127, 1, 1);
        QuantizeOptions o;
        o.weight_bits = 16;
        o.granularity = Granularity::layer;
        check_integers(n, quantized(n, o), 32767, 1, 1);
        const Network zero = random_network(seed, true);
        check_integers(zero, quantized(zero, loihi()), 254, 2, 64);
    }
}

}  // namespace
}  // namespace synfire
