// The range proof against networks that run: with random and with worst-case inputs nothing leaves an
// interval; what is said to overflow is shown to.
#include <cstdlib>

#include <gtest/gtest.h>

#include "compiler/quantize/quantize.hpp"
#include "emulator/emulate.hpp"
#include "tests/unit/emulator/random_network.hpp"
#include "tests/unit/mcu/random_network.hpp"
#include "tuning/overflow.hpp"

namespace synfire {
namespace {

bool holds(Interval range, std::int64_t x) {
    return x >= range.low && x <= range.high;
}

// Where a range is broken; nothing where none is.
std::string violation(const IntNetwork& network, const std::vector<PopulationRange>& ranges,
                      const std::vector<Signal>& inputs) {
    const IntTrace trace = emulate(network, inputs);
    for (std::size_t p = 0; p < ranges.size(); ++p) {
        const PopulationTrace<std::int32_t>& t = trace.populations[p];
        const std::uint64_t safe = ranges[p].verdict == RangeVerdict::proven ? trace.steps : 0;
        std::vector<bool> spikes(t.neurons, false);
        for (std::size_t cell = 0; cell < t.v.size(); ++cell) {
            const bool fine = holds(ranges[p].membrane, t.v[cell]) &&
                              holds(ranges[p].membrane, t.compared[cell]) &&
                              holds(ranges[p].current, t.u[cell]);
            if (!fine)
                return "population " + std::to_string(p) + " cell " + std::to_string(cell) + ": u " +
                       std::to_string(t.u[cell]) + " in " + std::to_string(ranges[p].current.low) + ".." +
                       std::to_string(ranges[p].current.high) + ", v " + std::to_string(t.compared[cell]) +
                       " then " + std::to_string(t.v[cell]) + " in " +
                       std::to_string(ranges[p].membrane.low) + ".." +
                       std::to_string(ranges[p].membrane.high) + " reset " +
                       std::to_string(static_cast<int>(network.populations[p].reset)) + " v_min " +
                       std::to_string(at(network.populations[p].v_min, cell % t.neurons)) +
                       (safe > 0 ? " of a proven range" : "");
            if (t.s[cell] != 0) spikes[cell % t.neurons] = true;
        }
        const auto quiet = static_cast<std::size_t>(std::count(spikes.begin(), spikes.end(), false));
        if (t.spiking && quiet < ranges[p].silent) return "a neuron said to be silent spikes";
    }
    return "";
}

std::vector<Signal> random_inputs(const IntNetwork& network, std::mt19937& random, std::size_t steps) {
    std::vector<Signal> inputs;
    for (const Input& input : network.inputs) {
        inputs.push_back({steps, neurons(input), {}});
        for (std::size_t k = 0; k < steps * neurons(input); ++k)
            inputs.back().values.push_back(static_cast<double>(random() % 2));
    }
    return inputs;
}

// The worst input of one neuron upward, then downward, then upward again.
std::vector<Signal> adversarial_inputs(const IntNetwork& network, std::mt19937& random, std::size_t steps) {
    const std::size_t p = random() % network.populations.size();
    const std::size_t neuron = random() % neurons(network.populations[p]);
    const auto up = worst_values(network, p, neuron, 1), down = worst_values(network, p, neuron, -1);
    std::vector<Signal> inputs = repeated(up, steps);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (std::size_t t = steps / 3; t < 2 * steps / 3; ++t)
            std::copy(down[i].begin(), down[i].end(),
                      inputs[i].values.begin() + static_cast<std::ptrdiff_t>(t * inputs[i].neurons));
    return inputs;
}

// SYNFIRE_RANGE_NETWORKS asks for a longer run than the test's own.
unsigned networks_to_try() {
    const char* asked = std::getenv("SYNFIRE_RANGE_NETWORKS");
    return asked != nullptr ? static_cast<unsigned>(std::strtoul(asked, nullptr, 10)) : 100000;
}

TEST(RangeOfNetworks, HoldsForIntegerNetworksOfEveryKind) {
    constexpr std::size_t steps = 12;
    std::size_t proven = 0, silent = 0;
    for (unsigned seed = 1; seed <= networks_to_try(); ++seed) {
        std::mt19937 random(seed);
        const IntNetwork network = test::random_network(random);
        const std::vector<PopulationRange> ranges = prove_ranges(network);
        for (const PopulationRange& r : ranges) {
            proven += r.verdict == RangeVerdict::proven;
            silent += r.silent;
        }
        ASSERT_EQ(violation(network, ranges, random_inputs(network, random, steps)), "") << "seed " << seed;
        ASSERT_EQ(violation(network, ranges, adversarial_inputs(network, random, steps)), "")
            << "worst input of seed " << seed;
    }
    EXPECT_GT(proven, networks_to_try() / 2);
    EXPECT_GT(silent, networks_to_try() / 2);
}

TEST(RangeOfNetworks, HoldsForQuantizedNetworksOfEveryKind) {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        const Network network = testing::any_network(seed);
        QuantizeOptions options;
        options.weight_bits = seed % 3 == 0 ? 16 : 8;
        Report report;
        const IntNetwork integers = quantize(network, options, report);
        const std::vector<PopulationRange> ranges = prove_ranges(integers);
        std::mt19937 random(static_cast<unsigned>(seed));
        ASSERT_EQ(violation(integers, ranges, testing::any_inputs(network, 40, seed)), "") << "seed " << seed;
        ASSERT_EQ(violation(integers, ranges, adversarial_inputs(integers, random, 60)), "")
            << "worst input of seed " << seed;
    }
}

// Two layers of one neuron under rules whose accumulator has 22 bits.
IntNetwork chain(std::int16_t first, std::int16_t second, std::int32_t threshold) {
    IntNetwork n;
    n.name = "chain";
    n.profile = "loihi";
    n.rules = rt::loihi_rules;
    n.inputs.push_back({"in", {3}, SignalKind::spikes});
    for (const char* name : {"a", "b"}) {
        IntPopulation p;
        p.name = name;
        p.shape = {1};
        p.decay_u = {4096};
        p.decay_v = {4096};
        p.threshold = {threshold};
        n.populations.push_back(p);
    }
    IntConnection c;
    c.name = "in-a";
    c.outputs = 1;
    c.inputs = 3;
    c.weight = {first, static_cast<std::int16_t>(-first), first};
    n.connections.push_back(c);
    c.name = "a-b";
    c.source = {Presynaptic::Kind::population, 0};
    c.target = 1;
    c.inputs = 1;
    c.weight = {second};
    n.connections.push_back(c);
    n.outputs = {1};
    return n;
}

TEST(Overflow, IsShownInTheLayerBehindTheOneThatIsDriven) {
    const IntNetwork n = chain(100, 32767, 1000);  // 32767 * 64 = 2097088 fits in 22 bits, twice it does not
    EXPECT_EQ(prove_ranges(n)[1].verdict, RangeVerdict::proven);
    IntNetwork wide = n;
    wide.connections[1].exponent = 1;
    const std::vector<PopulationRange> ranges = prove_ranges(wide);
    EXPECT_FALSE(find_overflow(wide, 0, ranges[0]));
    ASSERT_EQ(ranges[1].verdict, RangeVerdict::can_overflow);
    const auto witness = find_overflow(wide, 1, ranges[1]);
    ASSERT_TRUE(witness);
    EXPECT_EQ(witness->values, (std::vector<std::vector<double>>{{1, 0, 1}}));
    EXPECT_TRUE(witness->reached.overflows);
    EXPECT_EQ(witness->reached.register_name, "accumulator");
    EXPECT_EQ(witness->reached.value, 2 * 32767 * 64);
    EXPECT_EQ(witness->reached.limit, (1 << 21) - 1);
}

TEST(Overflow, SaysWhereTheBoundIsNotTight) {
    // Two neurons that cannot spike in the same step: one wants the input that silences the other.
    IntNetwork n = chain(100, 32767, 1000);
    n.populations[0].shape = {2};
    n.connections[0].outputs = 2;
    n.connections[0].weight = {100, 0, 0, -100, 20, 20};
    n.connections[1].inputs = 2;
    n.connections[1].weight = {32767, 32767};
    const std::vector<PopulationRange> ranges = prove_ranges(n);
    ASSERT_EQ(ranges[1].verdict, RangeVerdict::can_overflow);
    const auto witness = find_overflow(n, 1, ranges[1]);
    ASSERT_TRUE(witness);
    EXPECT_FALSE(witness->reached.overflows);
    EXPECT_LT(witness->reached.part(), 1);
}

TEST(Overflow, CountsTheStepsAMembraneTakes) {
    IntNetwork n = chain(30000, 1, INT32_MAX);
    n.populations[0].decay_v = {0};
    n.populations[0].spiking = n.populations[1].spiking = false;
    const std::vector<PopulationRange> ranges = prove_ranges(n);
    ASSERT_EQ(ranges[0].verdict, RangeVerdict::can_overflow);  // 60000 * 64 does not fit in 22 bits
    n.connections[0].weight = {10, -10, 10};
    const PopulationRange slow = prove_ranges(n)[0];
    ASSERT_EQ(slow.verdict, RangeVerdict::proven_for_steps);
    EXPECT_FALSE(find_overflow(n, 0, slow, 100));
    const auto witness = find_overflow(n, 0, slow, 20000);
    ASSERT_TRUE(witness);
    EXPECT_TRUE(witness->reached.overflows);
    EXPECT_EQ(witness->reached.step, slow.safe_steps);
    EXPECT_EQ(witness->reached.register_name, "membrane");
}

TEST(RangeOfNetworks, NeuronsThatCannotSpikeSilenceWhatTheyDrive) {
    IntNetwork n = chain(10, 32767, 1280);  // 20 * 64 does not pass 1280
    std::vector<PopulationRange> ranges = prove_ranges(n);
    EXPECT_EQ(ranges[0].silent, 1U);
    EXPECT_EQ(ranges[1].silent, 1U);
    EXPECT_EQ(ranges[1].membrane.high, 0);
    n.populations[0].threshold = {1279};
    ranges = prove_ranges(n);
    EXPECT_EQ(ranges[0].silent, 0U);
    EXPECT_EQ(ranges[1].membrane.high, 32767 * 64);
    EXPECT_EQ(prove_range(n, 1).membrane.high, 32767 * 64);
}

TEST(Lanes, AddWeightsOfOneExponent) {
    IntNetwork n = chain(100, 32767, 1000);
    LaneProof lanes = prove_lanes(n, 0, prove_ranges(n)[0]);
    EXPECT_EQ(lanes.most_positive, 200);
    EXPECT_EQ(lanes.most_negative, -100);
    EXPECT_TRUE(lanes.sums_fit_16);
    EXPECT_EQ(lanes.events_per_flush, 327);
    EXPECT_TRUE(lanes.state_fits_16);  // 200 * 64
    EXPECT_TRUE(lanes.product_fits_32);
    IntConnection again = n.connections[1];
    again.name = "again";
    n.connections.push_back(again);
    lanes = prove_lanes(n, 1, prove_ranges(n)[1]);
    EXPECT_EQ(lanes.most_positive, 65534);
    EXPECT_FALSE(lanes.sums_fit_16);
    EXPECT_FALSE(lanes.state_fits_16);
    n.connections[2].exponent = 1;  // sums of their own
    EXPECT_TRUE(prove_lanes(n, 1, prove_ranges(n)[1]).sums_fit_16);
    n.inputs[0].kind = SignalKind::counts;
    EXPECT_EQ(prove_lanes(n, 0, prove_ranges(n)[0]).most_positive, 200 * 255);
}

}  // namespace
}  // namespace synfire
