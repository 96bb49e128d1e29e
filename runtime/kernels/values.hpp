// Kernels for dense connections from value inputs (runtime/values.hpp): the products of a matrix of bytes and
// a vector of levels, four neurons at a time. Freestanding C++17.
//
// Weights stand in blocks of four neurons; in a block, groups of neighbouring inputs follow each other, in a
// group the four neurons. So one pointer reads all weights in order, and a level is loaded once for four of
// them. The last group is filled up with zeros; levels behind those of an input are read, whatever they are.
#pragma once

#include <stdint.h>

namespace synfire::rt {

inline constexpr uint32_t value_block_neurons = 4;

// How a family of cores wants the weights of a block.
struct ValueOrder {
    uint32_t group;  // inputs, a multiple of 4
    bool swapped;    // the middle two bytes of every four change places
    bool biased;     // every weight plus 128, without sign
};

// Where in a block the weight of one of its four neurons stands.
constexpr uint32_t byte_in_block(ValueOrder order, uint32_t neuron, uint32_t input) {
    const uint32_t place = input % order.group;
    const uint32_t moved = !order.swapped || place % 4 == 0 || place % 4 == 3 ? place
                           : place % 4 == 1                                   ? place + 1
                                                                              : place - 1;
    return (input / order.group * value_block_neurons + neuron) * order.group + moved;
}

// The twin of the functions below.
template <class Level>
inline void multiply_blocks(ValueOrder order, const int8_t* weights, const Level* levels, int32_t* sum,
                            uint32_t blocks, uint32_t padded) {
    for (uint32_t o = 0; o < blocks * value_block_neurons; ++o) {
        const int8_t* const block = weights + o / value_block_neurons * value_block_neurons * padded;
        sum[o] = 0;
        for (uint32_t i = 0; i < padded; ++i) {
            const int8_t byte = block[byte_in_block(order, o % value_block_neurons, i)];
            sum[o] += (order.biased ? static_cast<uint8_t>(byte) - 128 : byte) * int32_t{levels[i]};
        }
    }
}

}  // namespace synfire::rt

extern "C" {
// Sets sum[0 .. 4 * blocks - 1] to the products. blocks: at least 1. padded: inputs, rounded up to whole
// groups. weights and levels: word-aligned.
void synfire_products_s8(const int8_t* weights, const int8_t* levels, int32_t* sum, uint32_t blocks,
                         uint32_t padded);
void synfire_products_u8(const int8_t* weights, const uint8_t* levels, int32_t* sum, uint32_t blocks,
                         uint32_t padded);
void synfire_products_s16(const int8_t* weights, const int16_t* levels, int32_t* sum, uint32_t blocks,
                          uint32_t padded);
}

namespace synfire::rt {

// By the type of the levels.
inline void products_of_blocks(const int8_t* weights, const int8_t* levels, int32_t* sum, uint32_t blocks,
                               uint32_t padded) {
    synfire_products_s8(weights, levels, sum, blocks, padded);
}
inline void products_of_blocks(const int8_t* weights, const uint8_t* levels, int32_t* sum, uint32_t blocks,
                               uint32_t padded) {
    synfire_products_u8(weights, levels, sum, blocks, padded);
}
inline void products_of_blocks(const int8_t* weights, const int16_t* levels, int32_t* sum, uint32_t blocks,
                               uint32_t padded) {
    synfire_products_s16(weights, levels, sum, blocks, padded);
}

}  // namespace synfire::rt
