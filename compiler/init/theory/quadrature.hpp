// Gauss-Legendre quadrature of smooth functions: 16 nodes on each of a number of equal panels. The nodes are
// the roots of the Legendre polynomial, found by Newton's method from Tricomi's first guess.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace synfire::theory {

struct LegendreRule {
    static constexpr std::size_t order = 16;
    std::array<double, order> node{}, weight{};  // on -1..1
};

inline LegendreRule legendre_rule() {
    LegendreRule rule;
    const double n = LegendreRule::order;
    for (std::size_t i = 0; i < LegendreRule::order; ++i) {
        double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5)), slope = 1;
        for (int iteration = 0; iteration < 8; ++iteration) {
            double before = 1, value = x;  // the polynomials of degree 0 and 1
            for (int degree = 2; degree <= static_cast<int>(LegendreRule::order); ++degree) {
                const double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
                before = value;
                value = next;
            }
            slope = n * (x * value - before) / (x * x - 1);
            x -= value / slope;
        }
        rule.node[i] = x;
        rule.weight[i] = 2 / ((1 - x * x) * slope * slope);
    }
    return rule;
}

// The integral of f from `from` to `to`; `to` may lie below `from`.
template <class F>
double integrate(F f, double from, double to, int panels) {
    const LegendreRule rule = legendre_rule();
    const double half = (to - from) / (2.0 * panels);
    double sum = 0;
    for (int panel = 0; panel < panels; ++panel) {
        const double middle = from + half * (2 * panel + 1);
        for (std::size_t i = 0; i < LegendreRule::order; ++i)
            sum += rule.weight[i] * f(middle + half * rule.node[i]);
    }
    return half * sum;
}

// The x in low..high at which the falling function f crosses the level, to the last bit by bisection. The
// ends, where f does not cross.
template <class F>
double falling_root(F f, double level, double low, double high) {
    for (int iteration = 0; iteration < 200; ++iteration) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (f(middle) > level ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

}  // namespace synfire::theory
