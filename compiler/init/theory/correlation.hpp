// Two inputs through the same weights: how similar the potentials of each layer are, without weights.
//
// Given the spikes x, y of a layer, the potentials of the next are jointly normal with covariance
// c/n (x.x, x.y, y.y), so that the correlation maps as rho' = P(both fire) / sqrt(p_x p_y). Derived, checked
// against tests/unit/theory/data/t_meanfield_theory.json (rho_star, chi) and e_two_input_correlation.json.
//
// Whatever two inputs have in common, the correlation ends at rho* < 1 (rho = 1 is unstable: the map has an
// infinite slope there), so that activity outlives the difference between inputs.
#pragma once

#include <cstddef>
#include <vector>

namespace synfire::theory {

struct Similarity {
    double variance_x = 1, variance_y = 1;  // of u, in units of sigma_u^2
    double rho = 0;                         // correlation of u over neurons
};

// The next layer's; weights that conserve sigma_u = 1 at operating point a. Where one of the two has died
// out, rho is 0.
Similarity next_similarity(const Similarity& now, double a);

struct CorrelationLimit {
    double rho = 0;           // rho*: every pair of inputs ends there
    double slope = 0;         // chi: the factor that the distance to it shrinks by in each layer
    double e_fold_depth = 0;  // -1 / ln(chi), layers
};
CorrelationLimit correlation_limit(double a);

// Standard deviation that the choice of n neurons adds to the correlation measured in one layer.
double correlation_noise(double a, double rho, double n);

// The last layer (0: the encoder) in which a pair of inputs of correlation `alike` can still be told from
// a pair of correlation `unlike` by the correlation of n potentials: the two differ by at least two standard
// deviations of the difference. At most `layers`.
std::size_t discrimination_depth(double a, double n, double alike, double unlike, std::size_t layers);

}  // namespace synfire::theory
