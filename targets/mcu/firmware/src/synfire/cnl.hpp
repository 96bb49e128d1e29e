// Membrane potentials and weights as fixed-point numbers of CNL (https://github.com/johnmcfarlane/cnl), for
// firmware of your own: arithmetic in the units of the model, checked by types, with the integers that the
// network runs on. Views only, nothing is copied. Needs CNL and C++20; nothing else in this folder does.
//
//     const auto v = synfire::membranes<0>(state);        // of population 0
//     cnl::scaled_integer<int32_t, cnl::power<-9>> x = v[7];
//     const auto w = synfire::weights<1>();               // of connection 1, as views.hpp numbers them
//     auto y = x + w(3, 7);                               // from neuron 3 to neuron 7
//
// A population's unit has to be a power of two: compile with --scale-per power-of-two.
#pragma once

#include <cnl/scaled_integer.h>
#include <type_traits>

#include "model.hpp"
#include "tables.hpp"
#include "views.hpp"

namespace synfire {

// integer * 2^exponent.
template <class Integer, int exponent>
using FixedPoint = cnl::scaled_integer<Integer, cnl::power<exponent>>;

template <class Integer, int exponent>
constexpr FixedPoint<Integer, exponent> fixed_point(Integer integer) {
    return cnl::from_rep<FixedPoint<Integer, exponent>, Integer>{}(integer);
}

// The membrane potentials of one population after the last step.
template <class Integer, int exponent>
class MembraneView {
  public:
    constexpr MembraneView(const Integer* v, uint16_t neurons) : v_(v), neurons_(neurons) {}
    constexpr uint16_t size() const { return neurons_; }
    constexpr FixedPoint<Integer, exponent> operator[](uint16_t neuron) const {
        return fixed_point<Integer, exponent>(v_[neuron]);
    }

  private:
    const Integer* v_;
    uint16_t neurons_;
};

// The weights of one dense connection, in the unit of its target's membrane potentials.
template <int exponent>
class WeightView {
  public:
    constexpr WeightView(const void* weights, const WeightFacts& facts) : weights_(weights), facts_(facts) {}
    constexpr uint16_t inputs() const { return facts_.inputs; }
    constexpr uint16_t outputs() const { return facts_.outputs; }
    FixedPoint<int16_t, exponent> operator()(uint16_t input, uint16_t output) const {
        return fixed_point<int16_t, exponent>(static_cast<int16_t>(stored(input, output)));
    }

  private:
    int32_t stored(uint32_t input, uint32_t output) const {
        const auto* const row = static_cast<const uint8_t*>(weights_) + input * facts_.row_bytes;
        if (facts_.bits == 2) return rt::weight_at<2>(row, output);
        if (facts_.bits == 4) return rt::weight_at<4>(row, output);
        if (facts_.bits == 8) return rt::weight_at<8>(row, output);
        if (facts_.bits == 16) return rt::weight_at<16>(row, output);
        // Rows of kernels: the bytes of eight neighbours change places among themselves.
        for (uint32_t k = output / 8 * 8; k < output / 8 * 8 + 8; ++k)
            if (rt::neuron_of_byte(facts_.order, k) == output)
                return rt::weight_in_row(facts_.order, reinterpret_cast<rt::Row>(row), k);
        return 0;
    }

    const void* weights_;
    WeightFacts facts_;
};

template <uint16_t population>
constexpr auto membranes(const emitted::State& state) {
    constexpr MembraneFacts facts = emitted::Views::membranes[population];
    static_assert(facts.exponent != no_exponent,
                  "the unit of this population is not a power of two: compile with --scale-per power-of-two");
    using Integer = std::remove_cvref_t<decltype(state.v[0])>;
    return MembraneView<Integer, facts.exponent>(state.v + facts.first, facts.neurons);
}

template <uint16_t connection>
auto weights() {
    constexpr WeightFacts facts = emitted::Views::weights[connection];
    static_assert(
        facts.exponent != no_exponent,
        "weights that are sparse, drawn from a seed or in a unit that is not a power of two have no view");
    return WeightView<facts.exponent>(emitted::Tables::connections[connection].weights, facts);
}

}  // namespace synfire
