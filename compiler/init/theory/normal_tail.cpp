#include "compiler/init/theory/normal_tail.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "compiler/init/theory/quadrature.hpp"

namespace synfire::theory {

double density(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
}

double upper_tail(double x) {
    return 0.5 * std::erfc(x / std::numbers::sqrt2);
}

double hazard(double x) {
    // Both underflow from 38 on; the asymptotic series is good to 1e-9 from 30 on.
    if (x > 30) return x + 1 / x - 2 / (x * x * x);
    return density(x) / upper_tail(x);
}

double upper_quantile(double p) {
    return falling_root(upper_tail, p, -39.0, 39.0);
}

double both_above(double h, double k, double rho) {
    if (rho >= 1) return upper_tail(std::max(h, k));
    if (rho <= -1) return std::max(0.0, upper_tail(h) - upper_tail(-k));
    // With rho = sin t the square root of the density's denominator cancels.
    const auto slope = [h, k](double t) {
        const double s = std::sin(t), c = std::cos(t);
        return std::exp(-(h * h + k * k - 2 * h * k * s) / (2 * c * c));
    };
    const double turn = integrate(slope, 0.0, std::asin(rho), 8);
    return upper_tail(h) * upper_tail(k) + turn / (2 * std::numbers::pi);
}

}  // namespace synfire::theory
