// targets/mcu/overlay.hpp: buffers that meet in time never meet in memory, and chains share it.
#include <random>

#include <gtest/gtest.h>

#include "targets/mcu/kernels.hpp"
#include "targets/mcu/overlay.hpp"

namespace synfire::mcu {
namespace {

IntNetwork chain(std::size_t layers, std::size_t width) {
    IntNetwork network;
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {width}});
    for (std::size_t k = 0; k < layers; ++k) {
        IntPopulation p;
        p.name = "layer" + std::to_string(k);
        p.shape = {width};
        p.decay_u = {4096};
        p.decay_v = {256};
        p.threshold = p.reset_amount = {10};
        p.reset = rt::Reset::subtract_at_once;
        network.populations.push_back(p);
        IntConnection c;
        c.name = "fc" + std::to_string(k);
        c.source = {k == 0 ? Presynaptic::Kind::input : Presynaptic::Kind::population, k == 0 ? 0 : k - 1};
        c.target = k;
        c.inputs = c.outputs = width;
        c.weight.assign(width * width, 100);
        network.connections.push_back(c);
    }
    network.outputs = {layers - 1};
    return network;
}

TEST(Overlay, KeepsApartWhatIsInUseAtTheSameMoment) {
    std::mt19937 random(1);
    for (int run = 0; run < 2000; ++run) {
        std::vector<Lifetime> buffers(random() % 12);
        std::size_t apart = 0, most = 0;
        for (Lifetime& b : buffers) {
            b.size = random() % 20;
            b.first = random() % 8;
            b.last = b.first + random() % 4;
            apart += b.size;
            most = std::max(most, b.size);
        }
        const Placement placement = place(buffers);
        ASSERT_EQ(placement.offset.size(), buffers.size());
        EXPECT_LE(placement.size, apart);
        EXPECT_GE(placement.size, most);
        for (std::size_t a = 0; a < buffers.size(); ++a) {
            EXPECT_LE(placement.offset[a] + buffers[a].size, placement.size);
            for (std::size_t b = 0; b < a; ++b)
                if (buffers[a].first <= buffers[b].last && buffers[b].first <= buffers[a].last) {
                    const bool before = placement.offset[a] + buffers[a].size <= placement.offset[b];
                    EXPECT_TRUE(before || placement.offset[b] + buffers[b].size <= placement.offset[a])
                        << a << " and " << b;
                }
        }
        if (HasFailure()) return;
    }
}

TEST(Overlay, AChainNeedsOneListAndThatOfItsOutput) {
    Tables tables = lower(chain(10, 32));
    EXPECT_EQ(tables.events, 11U * 32);
    overlay_buffers(tables);
    EXPECT_EQ(tables.events, 2U * 32);
}

TEST(Overlay, RowsAreGoneOnceTheyAreAdded) {
    const IntNetwork network = chain(10, 32);
    Tables tables = lower(network);
    use_kernels(network, kernel_families().front(), tables);
    ASSERT_TRUE(tables.lanes);
    EXPECT_EQ(tables.rows, 10U * 33);
    overlay_buffers(tables);
    EXPECT_EQ(tables.rows, 33U);
    // Every list but the output's is turned into rows as soon as it is filled.
    EXPECT_EQ(tables.events, 2U * 32);
}

TEST(Overlay, WhatTheNextStepReadsStays) {
    // Backwards, and from a population to itself.
    for (const std::size_t source : {std::size_t{2}, std::size_t{1}}) {
        IntNetwork network = chain(4, 8);
        IntConnection back = network.connections[1];
        back.name = "back";
        back.source = {Presynaptic::Kind::population, source};
        back.target = 1;
        back.delay = 1;
        network.connections.push_back(back);
        Tables tables = lower(network);
        overlay_buffers(tables);
        // Lists of the input and populations 0 to 3: that of the source and the output's share with nobody.
        for (const std::size_t kept : {source + 1, std::size_t{4}})
            for (std::size_t k = 0; k < tables.lists.size(); ++k)
                if (k != kept) {
                    EXPECT_NE(tables.lists[k], tables.lists[kept]) << k;
                }
        EXPECT_EQ(tables.events, 3U * 8);
    }
}

}  // namespace
}  // namespace synfire::mcu
