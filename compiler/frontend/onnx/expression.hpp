// Polynomials over the variables of a time step (states, inputs, drives, threshold comparisons), one per
// neuron of a population at once: a coefficient is one number for all neurons or one per neuron.
//
// Everything a neuron computes between its synapses and its spike is such a polynomial, however the exporter
// wrote it down; equal neurons therefore become equal polynomials.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "compiler/network/network.hpp"

namespace synfire::onnx {

using Variable = int;
// Factors in ascending order; empty: the constant term.
using Monomial = std::vector<Variable>;

inline constexpr std::size_t max_degree =
    3;  // reset without delay multiplies two comparisons with a potential
inline constexpr std::size_t max_terms = 256;

struct Polynomial {
    std::map<Monomial, PerNeuron> terms;  // no zero coefficients

    friend bool operator==(const Polynomial&, const Polynomial&) = default;
};

Polynomial constant(PerNeuron value);
Polynomial variable(Variable v);

// Coefficients of size 1 meet coefficients of any size n; two sizes other than 1 must be equal.
Polynomial sum(const Polynomial& a, const Polynomial& b);
Polynomial scaled(const Polynomial& a, const PerNeuron& factor);
Polynomial difference(const Polynomial& a, const Polynomial& b);

// Variables in idempotent are 0 or 1, so that their powers are themselves. Nothing where the degree or the
// number of terms exceeds the bounds above.
std::optional<Polynomial> product(const Polynomial& a, const Polynomial& b,
                                  const std::set<Variable>& idempotent);

// The polynomial with v replaced by a number.
Polynomial substituted(const Polynomial& p, Variable v, double value);

// The polynomial with v replaced by another one. Nothing where the bounds above are exceeded.
std::optional<Polynomial> replaced(const Polynomial& p, Variable v, const Polynomial& by,
                                   const std::set<Variable>& idempotent);

PerNeuron coefficient(const Polynomial& p, const Monomial& monomial);  // {0} where it is missing
PerNeuron constant_term(const Polynomial& p);
Polynomial without_constant(Polynomial p);
bool is_constant(const Polynomial& p);
bool is_affine(const Polynomial& p);
std::set<Variable> variables(const Polynomial& p);
// The variable v where p is exactly 1 * v.
std::optional<Variable> single_variable(const Polynomial& p);

// Equal up to the rounding of float64 (relative to the largest coefficient).
bool nearly_equal(const Polynomial& a, const Polynomial& b);

// Arithmetic of coefficients.
PerNeuron plus(const PerNeuron& a, const PerNeuron& b);
PerNeuron minus(const PerNeuron& a, const PerNeuron& b);
PerNeuron times(const PerNeuron& a, const PerNeuron& b);
PerNeuron over(const PerNeuron& a, const PerNeuron& b);
bool all_equal_to(const PerNeuron& a, double value);
// One value where all are the same.
PerNeuron compressed(PerNeuron a);

}  // namespace synfire::onnx
