// The range proof against neurons that run: no input may leave an interval, and the intervals may not be much
// larger than what inputs reach.
#include <set>

#include <gtest/gtest.h>

#include "compiler/quantize/quantize.hpp"
#include "compiler/quantize/range_proof.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

using testing::one_layer;
using testing::pick;
using testing::Random;
using testing::random_network;

// One neuron with two synapses under rules that are easy to compute by hand.
IntNetwork one_neuron(std::vector<std::int16_t> weight, std::int32_t decay_u, std::int32_t decay_v) {
    IntNetwork n;
    n.name = "net";
    n.profile = "mcu";
    n.rules = rt::mcu_rules(12);
    n.inputs.push_back({"in", {weight.size()}, SignalKind::spikes});
    IntPopulation p;
    p.name = "lif";
    p.shape = {1};
    p.decay_u = {decay_u};
    p.decay_v = {decay_v};
    n.populations.push_back(p);
    IntConnection c;
    c.name = "fc";
    c.outputs = 1;
    c.inputs = weight.size();
    c.weight = std::move(weight);
    n.connections.push_back(c);
    n.outputs = {0};
    return n;
}

TEST(RangeProof, AddsWeightsByHand) {
    IntNetwork n = one_neuron({5, -3, 7}, 4096, 4096);
    n.connections[0].exponent = 2;
    const PopulationRange r = prove_ranges(n).at(0);
    EXPECT_EQ(r.verdict, RangeVerdict::proven);
    EXPECT_EQ(r.sum.low, -12);
    EXPECT_EQ(r.sum.high, 48);
    EXPECT_EQ(r.current.high, 48);
    EXPECT_EQ(r.membrane.low, -12);
    EXPECT_EQ(r.membrane.high, 48);
}

TEST(RangeProof, FollowsTheLeakToItsFixedPoint) {
    // x = floor(x / 2) + 100 from below: 100, 150, 175, 187, 193, 196, 198, 199, 199.
    const PopulationRange r = prove_ranges(one_neuron({100, -100}, 4096, 2048)).at(0);
    EXPECT_EQ(r.verdict, RangeVerdict::proven);
    EXPECT_EQ(r.membrane.high, 199);
    EXPECT_EQ(r.membrane.low, -199);
}

TEST(RangeProof, CountsReach255) {
    IntNetwork n = one_neuron({2}, 4096, 4096);
    n.inputs[0].kind = SignalKind::counts;
    EXPECT_EQ(prove_ranges(n).at(0).sum.high, 510);
}

TEST(RangeProof, CountsTheStepsWithoutLeak) {
    const PopulationRange r = prove_ranges(one_neuron({1000, -1}, 4096, 0)).at(0);
    EXPECT_EQ(r.verdict, RangeVerdict::proven_for_steps);
    EXPECT_EQ(r.safe_steps, 2147483u);  // (2^31 - 1) / 1000
    EXPECT_EQ(r.register_name, "membrane");
}

TEST(RangeProof, HardResetBoundsTheMembraneFromAbove) {
    IntNetwork n = one_neuron({1000}, 4096, 0);
    n.populations[0].threshold = {5000};
    n.populations[0].reset = rt::Reset::to_value;
    const PopulationRange r = prove_ranges(n).at(0);
    EXPECT_EQ(r.verdict, RangeVerdict::proven);
    EXPECT_EQ(r.membrane.high, 6000);
    EXPECT_EQ(r.membrane.low, 0);
}

TEST(RangeProof, NamesTheRegisterAndTheNeuron) {
    IntNetwork n = one_neuron({254, 254, 254}, 4096, 2048);
    n.rules = rt::loihi_rules;
    n.populations[0].shape = {2};
    n.connections[0].outputs = 2;
    n.connections[0].exponent = 6;
    n.connections[0].weight = {2, 2, 2, 254, 254, 254};  // 3 * 254 * 2^12 does not fit in 22 bits
    const PopulationRange r = prove_ranges(n).at(0);
    EXPECT_EQ(r.verdict, RangeVerdict::can_overflow);
    EXPECT_EQ(r.safe_steps, 0u);
    EXPECT_EQ(r.neuron, 1u);
    EXPECT_EQ(r.register_name, "accumulator");
}

// Every state that a neuron with these weights can reach, by search over all inputs.
Interval reachable(const IntNetwork& n) {
    const rt::NeuronParameters p = neuron_parameters(n.populations[0], 0);
    const IntConnection& c = n.connections[0];
    using State = std::tuple<std::int32_t, std::int32_t, std::uint8_t>;
    std::set<State> seen{{0, at(n.populations[0].initial_v, 0), 0}};
    std::vector<State> open(seen.begin(), seen.end());
    Interval v{std::get<1>(open[0]), std::get<1>(open[0])};
    const auto see = [&](std::int32_t x) {
        v = {std::min<std::int64_t>(v.low, x), std::max<std::int64_t>(v.high, x)};
    };
    while (!open.empty()) {
        const State from = open.back();
        open.pop_back();
        for (unsigned spikes = 0; spikes < 1U << c.inputs; ++spikes) {
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < c.inputs; ++i)
                if (spikes >> i & 1U) sum += c.weight[i];
            rt::NeuronState s{std::get<0>(from), std::get<1>(from), std::get<2>(from)};
            if (rt::integrate(n.rules, p, s, rt::shift_floor(sum, c.exponent))) {
                see(s.v);
                rt::fire(n.rules, p, s);
                see(s.v);
            }
            const State to{s.u, s.v, s.held};
            if (seen.insert(to).second) open.push_back(to);
        }
    }
    return v;
}

