// Kernels for dense layers: weights of one spike after another are added in 16-bit lanes, many neurons at a
// time, and neurons are updated without asking what kind they are. Freestanding C++17.
//
// The emitter chooses the layers: it has proven that no sum leaves 16 bits and that no membrane meets a
// limit, so that every kernel gives what integrate() and fire() of neuron.hpp give, bit by bit. It also
// chooses the family of the core, which decides the order of the bytes in a row; each family is one file of
// this folder that defines synfire_accumulate and synfire_update. The twins below say what those two do.
#pragma once

#include <stdint.h>

#include "runtime/arithmetic.hpp"

// Firmware is compiled for size, some loops for speed; Clang has no such attribute.
#if defined(__GNUC__) && !defined(__clang__)
#define SYNFIRE_FOR_SPEED [[gnu::optimize("O2")]]
#else
#define SYNFIRE_FOR_SPEED
#endif

namespace synfire::rt {

// The address of the weights of one spike: a row, one byte or nibble per neuron, padded with zeros to whole
// blocks of 16 bytes.
using Row = uintptr_t;
// Ends a list of rows: the only entry with the highest bit. Microcontrollers have nothing up there.
inline constexpr Row last_row = ~(~Row{0} >> 1);
inline constexpr uint32_t block_neurons = 16;

// The order of the bytes in a row.
enum class RowOrder : uint8_t {
    natural,
    swapped,  // the middle two of every four change places
    biased,   // swapped, and every weight plus 128
    nibbles,  // two weights plus 8 in a byte; of every eight, neurons 0, 2, 4, 6, 1, 3, 5, 7 from the lowest
              // bits up
};

// The neuron whose weight is byte (nibbles: nibble) k of a row.
constexpr uint32_t neuron_of_byte(RowOrder order, uint32_t k) {
    if (order == RowOrder::nibbles) return k / 8 * 8 + k % 4 * 2 + k % 8 / 4;
    if (order == RowOrder::natural || k % 4 == 0 || k % 4 == 3) return k;
    return k % 4 == 1 ? k + 1 : k - 1;
}

// What a layer's neurons share. The kernels of Cortex-M3 and above add v, |v| < 2^(32 - F), where its sign
// would do: what the product of v and leak has in its low half is a multiple of 2^(32 - F).
struct LaneLayer {
    int32_t leak;       // -(decay << (32 - F)), decay at most half
    int32_t threshold;  // of all neurons, where parameters is null
    int32_t scale;      // what a sum is multiplied by: a power of two, at most 2^14
    // Groups of neurons after another: all their biases, all their thresholds. Null: no bias.
    const int32_t* parameters;
    uint32_t whole;          // the neurons, rounded down to a multiple of 8
    uint32_t fraction_bits;  // F
    uint32_t group;          // neurons of a group of parameters
    int32_t amount;          // what a spike subtracts at once; 0 where the engine resets (LanePopulation)
};

}  // namespace synfire::rt

extern "C" {
// Sets sum[0 .. row_bytes - 1], word-aligned, to the sums of the rows of a list. events: its entries.
// row_bytes: a multiple of block_neurons. The entries may be changed.
void synfire_accumulate(synfire::rt::Row* rows, int16_t* sum, uint32_t row_bytes, uint32_t events);
// The same for rows of nibbles: sum[0 .. 2 * row_bytes - 1]. Of cores that have it (KernelFamily::nibbles).
void synfire_accumulate_nibbles(synfire::rt::Row* rows, int16_t* sum, uint32_t row_bytes, uint32_t events);
// synfire_accumulate for rows of which any `part` add up to what signed bytes hold; row_bytes: a multiple of
// twice block_neurons. Of cores that have it (KernelFamily::byte_sums).
void synfire_accumulate_bytes(synfire::rt::Row* rows, int16_t* sum, uint32_t row_bytes, uint32_t events,
                              uint32_t part);
// Leaks, integrates and compares the first layer.whole neurons, and subtracts layer.amount of those above
// their threshold (KernelFamily::resets). sum: word-aligned. Lists the latter; returns where the list ends.
uint16_t* synfire_update(int32_t* v, const int16_t* sum, const synfire::rt::LaneLayer* layer,
                         uint16_t* spikes);
}

namespace synfire::rt {

// Weight k of a row.
inline int32_t weight_in_row(RowOrder order, Row row, uint32_t k) {
    const auto* const bytes = reinterpret_cast<const uint8_t*>(row);
    if (order == RowOrder::nibbles) return (bytes[k / 2] >> (4 * (k % 2)) & 15) - 8;
    return order == RowOrder::biased ? bytes[k] - 128 : static_cast<int8_t>(bytes[k]);
}

// The twin of synfire_accumulate, synfire_accumulate_nibbles and synfire_accumulate_bytes.
inline void accumulate_rows(RowOrder order, const Row* rows, int16_t* sum, uint32_t row_bytes) {
    const uint32_t weights = order == RowOrder::nibbles ? 2 * row_bytes : row_bytes;
    for (uint32_t k = 0; k < weights; ++k) {
        int32_t total = 0;
        for (const Row* row = rows; *row != last_row; ++row) total += weight_in_row(order, *row, k);
        sum[neuron_of_byte(order, k)] = static_cast<int16_t>(total);
    }
}

// The membrane after leak and input. The product has 64 bits; what is added to those of a negative v moves
// the fraction that is cut off towards zero. leak is that of LaneLayer.
[[gnu::always_inline]] inline int32_t leak_and_add(int32_t v, int32_t leak, int32_t input) {
    const auto start = static_cast<int64_t>(
        static_cast<uint64_t>(static_cast<uint32_t>(v) + static_cast<uint32_t>(input)) << 32 |
        static_cast<uint32_t>(v < 0 ? -1 : 0));
    return static_cast<int32_t>(static_cast<uint64_t>(start + int64_t{v} * leak) >> 32);
}

// The twin of synfire_update, for neurons first to end - 1.
inline uint16_t* update_lanes(int32_t* v, const int16_t* sum, const LaneLayer& layer, uint16_t* spikes,
                              uint32_t first, uint32_t end) {
    const uint32_t group = layer.group;
    for (uint32_t i = first; i < end; ++i) {
        const int32_t* const p =
            layer.parameters == nullptr ? nullptr : layer.parameters + i / group * group * 2 + i % group;
        const int32_t input = sum[i] * layer.scale + (p == nullptr ? 0 : p[0]);
        v[i] = leak_and_add(v[i], layer.leak, input);
        if (v[i] <= (p == nullptr ? layer.threshold : p[group])) continue;
        v[i] -= layer.amount;
        *spikes++ = static_cast<uint16_t>(i);
    }
    return spikes;
}

// A membrane that leaks to what v leaks to, less amount. With decay at most half such a value always exists:
// neighbouring membranes leak to equal or neighbouring values. |result| 2^F < 2^32.
inline int32_t settled(int32_t v, int32_t amount, int32_t decay, int fraction_bits) {
    const int32_t target = decay_toward_zero(v, decay, fraction_bits) - amount;
    const uint32_t keep = (uint32_t{1} << fraction_bits) - static_cast<uint32_t>(decay);
    const uint32_t magnitude = static_cast<uint32_t>(target < 0 ? -target : target) << fraction_bits;
    const auto before = static_cast<int32_t>((magnitude + keep - 1) / keep);
    return target < 0 ? -before : before;
}

}  // namespace synfire::rt
