// Polynomials with per-neuron coefficients.
#include <gtest/gtest.h>

#include "compiler/frontend/onnx/expression.hpp"

namespace synfire::onnx {
namespace {

constexpr Variable v = 0, x = 1, s = 2;

TEST(Polynomial, cancels_terms) {
    EXPECT_TRUE(difference(sum(variable(v), variable(x)), sum(variable(x), variable(v))).terms.empty());
}

TEST(Polynomial, multiplies_spikes_idempotently) {
    const Polynomial spike = variable(s);
    EXPECT_EQ(product(spike, spike, {s}), spike);
    EXPECT_EQ(product(spike, difference(constant({1}), spike), {s}), Polynomial{});
    EXPECT_EQ(product(variable(v), variable(v), {s}).value().terms.begin()->first, (Monomial{v, v}));
}

TEST(Polynomial, refuses_a_high_degree) {
    std::optional<Polynomial> power = variable(v);
    for (std::size_t degree = 2; degree <= max_degree; ++degree) power = product(*power, variable(v), {});
    ASSERT_TRUE(power.has_value());
    EXPECT_EQ(product(*power, variable(v), {}), std::nullopt);
}

TEST(Polynomial, is_the_same_however_a_reset_is_written) {
    const Polynomial one = constant({1}), reset = constant({0.25}), spike = variable(s);
    // s * r + (1 - s) * v and v - s * (v - r)
    const Polynomial a = sum(*product(spike, reset, {s}), *product(difference(one, spike), variable(v), {s}));
    const Polynomial b = difference(variable(v), *product(spike, difference(variable(v), reset), {s}));
    EXPECT_EQ(a, b);
    EXPECT_EQ(substituted(a, s, 1), reset);
    EXPECT_EQ(substituted(a, s, 0), variable(v));
}

TEST(Polynomial, keeps_coefficients_per_neuron) {
    const Polynomial p = sum(scaled(variable(v), {1, 2, 3}), scaled(variable(v), {1}));
    EXPECT_EQ(coefficient(p, {v}), (PerNeuron{2, 3, 4}));
    EXPECT_EQ(coefficient(p, {x}), PerNeuron{0});
    EXPECT_EQ(compressed({2, 2, 2}), PerNeuron{2});
}

TEST(Polynomial, compares_up_to_rounding) {
    const Polynomial third = scaled(variable(v), over({1}, {3}));
    EXPECT_TRUE(nearly_equal(scaled(third, {3}), variable(v)));
    EXPECT_FALSE(nearly_equal(scaled(third, {3.0001}), variable(v)));
}

}  // namespace
}  // namespace synfire::onnx
