// The update of cores without a 64-bit sum of products, in C++: where v times what is kept fits 32 bits,
// which the emitter has proven (KernelFamily::long_product). Freestanding C++17.
#pragma once

#include "runtime/kernels/lanes.hpp"

namespace synfire::rt {

// The decays of these cores are units of 2^-12, so that every shift is an immediate.
inline constexpr int narrow_fraction_bits = 12;

// leak_and_add: of a negative v, |v| < 2^20, the highest 12 bits are ones and move the fraction that is cut
// off towards zero.
[[gnu::always_inline]] inline int32_t leak_narrow(int32_t keep, int32_t v, int32_t input) {
    const auto towards_zero = static_cast<int32_t>(static_cast<uint32_t>(v) >> (32 - narrow_fraction_bits));
    return ((v * keep + towards_zero) >> narrow_fraction_bits) + input;
}

// One neuron; first: that of the layer. Returns where the list of spikes ends.
[[gnu::always_inline]] inline uint16_t* update_one(int32_t keep, int32_t input, int32_t threshold, int32_t* v,
                                                   const int32_t* first, uint16_t* spikes) {
    const int32_t now = leak_narrow(keep, *v, input);
    *v = now;
    if (now > threshold) *spikes++ = static_cast<uint16_t>(v - first);
    return spikes;
}

// synfire_update where every neuron has its parameters.
SYNFIRE_FOR_SPEED inline uint16_t* update_own(int32_t* v, const int16_t* sum, const LaneLayer& layer,
                                              uint16_t* spikes) {
    const int32_t* const first = v;
    const int32_t* const end = v + layer.whole;
    const int32_t* p = layer.parameters;
    const int32_t keep = (int32_t{1} << narrow_fraction_bits) + (layer.leak >> (32 - narrow_fraction_bits));
    const int32_t scale = layer.scale;
    for (; v != end; v += 4, sum += 4, p += 8) {
        spikes = update_one(keep, sum[0] * scale + p[0], p[2], v, first, spikes);
        spikes = update_one(keep, sum[1] * scale + p[1], p[3], v + 1, first, spikes);
        spikes = update_one(keep, sum[2] * scale + p[4], p[6], v + 2, first, spikes);
        spikes = update_one(keep, sum[3] * scale + p[5], p[7], v + 3, first, spikes);
    }
    return spikes;
}

}  // namespace synfire::rt
