#include "compiler/init/theory/lattice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "compiler/init/theory/normal_tail.hpp"
#include "compiler/init/theory/quadrature.hpp"

namespace synfire::theory {

double mean_square_nearest(double delta, int m) {
    double sum = 0;  // of q^2 - (q-1)^2 = 2q - 1, each weighed with P(|q| reaches it)
    for (int q = 1; q <= m; ++q) sum += (2 * q - 1) * upper_tail((q - 0.5) * delta);
    return 2 * sum;
}

double mean_square_stochastic(double delta, int m) {
    // Between f and f + 1 the mean of q^2 is linear in |z| / delta, from f^2 to (f+1)^2.
    double sum = 0;
    for (int f = 0; f < m; ++f) {
        const double below = f * delta, above = (f + 1) * delta;
        const double mass = upper_tail(below) - upper_tail(above);
        const double first_moment = density(below) - density(above);
        sum += (2.0 * f + 1) * first_moment / delta - (static_cast<double>(f) * f + f) * mass;
    }
    return 2 * (sum + static_cast<double>(m) * m * upper_tail(m * delta));
}

double zero_fraction(double delta) {
    return 1 - 2 * upper_tail(delta / 2);
}

double squared_error(double delta, int m) {
    double product = 0;  // E[z delta q] / 2
    for (int q = 1; q <= m; ++q) product += delta * density((q - 0.5) * delta);
    return 1 - 4 * product + variance_ratio_nearest(delta, m);
}

double optimal_step(int m) {
    // The derivative of the squared error: at the optimum it goes from negative to positive. It is written
    // out, since a minimum is flat in the error itself.
    const auto falling = [m](double delta) {
        double slope = 0;
        for (int q = 1; q <= m; ++q) {
            const double x = q - 0.5, f = density(x * delta);
            slope += -4 * f * (1 - x * x * delta * delta);  // of -4 delta f
            slope += 2 * (2 * q - 1) * (2 * delta * upper_tail(x * delta) - delta * delta * x * f);
        }
        return -slope;
    };
    // A single sign change lies between clipping at 1 and at 8 sigma.
    return falling_root(falling, 0, 1.0 / m, 8.0 / m);
}

double median_maximum(double count) {
    return upper_quantile(-std::expm1(-std::numbers::ln2 / count) / 2);  // (1 - 2Q)^count = 1/2
}

Ternary ternary(double cut) {
    const double kept = 2 * upper_tail(cut), alpha = hazard(cut);
    return {cut, alpha, alpha * alpha * kept, 1 - kept};
}

Ternary ternary_weight_network() {
    return ternary(0.7 * std::sqrt(2 / std::numbers::pi));
}

Ternary ternary_optimal() {
    // Lloyd's condition: the cut lies in the middle between the levels 0 and alpha.
    return ternary(falling_root([](double cut) { return hazard(cut) / 2 - cut; }, 0, 0.0, 2.0));
}

double binary_variance_ratio() {
    return 2 / std::numbers::pi;
}

double integer_threshold(double a, double fan_in, double p, double mean_square) {
    return a * std::sqrt(fan_in * p * mean_square);
}

std::int64_t lattice_threshold(double threshold, int step) {
    return step * static_cast<std::int64_t>(std::floor(threshold / step));
}

double effective_a(std::int64_t threshold, double fan_in, double p, double mean_square, int step) {
    return (static_cast<double>(threshold) + step / 2.0) / std::sqrt(fan_in * p * mean_square);
}

double matched_step(double delta, int m, double a, double fan_in, double p, int step) {
    const auto threshold = [&](double d) {
        return integer_threshold(a, fan_in, p, mean_square_nearest(d, m));
    };
    const double target = static_cast<double>(lattice_threshold(threshold(delta), step)) + step / 2.0;
    const double low = 1e-6 * delta, high = 1e3 * delta;
    if (threshold(low) <= target || threshold(high) >= target) return 0;
    return falling_root(threshold, target, low, high);  // E[q^2] falls with delta
}

int membrane_bits(double fan_in, double p, double mean_square, int shift, double beta) {
    // 8 standard deviations. A leak keeps the variance of 1 / (1 - beta^2) steps; near 1 silent neurons drift
    // far below zero, which the factor 3 covers (measured).
    const double leak = std::sqrt(std::max(1 - beta * beta, 1e-6));
    const double sigmas = 8 / leak * (beta >= 0.9 ? 3 : 1);
    const double most = sigmas * std::sqrt(fan_in * p * mean_square) * std::exp2(shift);
    return 1 + std::max(1, static_cast<int>(std::ceil(std::log2(std::max(most, 1.0)))));
}

}  // namespace synfire::theory
