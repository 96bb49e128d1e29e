// Arithmetic on parameters that are one value for a population or one per neuron; front ends fold with it.
#pragma once

#include <algorithm>

#include "compiler/network/network.hpp"

namespace synfire {

// f neuron by neuron; one value where both have one.
template <class F>
PerNeuron combine(const PerNeuron& a, const PerNeuron& b, F f) {
    PerNeuron out(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(at(a, i), at(b, i));
    return out;
}

inline PerNeuron multiply(const PerNeuron& a, const PerNeuron& b) {
    return combine(a, b, [](double x, double y) { return x * y; });
}

inline bool all_equal(const PerNeuron& values, double value) {
    return std::all_of(values.begin(), values.end(), [&](double v) { return v == value; });
}

}  // namespace synfire
