// Philox4x32-10, a counter-based random number generator: the same numbers on every host and every
// microcontroller, in any order and on any thread. (Salmon, Moraes, Dror and Shaw, "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011; Random123 1.14.) Freestanding C++17.
#pragma once

#include <stdint.h>

namespace synfire::rt {

struct RandomBlock {
    uint32_t word[4];
};

inline constexpr uint32_t philox_factor0 = 0xd2511f53, philox_factor1 = 0xcd9e8d57;
inline constexpr uint32_t philox_key_step0 = 0x9e3779b9, philox_key_step1 = 0xbb67ae85;

// One of ten rounds.
[[gnu::always_inline]] constexpr RandomBlock philox_round(RandomBlock x, uint32_t key0, uint32_t key1) {
    const uint64_t a = uint64_t{philox_factor0} * x.word[0];
    const uint64_t b = uint64_t{philox_factor1} * x.word[2];
    return {{static_cast<uint32_t>(b >> 32) ^ x.word[1] ^ key0, static_cast<uint32_t>(b),
             static_cast<uint32_t>(a >> 32) ^ x.word[3] ^ key1, static_cast<uint32_t>(a)}};
}

// Four uniform 32-bit numbers for each counter and key.
constexpr RandomBlock philox(RandomBlock counter, uint32_t key0, uint32_t key1) {
    for (int round = 0; round < 10; ++round) {
        counter = philox_round(counter, key0, key1);
        key0 += philox_key_step0;
        key1 += philox_key_step1;
    }
    return counter;
}

// Value `index` of a stream: 64 uniform bits. A block holds two values, the even one in its words 0 and 1;
// its counter is (index / 2, stream), its key the seed, each with the low half first.
constexpr uint64_t random_bits(uint64_t seed, uint64_t stream, uint64_t index) {
    const uint64_t block = index / 2;
    const RandomBlock r = philox({{static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                                   static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)}},
                                 static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32));
    const bool odd = index % 2 != 0;
    const uint64_t low = odd ? r.word[2] : r.word[0], high = odd ? r.word[3] : r.word[1];
    return low | high << 32;
}

}  // namespace synfire::rt
