// Where the integers of a parameter are and what they are multiples of: for src/synfire/cnl.hpp. Types only.
#pragma once

#include <stdint.h>

#include "runtime/kernels/lanes.hpp"

namespace synfire {

// In place of an exponent: the unit is no power of two, or the numbers have no view.
inline constexpr int16_t no_exponent = 0x7FFF;

// A population: v[first] to v[first + neurons - 1] of the state, integers times 2^exponent.
struct MembraneFacts {
    uint32_t first;
    uint16_t neurons;
    int16_t exponent;
};

// A connection: rows of row_bytes, one per input. bits: 2, 4, 8 or 16 of a weight; 0: a row of kernels, in
// this order.
struct WeightFacts {
    uint16_t inputs;
    uint16_t outputs;
    uint32_t row_bytes;
    uint8_t bits;
    synfire::rt::RowOrder order;
    int16_t exponent;
};

}  // namespace synfire