// Random single neurons whose whole state space can be searched: the bound holds everywhere, and is reached
// or nearly so.
TEST(RangeProof, HoldsAndIsTightOnAllReachableStates) {
    double slack = 0, most = 0;
    int count = 0;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        Random random(seed);
        const std::int32_t leaks[] = {4096, 2048, 1024, 512};
        const auto weight = [&] {
            return static_cast<std::int16_t>(static_cast<int>(pick(random, 41)) - 20);
        };
        IntNetwork n =
            one_neuron({weight(), weight()}, pick(random, 2) == 0 ? 4096 : 2048, leaks[pick(random, 4)]);
        IntPopulation& p = n.populations[0];
        p.threshold = {static_cast<std::int32_t>(pick(random, 30))};
        p.bias = {static_cast<std::int32_t>(pick(random, 11)) - 5};
        p.initial_v = {-static_cast<std::int32_t>(pick(random, 11))};
        p.reset = static_cast<rt::Reset>(pick(random, 4));
        p.reset_amount = {static_cast<std::int32_t>(pick(random, 25))};
        if (p.reset != rt::Reset::subtract_next_step) p.refractory_steps = static_cast<int>(pick(random, 3));
        const Interval bound = prove_ranges(n).at(0).membrane;
        const Interval v = reachable(n);
        ASSERT_LE(bound.low, v.low) << "seed " << seed;
        ASSERT_GE(bound.high, v.high) << "seed " << seed;
        const auto width = static_cast<double>(std::max<std::int64_t>(v.high - v.low, 1));
        const double ratio = static_cast<double>(std::max<std::int64_t>(bound.high - bound.low, 1)) / width;
        slack += ratio;
        most = std::max(most, ratio);
        ++count;
    }
    RecordProperty("mean_ratio", std::to_string(slack / count));
    RecordProperty("largest_ratio", std::to_string(most));
    EXPECT_LT(slack / count, 1.2);
}

// Inputs that push one neuron up or down as hard as its weights allow, or at random.
double drive(Random& random, std::size_t mode, double weight, double most) {
    if (mode == 0) return weight > 0 ? most : 0;
    if (mode == 1) return weight < 0 ? most : 0;
    return static_cast<double>(pick(random, static_cast<std::size_t>(most) + 1));
}

// Quantized random networks: every neuron on its own, with whatever its sources could send.
void stay_inside(const IntNetwork& n, std::uint64_t seed) {
    Random random(seed);
    std::vector<PopulationRange> ranges;  // whatever sources send, also what they never do in this network
    for (std::size_t p = 0; p < n.populations.size(); ++p) ranges.push_back(prove_range(n, p));
    for (std::size_t p = 0; p < n.populations.size(); ++p) {
        if (ranges[p].verdict == RangeVerdict::can_overflow) continue;
        for (std::size_t j = 0; j < neurons(n.populations[p]); ++j) {
            const rt::NeuronParameters parameters = neuron_parameters(n.populations[p], j);
            rt::NeuronState s{0, at(n.populations[p].initial_v, j), 0};
            std::size_t mode = 0;
            for (int t = 0; t < 300; ++t) {
                if (t % 20 == 0) mode = pick(random, 3);
                std::int64_t sum = 0;
                for (const IntConnection& c : n.connections) {
                    if (c.target != p) continue;
                    const bool counts = c.source.kind == Presynaptic::Kind::input &&
                                        n.inputs[c.source.index].kind == SignalKind::counts;
                    std::int64_t part = 0;
                    for (std::size_t i = 0; i < c.inputs; ++i) {
                        const std::int16_t w = c.weight[j * c.inputs + i];
                        part += w * static_cast<std::int64_t>(drive(random, mode, w, counts ? 255 : 1));
                    }
                    sum += rt::shift_floor(part, c.exponent);
                }
                ASSERT_GE(sum, ranges[p].sum.low);
                ASSERT_LE(sum, ranges[p].sum.high);
                const bool moves = rt::integrate(n.rules, parameters, s, sum);
                ASSERT_GE(s.u, ranges[p].current.low) << "seed " << seed;
                ASSERT_LE(s.u, ranges[p].current.high) << "seed " << seed;
                for (int half = 0; moves && half < 2; ++half) {
                    ASSERT_GE(s.v, ranges[p].membrane.low) << "seed " << seed;
                    ASSERT_LE(s.v, ranges[p].membrane.high) << "seed " << seed;
                    if (half == 0) rt::fire(n.rules, parameters, s);
                }
            }
        }
    }
}

TEST(RangeProof, HoldsForQuantizedNetworks) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Report report;
        stay_inside(quantize(random_network(seed), {}, report), seed);
        QuantizeOptions loihi;
        loihi.profile = "loihi";
        stay_inside(quantize(random_network(seed, true), loihi, report), seed);
    }
}

}  // namespace
}  // namespace synfire
