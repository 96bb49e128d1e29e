// Where the packing puts neurons and synapses: the published sums, every limit just met and exceeded by one,
// and weights that convolutions share.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "targets/loihi/limits.hpp"
#include "targets/loihi/loihi.hpp"
#include "tests/unit/loihi/networks.hpp"

namespace synfire::loihi {
namespace {

using testing::HasSubstr;

Presynaptic from(std::size_t population) {
    return {Presynaptic::Kind::population, population};
}

Placement placed(const IntNetwork& network, PlaceOptions options = {768, false}) {
    Report report;
    const std::optional<Schedule> s = schedule(network, report);
    return place(wiring(network, s.value()), options);
}

std::string found(const IntNetwork& network, TargetOptions options = {}) {
    Report report;
    check(network, options, report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::error) text += to_text(d) + "\n";
    return text;
}

// Weights that need all 8 bits, none of them 0.
void fill(IntConnection& c) {
    Numbers numbers{c.weight.size()};
    for (std::int16_t& w : c.weight)
        w = static_cast<std::int16_t>((numbers.in(0, 1) == 0 ? -2 : 2) * numbers.in(1, 127));
    c.weight.back() = 2;
    if (c.weight.size() > 1) c.weight[0] = -254;
}

IntNetwork dense(const std::vector<std::size_t>& sizes) {
    IntNetwork n = chain("dense", sizes, 1);
    for (IntConnection& c : n.connections) fill(c);
    return n;
}

// One source that reaches every `spacing`-th of `neurons` neurons.
IntNetwork spaced(std::size_t neurons, std::size_t spacing) {
    IntNetwork n = dense({1, neurons});
    IntConnection& c = n.connections[0];
    for (std::size_t k = 0; k < neurons; ++k)
        if (k % spacing != 0) c.weight[k] = 0;
    return n;
}

std::string binding(const Placement& p, std::size_t population = 0) {
    return p.binding.at(population) ? name_of(p.binding[population]->limit) : "";
}

TEST(Words, OfDenseListsAreNxTFs) {
    for (const auto& [fan_out, words] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {9, 2}, {16, 3}, {64, 9}, {256, 34}, {1024, 134}})
        EXPECT_EQ(placed(dense({1, fan_out})).cores.at(0).use.words, words) << fan_out;
}

// 16 synapses, 64 compartments apart: 10 + 16 * (8 + 10) bits are the 5 words of the published sum. 64
// synapses skip 15 compartments each: two entries of 10 + 10 bits and 64 * (8 + 4) bits; sparse would take 19
// words.
TEST(Words, OfTheCheapestEncoding) {
    EXPECT_EQ(placed(spaced(1024, 64)).cores.at(0).use.words, 5u);
    EXPECT_EQ(placed(spaced(1024, 16)).cores.at(0).use.words, 13u);
}

TEST(Words, ShrinkWithTheBitsThatWeightsNeed) {
    IntNetwork n = dense({1, 60});
    for (std::size_t k = 0; k < 60; ++k) n.connections[0].weight[k] = k % 3 == 0 ? -6 : 6;
    EXPECT_EQ(placed(n).cores.at(0).use.words, 4u);  // 16 + 60 * 3 bits
    const WeightFormat f = weight_format(n.connections[0]);
    EXPECT_EQ(f.bits, 3);  // -6 and 6 are -3 and 3 times 2
    n.connections[0].weight.assign(60, 8);
    EXPECT_EQ(weight_format(n.connections[0]).bits, 1);
    n.connections[0].weight.assign(60, -256);
    n.connections[0].weight[1] = 254;
    EXPECT_EQ(weight_format(n.connections[0]).bits, 8);
}

TEST(Words, GrowWithDelays) {
    IntNetwork n = dense({1, 60});
    n.connections[0].delay = 3;  // its layer runs no later for it
    EXPECT_EQ(placed(n).cores.at(0).use.delay_slots, 8u);
    Numbers numbers{1};
    connect(n, {}, 0, 20, 10, numbers);
    EXPECT_EQ(placed(n).cores.at(0).use.delay_slots, 32u);  // 17 steps of waiting and two slots more
}

// Each limit met exactly and exceeded by one, on the bare counts.
TEST(Violation, NamesTheLimit) {
    struct Row {
        std::size_t CoreUse::*field;
        std::size_t limit;
        const char* name;
    };
    const Budget full = budget(true);
    for (const Row& row :
         {Row{&CoreUse::compartments, 1024, "compartments"}, Row{&CoreUse::words, 16384, "synaptic words"},
          Row{&CoreUse::longest_list, 256, "words of one list"},
          Row{&CoreUse::input_axons, 4096, "input axons"}, Row{&CoreUse::output_axons, 4096, "output axons"},
          Row{&CoreUse::formats, 7, "synapse formats"}}) {
        CoreUse use;
        use.*row.field = row.limit;
        EXPECT_FALSE(violation(use, full)) << row.name;
        ++(use.*row.field);
        ASSERT_TRUE(violation(use, full)) << row.name;
        EXPECT_EQ(name_of(violation(use, full)->limit), row.name);
        EXPECT_EQ(violation(use, full)->used, row.limit + 1);
        EXPECT_EQ(violation(use, full)->available, row.limit);
    }
    EXPECT_EQ(budget(false).words, 14745u);
    EXPECT_EQ(budget(false).input_axons, 3891u);
    EXPECT_EQ(budget(false).output_axons, 3891u);
}

TEST(Limits, Compartments) {
    EXPECT_EQ(placed(dense({4, 1024})).cores.size(), 1u);
    EXPECT_EQ(placed(dense({4, 1025})).cores.size(), 2u);
    EXPECT_EQ(binding(placed(dense({4, 1025}))), "compartments");
}

TEST(Limits, CompartmentsOfSoftResets) {
    for (const std::size_t neurons : {512u, 513u}) {
        IntNetwork n = dense({4, neurons});
        n.populations[0].reset = rt::Reset::subtract_next_step;
        EXPECT_EQ(placed(n).cores.size(), neurons == 512 ? 1u : 2u);
    }
}

TEST(Limits, CompartmentsShrinkWithDelaySlots) {
    for (const auto& [wait, fits] :
         {std::pair<int, std::size_t>{6, 1024}, {7, 512}, {14, 512}, {15, 256}, {31, 128}, {62, 128}}) {
        IntNetwork n = dense({4, fits});
        Numbers numbers{1};
        connect(n, {}, 0, wait, 10, numbers);
        n.connections[0].delay = 0;
        EXPECT_EQ(placed(n).cores.size(), 1u) << wait;
        IntNetwork larger = dense({4, fits + 1});
        connect(larger, {}, 0, wait, 10, numbers);
        EXPECT_EQ(placed(larger).cores.size(), 2u) << wait;
    }
}

// 983 lists of 15 words are the budget of 14,745; one more synapse from elsewhere is one word too many.
TEST(Limits, SynapticWords) {
    IntNetwork n = dense({983, 115});
    EXPECT_EQ(placed(n).cores.at(0).use.words, 14745u);
    EXPECT_EQ(placed(n).cores.size(), 1u);
    n.inputs.push_back({"one more", {1}, SignalKind::spikes});
    Numbers numbers{1};
    connect(n, {Presynaptic::Kind::input, 1}, 0, 0, 0, numbers);
    n.connections[1].weight.assign(115, 0);
    n.connections[1].weight[0] = 2;
    EXPECT_EQ(placed(n).cores.size(), 2u);
    EXPECT_EQ(binding(placed(n)), "synaptic words");
    EXPECT_EQ(placed(n, {1, true}).cores.size(), 1u);
}

// Two connections that share no format: 256 words at 981 targets, 257 at 982.
TEST(Limits, WordsOfOneList) {
    for (const std::size_t neurons : {981u, 982u}) {
        IntNetwork n = dense({1, neurons});
        n.connections.push_back(n.connections[0]);
        n.connections[1].exponent = 3;
        const Placement p = placed(n);
        EXPECT_EQ(p.cores.size(), neurons == 981 ? 1u : 2u);
        EXPECT_EQ(binding(p), neurons == 981 ? "" : "words of one list");
        EXPECT_LE(p.cores[0].use.longest_list, 256u);
    }
}

TEST(Limits, InputAxons) {
    EXPECT_EQ(found(dense({3891, 4})), "");
    EXPECT_EQ(
        found(dense({3892, 4})),
        "error: node 'layer1', field 'input axons': 3892 sources reach neuron 0, a core takes 3891 input "
        "axons (95 % of 4096)\n"
        "  expected: at most 3891 per core\n"
        "  hint: a neuron may hear 3891 sources at most: prune or pool away 1; --full-limits takes all "
        "4096\n\n");
    TargetOptions full;
    full.full_limits = true;
    EXPECT_EQ(found(dense({4096, 4}), full), "");
    EXPECT_EQ(
        found(dense({4097, 4}), full),
        "error: node 'layer1', field 'input axons': 4097 sources reach neuron 0, a core takes 4096 input "
        "axons\n"
        "  expected: at most 4096 per core\n"
        "  hint: a neuron may hear 4096 sources at most: prune or pool away 1\n\n");
}

TEST(Limits, InputAxonsOfAnImageThatIsPooledFit) {
    IntNetwork n = dense({12288, 4});
    n.inputs[0].shape = {3, 64, 64};
    EXPECT_THAT(found(n), HasSubstr("prune or pool away 8397; averaging 2x2 pixels of 'input' leaves 3072"));
    EXPECT_EQ(found(dense({3072, 4})), "");
}

// The target takes 4 cores, so every neuron takes 4 axons.
TEST(Limits, OutputAxons) {
    EXPECT_EQ(placed(dense({4, 972, 400})).cut_into, (std::vector<std::size_t>{1, 4}));
    const Placement p = placed(dense({4, 973, 400}));
    EXPECT_EQ(p.cut_into, (std::vector<std::size_t>{2, 4}));
    EXPECT_EQ(binding(p), "output axons");
}

IntNetwork with_formats(int formats) {
    IntNetwork n = dense({4, 4});
    for (int k = 1; k < formats; ++k) {
        n.connections.push_back(n.connections[0]);
        n.connections.back().exponent = k;
    }
    return n;
}

TEST(Limits, SynapseFormats) {
    EXPECT_EQ(found(with_formats(7)), "");
    EXPECT_EQ(
        found(with_formats(8)),
        "error: node 'layer1', field 'synapse formats': neuron 0 alone takes 8 synapse formats, a core has "
        "7\n"
        "  expected: at most 7 per core\n"
        "  hint: give 1 connection the sign, bits, exponent and delay of another\n\n");
    IntNetwork soft = with_formats(6);
    soft.populations[0].reset = rt::Reset::subtract_next_step;
    soft.populations[0].reset_amount = {64 * 150};
    EXPECT_EQ(found(soft), "");
    soft.connections.push_back(soft.connections[0]);
    soft.connections.back().exponent = 6;
    EXPECT_THAT(found(soft), HasSubstr("8 synapse formats, a core has 7"));
}

TEST(Limits, CompartmentProfiles) {
    IntNetwork n = dense({4, 40});
    n.populations[0].decay_v.assign(40, 100);
    for (int k = 0; k < 32; ++k) n.populations[0].decay_v[static_cast<std::size_t>(k)] = 100 + k;
    EXPECT_EQ(found(n), "");
    n.populations[0].decay_v[39] = 200;
    EXPECT_EQ(
        found(n),
        "error: node 'layer1', field 'compartment profiles': neurons 0 to 39 on one core take 33 compartment "
        "profiles, a core has 32\n"
        "  expected: at most 32 per core\n"
        "  hint: share values until there are 1 fewer; --cluster-parameters does so\n\n");
}

TEST(Limits, ThresholdProfiles) {
    IntNetwork n = dense({4, 40});
    n.populations[0].threshold.assign(40, 64 * 150);
    for (int k = 0; k < 8; ++k) n.populations[0].threshold[static_cast<std::size_t>(k)] = 64 * (150 + k);
    EXPECT_EQ(found(n), "");
    n.populations[0].threshold[39] = 64 * 300;
    EXPECT_THAT(found(n), HasSubstr("take 9 threshold profiles, a core has 8"));
}

// 3,891 sources leave 3 words for each list, which hold 21 synapses: 128 cores hold 2,688 neurons.
TEST(Limits, Cores) {
    EXPECT_EQ(found(dense({3891, 2688})), "");
    EXPECT_EQ(
        found(dense({3891, 2689})),
        "error: node 'layer1', field 'cores': the network needs 129 cores, 129 of them for this layer of "
        "2689 neurons, limited by synaptic words\n"
        "  expected: at most 128 cores, 1 chip\n"
        "  hint: use 2 chips (--chips 2); or fill cores to the brim (--full-limits: 93 cores); or at most "
        "2688 neurons in this layer fit beside the others\n\n");
    TargetOptions two;
    two.chips = 2;
    EXPECT_EQ(found(dense({3891, 2689}), two), "");
}

TEST(Sharing, LayersShareACoreUnlessTheirFlagsDiffer) {
    IntNetwork n = dense({20, 30, 10});
    EXPECT_EQ(placed(n).cores.size(), 1u);
    n.populations[0].decay_v = {0};
    n.populations[1].decay_v = {4096};
    EXPECT_EQ(placed(n).cores.size(), 2u);
    n.populations[1].decay_v = {4095};
    EXPECT_EQ(placed(n).cores.size(), 1u);
    n.populations[0].decay_u = {0};
    EXPECT_EQ(placed(n).cores.size(), 2u);  // no filter is 4096
}

TEST(Sharing, LayersShareNoCoreWhoseProfilesTheyExceed) {
    IntNetwork n = dense({20, 30, 30});
    for (std::size_t p = 0; p < 2; ++p)
        for (int k = 0; k < 30; ++k) {
            n.populations[p].decay_v.resize(30);
            n.populations[p].decay_v[static_cast<std::size_t>(k)] = 100 + 3 * k + static_cast<int>(p);
        }
    EXPECT_EQ(placed(n).cores.size(), 2u);
}

// A kernel of 3x3 over 12x12 pixels without padding: corners and edges apart, all sources share one list.
TEST(Sharing, AConvolutionIsStoredOnce) {
    IntNetwork n = chain("conv", {1}, 1);
    n.inputs[0].shape = {1, 12, 12};
    add_population(n, {4, 10, 10});
    Numbers numbers{5};
    convolve(n, {}, 0, 3, 1, 0, numbers);
    const CoreUse use = placed(n).cores.at(0).use;
    EXPECT_EQ(use.synapses, 4u * 100 * 9);
    // 25 lists: in each direction the kernel lies within, or one or two pixels over either border.
    EXPECT_EQ(use.stored_synapses, 4u * 81);
    EXPECT_EQ(use.input_axons, 144u);
}

// The base of a shared list has 8 bits: pixels further away need another copy.
TEST(Sharing, ListsAreRepeatedBeyondTheBase) {
    for (const auto& [width, copies] : {std::pair<std::size_t, std::size_t>{256, 1}, {257, 2}, {600, 3}}) {
        IntNetwork n = chain("row", {1}, 1);
        n.inputs[0].shape = {1, 1, width};
        add_population(n, {1, 1, width});
        Numbers numbers{5};
        convolve(n, {}, 0, 1, 1, 0, numbers);
        EXPECT_EQ(placed(n).cores.at(0).use.stored_synapses, copies) << width;
    }
}

TEST(Sharing, PublishedMnist) {
    const IntNetwork n = published_mnist();
    const Placement p = placed(n);
    std::size_t synapses = 0, stored = 0;
    for (const Core& core : p.cores) {
        synapses += core.use.synapses;
        stored += core.use.stored_synapses;
    }
    EXPECT_EQ(synapses, 341760u);
    // Of 6,672 different weights: every core has its own, and so have sources near the borders of what it
    // holds.
    EXPECT_EQ(stored, 68864u);
    EXPECT_EQ(p.cores.size(), 10u);  // 8,644 compartments; NxTF takes 14
}

TEST(Chips, AChainCrossesWhereItMust) {
    const Placement p = placed(dense({3000, 3000, 1200}), {2, false});
    EXPECT_EQ(p.chips, 2u);
    std::vector<std::size_t> count(2);
    for (const Core& core : p.cores) ++count.at(core.chip);
    EXPECT_LE(count[0], 128u);
    EXPECT_LE(count[1], 128u);
    EXPECT_LE(p.crossing, p.crossing_in_order);
    EXPECT_GT(p.crossing, 0u);
}

// Two chains side by side, layer by layer: in order each chip would have half of both.
TEST(Chips, ChainsThatDoNotTalkGetAChipEach) {
    IntNetwork n = dense({900, 900});
    n.inputs.push_back({"other", {900}, SignalKind::spikes});
    Numbers numbers{3};
    for (std::size_t layer = 1; layer < 24; ++layer) {
        add_population(n, {900});
        const Presynaptic source = layer == 1 ? Presynaptic{Presynaptic::Kind::input, 1} : from(layer - 2);
        connect(n, source, layer, 0, 100, numbers);
        fill(n.connections.back());
    }
    const Placement p = placed(n, {2, false});
    EXPECT_EQ(p.chips, 2u);
    EXPECT_EQ(p.crossing, 0u);
    EXPECT_GT(p.crossing_in_order, 0u);
}

// 29 neurons reach 131 cores: 3,799 axons, but at least four of those cores are on another chip, which takes
// 29 axons more for each.
TEST(Chips, AxonsToAnotherChipTakeTwo) {
    const Placement p = placed(dense({4, 29, 131 * 1024}), {2, false});
    EXPECT_EQ(p.chips, 2u);
    EXPECT_EQ(p.cut_into, (std::vector<std::size_t>{3, 131}));
    std::size_t axons = 0;
    for (const Core& core : p.cores) {
        EXPECT_FALSE(violation(core.use, budget(false)));
        axons += core.use.output_axons;
    }
    EXPECT_EQ(axons, 29 * 131 + p.crossing);
    EXPECT_EQ(placed(dense({4, 29, 127 * 1024}), {2, false}).cut_into, (std::vector<std::size_t>{1, 127}));
}

}  // namespace
}  // namespace synfire::loihi
