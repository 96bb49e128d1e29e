// Our Philox against Random123's own, and against the known answers that Random123 ships (kat_vectors).
#include <Random123/philox.h>

#include <gtest/gtest.h>

#include "runtime/philox.hpp"

namespace synfire::rt {
namespace {

constexpr bool equal(const RandomBlock& a, const RandomBlock& b) {
    for (int k = 0; k < 4; ++k)
        if (a.word[k] != b.word[k]) return false;
    return true;
}

static_assert(equal(philox({{0, 0, 0, 0}}, 0, 0), {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}));

TEST(Philox, GivesRandom123sKnownAnswers) {
    constexpr std::uint32_t ones = 0xffffffff;
    EXPECT_TRUE(equal(philox({{ones, ones, ones, ones}}, ones, ones),
                      {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}));
    EXPECT_TRUE(equal(philox({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0),
                      {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}));
}

TEST(Philox, IsRandom123s) {
    RandomBlock x{{1, 2, 3, 4}};
    for (std::uint32_t k = 0; k < 1000; ++k) {
        const r123::Philox4x32::ctr_type counter{{x.word[0], x.word[1], x.word[2], x.word[3]}};
        const r123::Philox4x32::key_type key{{k, ~k}};
        const r123::Philox4x32::ctr_type theirs = r123::Philox4x32{}(counter, key);
        x = philox(x, k, ~k);
        EXPECT_TRUE(equal(x, RandomBlock{{theirs[0], theirs[1], theirs[2], theirs[3]}}));
    }
}

TEST(RandomBits, AreTheHalvesOfABlock) {
    const std::uint64_t seed = 0x123456789abcdef0, stream = 0xfedcba9876543210;
    EXPECT_EQ(random_bits(seed, stream, 0), 0x2d4a0d9390aafdc4u);
    EXPECT_EQ(random_bits(seed, stream, 1), 0x98b4ef2a13f86edcu);
    EXPECT_EQ(random_bits(seed, stream, 2), 0x6cadf41d1d237aa0u);
    EXPECT_EQ(random_bits(seed, stream, 3), 0x5ae0422f912fd5e6u);
    EXPECT_EQ(random_bits(0, 0, 0), 0xe169c58d6627e8d5u);
}

}  // namespace
}  // namespace synfire::rt
