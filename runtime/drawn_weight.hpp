// Integer weights that are drawn instead of stored: whoever knows the seed and a table of the distribution
// function gets the same weights, bit by bit, without any arithmetic on fractions. Freestanding C++17.
#pragma once

#include "runtime/philox.hpp"

namespace synfire::rt {

// The weight that belongs to 32 uniform bits: the number of table entries that are at most `bits`, less
// `largest`. table: [2 * largest], ascending; entry k is the probability of weights below k + 1 - largest, in
// units of 2^-32. Result: -largest .. largest.
constexpr int32_t weight_of(uint32_t bits, const uint32_t* table, int32_t largest) {
    int32_t below = 0, count = 2 * largest;  // entries [0, below) are at most bits; `count` are undecided
    while (count > 0) {
        const int32_t half = count / 2;
        if (table[below + half] <= bits) {
            below += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return below - largest;
}

// Weight `index` of a stream; it is decided by the high half of the stream's value.
constexpr int32_t drawn_weight(uint64_t seed, uint64_t stream, uint64_t index, const uint32_t* table,
                               int32_t largest) {
    return weight_of(static_cast<uint32_t>(random_bits(seed, stream, index) >> 32), table, largest);
}

}  // namespace synfire::rt
