// runtime/drawn_rows.hpp against the definition of the weights in runtime/drawn_weight.hpp.
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/drawn_rows.hpp"
#include "runtime/drawn_weight.hpp"

namespace synfire::rt {
namespace {

TEST(DrawnRows, HighHalvesAreThoseOfTheStream) {
    std::mt19937_64 random(1);
    for (int k = 0; k < 2000; ++k) {
        const std::uint64_t seed = random(), stream = k % 2 == 0 ? random() : random() % 64;
        const auto block =
            static_cast<std::uint32_t>(k % 3 == 0 ? 0x7FFFFFFFU - static_cast<unsigned>(k) : random() >> 33);
        DrawnStream shared;
        prepare(shared, seed, stream);
        const std::uint64_t high = high_halves(shared, block);
        EXPECT_EQ(high & 0xFFFFFFFF, random_bits(seed, stream, std::uint64_t{block} * 2) >> 32);
        EXPECT_EQ(high >> 32, random_bits(seed, stream, std::uint64_t{block} * 2 + 1) >> 32);
    }
}

// Sums over every set of source neurons, in any order, of even and odd numbers of columns.
TEST(DrawnRows, AddWhatDrawnWeightGives) {
    const std::uint32_t table[] = {0x20000000, 0x50000000, 0x80000000, 0x90000000, 0xC0000000, 0xF0000000};
    const std::uint8_t guide[] = {0, 3};
    const DrawnLaw law{table, guide, 3, 31};
    const std::int8_t factors[] = {3, -2, 1, 7, 5};
    for (const std::uint16_t inputs : {std::uint16_t{5}, std::uint16_t{6}})
        for (unsigned set = 0; set < 1U << inputs; ++set) {
            std::vector<std::uint16_t> events;
            for (std::uint16_t j = 0; j < inputs; ++j)
                if ((set >> j) & 1) events.push_back(j);
            if (set % 3 == 1) std::reverse(events.begin(), events.end());
            const DrawnMatrix matrix{5, 9, &law, inputs, {factors, 1, 1}};
            std::int32_t sum[5] = {1, 2, 3, 4, 5};
            add_drawn(sum, 5, matrix, {events.data(), static_cast<std::uint16_t>(events.size())});
            for (std::int32_t i = 0; i < 5; ++i) {
                std::int32_t expected = i + 1;
                for (std::uint16_t j : events)
                    expected +=
                        factors[i] * drawn_weight(5, 9, static_cast<std::uint64_t>(i) * inputs + j, table, 3);
                EXPECT_EQ(sum[i], expected) << inputs << " inputs, set " << set << ", neuron " << i;
            }
        }
}

}  // namespace
}  // namespace synfire::rt
