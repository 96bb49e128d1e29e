// Kernels that step a whole layer at once: the weights of all spikes are added in registers, and the sums
// never leave them before the membranes are updated and the spikes listed. For membranes of 16 bits that
// saturate (Overflow::saturate). Freestanding C++17.
//
// The emitter chooses the layers (targets/mcu/fuse.cpp): it has proven that what arrives in one step fits 16
// bits, so that additions may wrap on the way, and that no reset leaves 16 bits.
#pragma once

#include "runtime/arithmetic.hpp"
#include "runtime/column.hpp"

namespace synfire::rt {

// Decays of these layers are units of 2^-12, so that 8 * (4096 - decay) is what a membrane keeps in units of
// 2^-15.
inline constexpr int fused_fraction_bits = 12;

// One group of parameters: of eight neurons in turn.
inline constexpr uint32_t fused_group = 8;

// The kernels read the first nine words in this order.
struct FusedLayer {
    const int8_t* weights;  // [inputs][neurons], and at least 8 bytes behind them; null: not such a layer
    uint32_t from;          // where the list of arriving spikes starts in State::events
    uint32_t to;            // where the layer's own list starts
    uint32_t row_and_keep;  // neurons * 2^16 + what is kept, 0 .. 32767; neurons below 2^15
    int32_t minus_keep;
    int32_t threshold;          // of all neurons, where parameters is null
    int32_t amount;             // that every spike subtracts at once, where parameters is null
    uint32_t neurons;           // at least 1
    int32_t scale;              // what a sum is multiplied by, where parameters is not null
    int32_t stays;              // the part of a membrane that stays after a spike: 1, or 0; the same
    const int16_t* parameters;  // of every eight neurons: biases, thresholds, what a spike adds; or null
    uint16_t source;            // list of arriving spikes
    uint16_t list;              // the layer's own
};

inline uint32_t kept_of(const FusedLayer& layer) {
    return layer.row_and_keep & 0xFFFF;
}

// The twin of synfire_step_alike and synfire_step_own.
inline uint32_t step_fused(const FusedLayer& layer, int16_t* v, uint32_t count, uint16_t* events) {
    const int32_t decay = (int32_t{1} << fused_fraction_bits) - static_cast<int32_t>(kept_of(layer) / 8);
    uint32_t spikes = 0;
    for (uint32_t i = 0; i < layer.neurons; ++i) {
        const int16_t* const p = layer.parameters == nullptr
                                     ? nullptr
                                     : layer.parameters + i / fused_group * fused_group * 3 + i % fused_group;
        int32_t input = 0;
        for (uint32_t e = 0; e < count; ++e)
            input += layer.weights[events[layer.from + e] * layer.neurons + i];
        if (p != nullptr) input = input * layer.scale + p[0];
        const int32_t kept = decay_toward_zero(v[i], decay, fused_fraction_bits);
        int32_t now = saturate_twos_complement(int64_t{kept} + wrap_twos_complement(input, 16), 16);
        if (now > (p == nullptr ? layer.threshold : p[fused_group])) {
            now = p == nullptr ? now - layer.amount : now * layer.stays + p[2 * fused_group];
            events[layer.to + spikes++] = static_cast<uint16_t>(i);
        }
        v[i] = static_cast<int16_t>(now);
    }
    return spikes;
}

}  // namespace synfire::rt

extern "C" {
// The step of a layer whose neurons are alike, without biases. v: its membranes; count: of arriving spikes;
// events: State::events. Returns how many neurons it listed.
uint32_t synfire_step_alike(const synfire::rt::FusedLayer* layer, int16_t* v, uint32_t count,
                            uint16_t* events);
// The same where every neuron has its parameters.
uint32_t synfire_step_own(const synfire::rt::FusedLayer* layer, int16_t* v, uint32_t count, uint16_t* events);
}
