#include "compiler/init/theory/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "compiler/init/theory/normal_tail.hpp"
#include "compiler/init/theory/quadrature.hpp"

namespace synfire::theory {

Similarity next_similarity(const Similarity& now, double a) {
    if (!(now.variance_x > 0 && now.variance_y > 0)) return {0, 0, 0};
    const double h = a / std::sqrt(now.variance_x), k = a / std::sqrt(now.variance_y);
    const double px = upper_tail(h), py = upper_tail(k), conserved = upper_tail(a);
    if (!(px > 0 && py > 0)) return {px / conserved, py / conserved, 0};
    return {px / conserved, py / conserved, both_above(h, k, now.rho) / std::sqrt(px * py)};
}

CorrelationLimit correlation_limit(double a) {
    const double p = upper_tail(a);
    const double rho =
        falling_root([a, p](double r) { return both_above(a, a, r) / p - r; }, 0.0, 0.0, 1 - 1e-12);
    const double slope = std::exp(-a * a / (1 + rho)) / (2 * std::numbers::pi * std::sqrt(1 - rho * rho)) / p;
    return {rho, slope, -1 / std::log(slope)};
}

double correlation_noise(double a, double rho, double n) {
    const double p = upper_tail(a);
    const double both = std::max(both_above(a, a, rho), 1e-300);
    // rho' = K / sqrt(X Y) with K, X, Y counts of n independent neurons: the delta method for its logarithm.
    const double relative =
        (1 - both) / both + (1 - p) / (2 * p) + (both - p * p) / (2 * p * p) - 2 * (1 - p) / p;
    const double spikes = both / p * std::sqrt(std::max(relative, 0.0) / n);
    const double sampling = (1 - rho * rho) / std::sqrt(n);
    return std::hypot(spikes, sampling);
}

std::size_t discrimination_depth(double a, double n, double alike, double unlike, std::size_t layers) {
    Similarity x{1, 1, alike}, y{1, 1, unlike};
    std::size_t last = 0;
    for (std::size_t layer = 0; layer <= layers; ++layer) {
        const double noise = std::hypot(correlation_noise(a, x.rho, n), correlation_noise(a, y.rho, n));
        if (std::abs(x.rho - y.rho) < 2 * noise) break;
        last = layer;
        x = next_similarity(x, a);
        y = next_similarity(y, a);
    }
    return last;
}

}  // namespace synfire::theory
