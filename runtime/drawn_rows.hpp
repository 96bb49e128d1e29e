// Weights that firmware draws again whenever a neuron spikes, instead of reading them from flash: the numbers
// of runtime/drawn_weight.hpp, with what all weights of a matrix share computed once. Freestanding C++17.
#pragma once

#include "runtime/column.hpp"
#include "runtime/philox.hpp"

namespace synfire::rt {

// A distribution of integers, with a guide into its table (Chen and Asau 1974): a search that starts there
// takes one or two steps, however long the table is.
struct DrawnLaw {
    const uint32_t* table;  // [2 * largest], ascending, as weight_of() takes it
    // [2^(32 - guide_shift)]: of all bits that agree in what is left after the shift, a number of entries
    // that are at most bits.
    const uint8_t* guide;
    uint16_t largest;
    uint8_t guide_shift;
};

// The same as weight_of(bits, table, largest) of runtime/drawn_weight.hpp.
[[gnu::always_inline]] inline int32_t guided_weight(const DrawnLaw& law, uint32_t bits) {
    const int32_t entries = 2 * law.largest;
    int32_t below = law.guide[bits >> law.guide_shift];
    while (below != entries && law.table[below] <= bits) ++below;
    return below - law.largest;
}

// The synapses of one connection: weight [i, j], from source neuron j to target neuron i, is factor i times
// drawn_weight(seed, stream, i * inputs + j) of the law.
struct DrawnMatrix {
    uint64_t seed;
    uint64_t stream;
    const DrawnLaw* law;
    uint16_t inputs;
    Column factor;
};

// What all blocks of a stream share: the keys of rounds 2 to 8 and, as block numbers stay below 2^32, half of
// rounds 0 and 1.
struct DrawnStream {
    uint32_t first2;                     // what round 0 adds to word 2
    uint32_t second0, second2, second3;  // what round 1 adds to words 0 and 2, and its word 3
    uint32_t keys[14];
};

inline void prepare(DrawnStream& s, uint64_t seed, uint64_t stream) {
    auto key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
    const uint64_t b = uint64_t{philox_factor1} * static_cast<uint32_t>(stream);
    const uint64_t a = uint64_t{philox_factor0} * (static_cast<uint32_t>(b >> 32) ^ key0);
    s.first2 = static_cast<uint32_t>(stream >> 32) ^ key1;
    s.second0 = static_cast<uint32_t>(b) ^ (key0 += philox_key_step0);
    s.second2 = static_cast<uint32_t>(a >> 32) ^ (key1 += philox_key_step1);
    s.second3 = static_cast<uint32_t>(a);
    for (int k = 0; k < 14; k += 2) {
        s.keys[k] = key0 += philox_key_step0;
        s.keys[k + 1] = key1 += philox_key_step1;
    }
}

// What decides the two weights of a block, the high halves of its values: the even one in bits 0 to 31.
// noinline, and every round written out: a function of its own has registers for all words.
[[gnu::noinline]] inline uint64_t high_halves(const DrawnStream& s, uint32_t block) {
    const uint64_t a = uint64_t{philox_factor0} * block;
    const uint64_t b = uint64_t{philox_factor1} * (static_cast<uint32_t>(a >> 32) ^ s.first2);
    RandomBlock x{{static_cast<uint32_t>(b >> 32) ^ s.second0, static_cast<uint32_t>(b),
                   static_cast<uint32_t>(a) ^ s.second2, s.second3}};
    x = philox_round(x, s.keys[0], s.keys[1]);
    x = philox_round(x, s.keys[2], s.keys[3]);
    x = philox_round(x, s.keys[4], s.keys[5]);
    x = philox_round(x, s.keys[6], s.keys[7]);
    x = philox_round(x, s.keys[8], s.keys[9]);
    x = philox_round(x, s.keys[10], s.keys[11]);
    x = philox_round(x, s.keys[12], s.keys[13]);
    // Of round 9 only the low halves of the products.
    const uint32_t even = philox_factor1 * x.word[2], odd = philox_factor0 * x.word[0];
    return even | uint64_t{odd} << 32;
}

// Adds the weights from one source neuron, or from both whose weights come from the same blocks. index: of
// the first weight, in row 0.
template <bool both>
[[gnu::noinline]] void add_drawn_column(int32_t* sum, uint32_t neurons, const DrawnMatrix& matrix,
                                        const DrawnStream& stream, uint32_t index) {
    const DrawnLaw law = *matrix.law;
    int32_t factor = value_of(matrix.factor, 0);
    for (uint32_t i = 0; i < neurons; ++i, index += matrix.inputs) {
        if (matrix.factor.stride != 0) factor = value_of(matrix.factor, i);
        const uint64_t high = high_halves(stream, index / 2);
        const auto even = static_cast<uint32_t>(high), odd = static_cast<uint32_t>(high >> 32);
        int32_t weight = guided_weight(law, both || index % 2 == 0 ? even : odd);
        if (both) weight += guided_weight(law, odd);
        sum[i] += factor * weight;
    }
}

// Adds the weights of all events. Of a matrix with an even number of columns, an even neuron and the next one
// share all blocks.
inline void add_drawn(int32_t* sum, uint32_t neurons, const DrawnMatrix& matrix, Events events) {
    DrawnStream stream;
    prepare(stream, matrix.seed, matrix.stream);
    const uint16_t* const end = events.neurons + events.count;
    for (const uint16_t* event = events.neurons; event != end;) {
        const uint32_t first = *event++;
        if (matrix.inputs % 2 == 0 && event != end && *event == (first ^ 1)) {
            ++event;
            add_drawn_column<true>(sum, neurons, matrix, stream, first);
        } else {
            add_drawn_column<false>(sum, neurons, matrix, stream, first);
        }
    }
}

}  // namespace synfire::rt
