// What rounding weights to integers does to their second moment, and which integer threshold goes with them.
//
// Weights w = sigma z, z ~ N(0,1), step delta (in units of sigma), q = clip(round(z / delta), -M..M). A layer
// only feels r = E[(delta q)^2], the factor on its weight variance (mean_field.hpp: settled()). Derived,
// checked against tests/unit/theory/data/d_quantization_theory.json; the ternary rule of
// 0.7 E|w| is that of Li, Zhang and Liu, "Ternary weight networks", arXiv 1605.04711, section 2.
#pragma once

#include <cstdint>
#include <vector>

namespace synfire::theory {

// E[q^2] and r of rounding to nearest. delta > 0, M >= 1.
double mean_square_nearest(double delta, int m);
inline double variance_ratio_nearest(double delta, int m) {
    return delta * delta * mean_square_nearest(delta, m);
}
// The same for stochastic rounding of the clipped weight.
double mean_square_stochastic(double delta, int m);
inline double variance_ratio_stochastic(double delta, int m) {
    return delta * delta * mean_square_stochastic(delta, m);
}
// P(q = 0) of rounding to nearest.
double zero_fraction(double delta);
// E[(z - delta q)^2] of rounding to nearest.
double squared_error(double delta, int m);
// The delta of least squared error.
double optimal_step(int m);

// The median of max |z| over `count` independent standard normals: the sigma that max-abs scaling maps to M,
// delta = median_maximum(count) / M.
double median_maximum(double count);

// Weights of {-alpha, 0, alpha}: z is kept where |z| > cut, alpha is the mean of the kept magnitudes.
struct Ternary {
    double cut = 0;
    double alpha = 0;
    double variance_ratio = 0;
    double zero_fraction = 0;
};
Ternary ternary(double cut);
Ternary ternary_weight_network();  // cut = 0.7 E|z|
Ternary ternary_optimal();         // least squared error
// Weights +-E|z|: the variance ratio 2/pi.
double binary_variance_ratio();

// The threshold of a layer in units of its integers: a * sqrt(fan-in * p * E[q^2]), p the activity of the
// layer before (or the mean square of a real-valued input).
double integer_threshold(double a, double fan_in, double p, double mean_square);

// Sums of integer weights lie on the multiples of `step` (2 where all weights are even), where u > T is
// the same as u > T + step/2. Weights of +-1 have step 1: their sums have the parity of the number of active
// inputs, which is even as often as odd. The multiple of step for T whose T + step/2 is nearest to the real
// threshold.
std::int64_t lattice_threshold(double threshold, int step = 1);

// The operating point that an integer threshold stands for.
double effective_a(std::int64_t threshold, double fan_in, double p, double mean_square, int step = 1);

// The delta nearest to the one given for which the real threshold is T + step/2 exactly, T as chosen by
// lattice_threshold: with it the rounded network has operating point a. 0 where there is none (T + step/2
// beyond what weights of magnitude M can reach).
double matched_step(double delta, int m, double a, double fan_in, double p, int step = 1);

// Signed bits of a membrane in units of 2^-shift of the weights' integers that hold 8 standard deviations,
// 8 sqrt(fan-in p E[q^2] / (1 - beta^2)), three times as much from beta = 0.9 on.
int membrane_bits(double fan_in, double p, double mean_square, int shift, double beta);

}  // namespace synfire::theory
