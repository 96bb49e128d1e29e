// What the engine reads: parameters in constant tables, in as few bytes as they need, and lists of spikes.
// Freestanding C++17.
#pragma once

#include <stdint.h>

namespace synfire::rt {

// A parameter of a population: one value (stride 0) or one per neuron (stride 1) of 1, 2 or 4 signed bytes.
struct Column {
    const void* values;
    uint8_t bytes;
    uint8_t stride;
};

inline int32_t value_of(const Column& column, uint32_t neuron) {
    const uint32_t index = neuron * column.stride;
    if (column.bytes == 1) return static_cast<const int8_t*>(column.values)[index];
    if (column.bytes == 2) return static_cast<const int16_t*>(column.values)[index];
    return static_cast<const int32_t*>(column.values)[index];
}

// The neurons that spiked, ascending.
struct Events {
    const uint16_t* neurons;
    uint16_t count;
};

}  // namespace synfire::rt
