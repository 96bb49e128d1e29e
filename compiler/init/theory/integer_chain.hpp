// The exact law of networks whose weights are independent integers, without drawing one.
//
// Given k active inputs, a neuron fires with P(S_k > T), S_k the sum of k independent weights. The weights
// are symmetric, so their characteristic function psi is real, and
//
//   P(|S_k| <= T) = 1/N sum_j psi(w_j)^k sin((T + 1/2) w_j) / sin(w_j / 2),   w_j = 2 pi j / N,
//
// exactly as soon as no mass of S_k lies beyond N - T. Frequencies at which psi^k has vanished drop out,
// which leaves some ten per k. Derived, checked against tests/unit/theory/data/d_exact_integer_chain.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/init/theory/survival.hpp"

namespace synfire::theory {

// P(q = 0), P(|q| = 1), ... P(|q| = M): both signs together, each equally likely.
using IntegerWeights = std::vector<double>;

// q = clip(round(z / delta), -M..M) of standard normal z.
IntegerWeights rounded_weights(double delta, int m);
// q = +1 or -1.
IntegerWeights binary_weights();
// E[q^2].
double mean_square(const IntegerWeights& weights);

// P(S_k > threshold) for k = 0..n; any threshold (below zero: silent inputs make neurons fire).
std::vector<double> integer_firing(const IntegerWeights& weights, std::size_t n, std::int64_t threshold);

// A uniform network of n neurons per layer behind an encoder Bin(n, p): entry l is layer l, as in chain()
// but for the variances, which are left 0.
std::vector<LayerActivity> integer_chain(const IntegerWeights& weights, std::size_t n, double p,
                                         std::int64_t threshold, std::size_t depth);

}  // namespace synfire::theory
