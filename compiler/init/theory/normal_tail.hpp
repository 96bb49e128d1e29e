// The normal distribution as the theory of spiking needs it: density, upper tail, hazard, tail quantile, and
// the probability that two correlated normals both exceed a level.
#pragma once

namespace synfire::theory {

// phi(x), the standard normal density.
double density(double x);

// Q(x) = P(z > x) for standard normal z.
double upper_tail(double x);

// phi(x) / Q(x); finite for all x, ~ x for large x.
double hazard(double x);

// The x with Q(x) = p; p in 0..1, both excluded.
double upper_quantile(double p);

// P(x > h and y > k) for standard normals of correlation rho in -1..1. Plackett's identity: the derivative in
// rho is the density at (h, k). (R. L. Plackett, "A reduction formula for normal multivariate integrals",
// Biometrika 41, 1954.)
double both_above(double h, double k, double rho);

}  // namespace synfire::theory
