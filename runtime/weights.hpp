// Signed weights of 2, 4, 8 or 16 bits, packed into bytes from the lowest bits up. Freestanding C++17.
#pragma once

#include <stdint.h>

namespace synfire::rt {

// Weight k of a row that begins at a whole byte (16 bits: at an even address).
template <uint8_t bits>
[[gnu::always_inline]] inline int32_t weight_at(const uint8_t* row, uint32_t k) {
    static_assert(bits == 2 || bits == 4 || bits == 8 || bits == 16, "a weight has 2, 4, 8 or 16 bits");
    if (bits == 16) return reinterpret_cast<const int16_t*>(row)[k];
    if (bits == 8) return static_cast<int8_t>(row[k]);
    constexpr uint32_t per_byte = 8 / bits, sign = 1U << (bits - 1);
    const uint32_t field = (uint32_t{row[k / per_byte]} >> (bits * (k % per_byte))) & (2 * sign - 1);
    return static_cast<int32_t>(field ^ sign) - static_cast<int32_t>(sign);
}

// Rows of a matrix begin at whole bytes.
constexpr uint32_t row_bytes(uint32_t weights, uint32_t bits) {
    return (weights * bits + 7) / 8;
}

}  // namespace synfire::rt
