#include "compiler/init/theory/mean_field.hpp"

#include <cmath>

#include "compiler/init/theory/normal_tail.hpp"
#include "compiler/init/theory/quadrature.hpp"

namespace synfire::theory {
namespace {

// a^2 Q(a) = 1 / kappa: rises up to critical_a() and falls from there.
double inverse_kappa(double a) {
    return a * a * upper_tail(a);
}

// Integral from p_u to p of twice the drift over the variance of a binomial step, 2 (g(p) - p) / (g (1 - g)):
// the exponent with which the waiting time for extinction grows with the width. Over t = 1 / sqrt(kappa p),
// where g = Q(t) and p_u and p are the fixed points themselves.
double barrier_of(double kappa, double stable, double unstable) {
    return integrate(
        [kappa](double t) {
            const double p = 1 / (kappa * t * t), next = upper_tail(t);
            return 2 * (next - p) / (next * (1 - next)) * 2 * p / t;
        },
        stable, unstable, 16);
}

}  // namespace

double next_fraction(double p, double kappa) {
    return p > 0 && kappa > 0 ? upper_tail(1 / std::sqrt(kappa * p)) : 0;
}

double critical_a() {
    return falling_root([](double a) { return -a * hazard(a); }, -2, 0.5, 2.0);
}

double minimal_kappa() {
    return 1 / inverse_kappa(critical_a());
}

double maximal_threshold(double c) {
    return std::sqrt(c / minimal_kappa());
}

std::optional<FixedPoints> fixed_points(double kappa) {
    if (kappa < minimal_kappa()) return std::nullopt;
    const double level = 1 / kappa, top = critical_a();
    return FixedPoints{falling_root([](double a) { return -inverse_kappa(a); }, -level, 0.0, top),
                       falling_root(inverse_kappa, level, top, 39.0)};
}

OperatingPoint operating_point(double a) {
    OperatingPoint point;
    point.a = a;
    point.p = upper_tail(a);
    point.kappa = 1 / inverse_kappa(a);
    point.weight_variance_n = 1 / point.p;
    point.slope = a * hazard(a) / 2;
    point.stable = point.slope < 1;
    if (!point.stable) return point;
    const double other = falling_root(inverse_kappa, inverse_kappa(a), critical_a(), 39.0);
    point.unstable = UnstablePoint{other, upper_tail(other), a * a / (other * other)};
    point.least_variance_ratio = inverse_kappa(a) * minimal_kappa();
    point.barrier = barrier_of(point.kappa, a, other);
    return point;
}

Settled settled(double a, double r) {
    if (!(r > 0)) return {};
    const auto points = fixed_points(r / inverse_kappa(a));
    if (!points) return {};
    return {a * a / (points->stable * points->stable), upper_tail(points->stable)};
}

double relative_spread(const OperatingPoint& point, double n) {
    return std::sqrt((1 - point.p) / (n * point.p * (1 - point.slope * point.slope)));
}

}  // namespace synfire::theory
