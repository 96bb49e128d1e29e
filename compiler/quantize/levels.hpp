// Network inputs that are numbers, as devices take them: levels, whole numbers.
#pragma once

#include "compiler/quantize/int_network.hpp"
#include "compiler/quantize/range_proof.hpp"

namespace synfire {

// Counts or real values, not spikes.
bool carries_values(const Input& input);

// The levels that an input of values can have. Real values in 255 levels were calibrated on data without
// negative numbers; of a network that takes whole numbers (profile lava) they have either sign.
Interval level_range(const IntNetwork& network, const Input& input);

// How a device takes the levels of one step: those of all inputs one after another, all of one type.
struct LevelFormat {
    std::size_t count = 0;
    std::size_t bytes = 1;  // 1 or 2
    bool is_signed = true;
};

LevelFormat level_format(const IntNetwork& network);

}  // namespace synfire
