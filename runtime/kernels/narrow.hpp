// The update of cores without a 64-bit sum of products, in C++: where v times what is kept fits 32 bits,
// which the emitter has proven (KernelFamily::long_product). Freestanding C++17.
#pragma once

#include "runtime/kernels/lanes.hpp"

namespace synfire::rt {

// What neurons of a layer share, in registers.
struct NarrowLayer {
    int32_t keep;
    uint32_t fraction_bits, sign_shift;
    int32_t scale;
};

// leak_and_add: the sign of the product moves the fraction that is cut off towards zero.
[[gnu::always_inline]] inline int32_t leak_narrow(const NarrowLayer& layer, int32_t v, int32_t input) {
    const int32_t product = v * layer.keep;
    const auto towards_zero = static_cast<int32_t>(static_cast<uint32_t>(product >> 31) >> layer.sign_shift);
    return ((product + towards_zero) >> layer.fraction_bits) + input;
}

// Neurons at, at + 1 of the arrays; each array pointer stands at the first of them.
template <bool own>
[[gnu::always_inline]] inline void update_two(const NarrowLayer& layer, int32_t* v, const int16_t* sum,
                                              const int32_t* parameters, int32_t threshold, uint32_t at,
                                              uint16_t*& spikes) {
    for (uint32_t k = 0; k < 2; ++k) {
        const int32_t input = sum[k] * layer.scale + (own ? parameters[k] : 0);
        const int32_t now = leak_narrow(layer, v[k], input);
        v[k] = now;
        if (now > (own ? parameters[2 + k] : threshold)) *spikes++ = static_cast<uint16_t>(at + k);
    }
}

template <bool own>
[[gnu::always_inline]] inline uint16_t* update_all(const NarrowLayer& layer, const LaneUpdate& u) {
    int32_t* v = u.v;
    const int16_t* sum = u.sum;
    const int32_t* parameters = u.parameters;
    const int32_t threshold = u.threshold;
    uint16_t* spikes = u.spikes;
    for (uint32_t at = 0; at < u.neurons; at += 4, v += 4, sum += 4, parameters += own ? 8 : 0) {
        update_two<own>(layer, v, sum, parameters, threshold, at, spikes);
        update_two<own>(layer, v + 2, sum + 2, own ? parameters + 4 : parameters, threshold, at + 2, spikes);
    }
    return spikes;
}

[[gnu::optimize("O2")]] inline uint16_t* update_narrow(const LaneUpdate& u) {
    const NarrowLayer layer{(int32_t{1} << u.fraction_bits) + (u.leak >> (32 - u.fraction_bits)),
                            u.fraction_bits, 32 - u.fraction_bits, u.scale};
    return u.parameters == nullptr ? update_all<false>(layer, u) : update_all<true>(layer, u);
}

}  // namespace synfire::rt
