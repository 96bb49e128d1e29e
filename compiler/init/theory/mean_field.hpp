// Activity in an infinitely wide layered network, one time step, without weights.
//
// With independent weights of mean 0 the potentials of a layer are normal, so that the fraction p of neurons
// that fire maps from layer to layer as
//
//   g(p) = Q(theta / sqrt(c p)),   c = fan-in * Var[w].
//
// Variance-conserving weights, Var[w] = sigma_u^2 / (fan-in * Q(a)) with a = theta / sigma_u, make p = Q(a) a
// fixed point (Micheli et al. 2024, arXiv 2410.00580; theta = a for their sigma_u = 1). Everything beyond
// that is derived, checked against tests/unit/theory/data/t_meanfield_theory.json: only kappa = c / theta^2
// counts, and the fixed points are the roots of a^2 Q(a) = 1 / kappa.
#pragma once

#include <optional>

namespace synfire::theory {

// g(p); kappa = c / theta^2. Zero activity stays zero.
double next_fraction(double p, double kappa);

// Where a^2 Q(a) is greatest, a h(a) = 2: the last operating point that is stable.
double critical_a();  // 1.190601...
// The least kappa at which a network of any width keeps firing.
double minimal_kappa();  // 6.034397...
// The greatest threshold at which weights of the given c keep firing.
double maximal_threshold(double c);

// The two operating points that share a kappa; none below minimal_kappa(). A network at or above `unstable`
// (less activity) dies out, below it settles at `stable`.
struct FixedPoints {
    double stable = 0;    // a <= critical_a()
    double unstable = 0;  // a >= critical_a()
};
std::optional<FixedPoints> fixed_points(double kappa);

// The other, unstable fixed point of a stable operating point, in units of sigma_u = 1.
struct UnstablePoint {
    double a = 0;
    double p = 0;         // first-layer activity below it dies out
    double variance = 0;  // of u
};

struct OperatingPoint {
    double a = 0;                  // theta / sigma_u
    double p = 0;                  // Q(a), fraction that fires
    double kappa = 0;              // n Var[w] / theta^2 = 1 / (a^2 Q(a))
    double weight_variance_n = 0;  // n Var[w] / sigma_u^2 = 1 / Q(a)
    double slope = 0;              // g'(p) = a h(a) / 2
    bool stable = false;           // slope < 1
    // Of a stable point: the rest is empty otherwise.
    std::optional<UnstablePoint> unstable;
    std::optional<double> least_variance_ratio;  // r_min: factor on the weight variance that still lives
    std::optional<double> barrier;               // Delta Phi: how hard a layer's noise finds it to die
};
// a > 0.
OperatingPoint operating_point(double a);

// Where a network settles whose weight variance is off by the factor r (quantization, pruning), in units of
// sigma_u = 1: kappa becomes r * kappa.
struct Settled {
    double variance = 0;  // of u; 0: dies out
    double p = 0;
};
Settled settled(double a, double r);

// Standard deviation of p over draws of a layer of n neurons, divided by p: sqrt((1-p) / (n p (1-slope^2))).
// Of a stable operating point.
double relative_spread(const OperatingPoint& point, double n);

}  // namespace synfire::theory
