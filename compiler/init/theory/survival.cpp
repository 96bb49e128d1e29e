#include "compiler/init/theory/survival.hpp"

#include <algorithm>
#include <cmath>

#include "compiler/init/theory/mean_field.hpp"
#include "compiler/init/theory/normal_tail.hpp"

namespace synfire::theory {
namespace {

constexpr double negligible = 1e-20;

// out += weight * Bin(n, p), from the mode outwards until the terms no longer count: ratio[k] = (n-k)/(k+1).
void add_binomial(double weight, double p, const std::vector<double>& ratio, Counts& out) {
    const std::size_t n = out.size() - 1;
    if (p <= 0) {
        out[0] += weight;
        return;
    }
    if (p >= 1) {
        out[n] += weight;
        return;
    }
    const auto mode = std::min(n, static_cast<std::size_t>(std::floor((static_cast<double>(n) + 1) * p)));
    const double size = static_cast<double>(n), k = static_cast<double>(mode);
    const double top = std::exp(std::lgamma(size + 1) - std::lgamma(k + 1) - std::lgamma(size - k + 1) +
                                k * std::log(p) + (size - k) * std::log1p(-p));
    const double odds = p / (1 - p), least = negligible * top;
    double term = top;
    out[mode] += weight * term;
    for (std::size_t j = mode; j < n && term > least; ++j) out[j + 1] += weight * (term *= ratio[j] * odds);
    term = top;
    for (std::size_t j = mode; j > 0 && term > least; --j)
        out[j - 1] += weight * (term /= ratio[j - 1] * odds);
}

std::vector<double> ratios(std::size_t n) {
    std::vector<double> ratio(n);
    for (std::size_t k = 0; k < n; ++k) ratio[k] = static_cast<double>(n - k) / static_cast<double>(k + 1);
    return ratio;
}

}  // namespace

Counts binomial(std::size_t n, double p) {
    Counts counts(n + 1, 0.0);
    add_binomial(1.0, p, ratios(n), counts);
    return counts;
}

Counts next_counts(const Counts& counts, const std::vector<double>& firing, std::size_t neurons) {
    Counts next(neurons + 1, 0.0);
    const std::vector<double> ratio = ratios(neurons);
    for (std::size_t k = 0; k < counts.size(); ++k)
        if (counts[k] > negligible) add_binomial(counts[k], firing[k], ratio, next);
    return next;
}

std::vector<double> firing_probability(std::size_t n, double kappa) {
    std::vector<double> firing(n + 1);
    for (std::size_t k = 0; k <= n; ++k)
        firing[k] = next_fraction(static_cast<double>(k) / static_cast<double>(n), kappa);
    return firing;
}

LayerActivity activity_of(const Counts& counts) {
    const double n = static_cast<double>(counts.size() - 1);
    LayerActivity activity;
    double square = 0, alive = 0;
    for (std::size_t k = 1; k < counts.size(); ++k) {
        const double fraction = static_cast<double>(k) / n;
        alive += counts[k];
        activity.mean += counts[k] * fraction;
        square += counts[k] * fraction * fraction;
    }
    // The complement keeps all digits of a small probability of death, and none below the rounding of sums.
    activity.survival = std::clamp(alive < 0.5 ? alive : 1 - counts[0], 0.0, 1.0);
    activity.sd = std::sqrt(std::max(square - activity.mean * activity.mean, 0.0));
    activity.mean_alive = alive > 0 ? activity.mean / alive : 0;
    return activity;
}

std::vector<LayerActivity> chain(const Counts& encoder, const std::vector<Layer>& layers) {
    std::vector<LayerActivity> all{activity_of(encoder)};
    Counts counts = encoder;
    std::vector<double> firing;
    double kappa = -1;
    for (const Layer& layer : layers) {
        const LayerActivity before = all.back();
        if (firing.size() != counts.size() || layer.kappa != kappa)
            firing = firing_probability(counts.size() - 1, kappa = layer.kappa);
        counts = next_counts(counts, firing, layer.neurons);
        LayerActivity now = activity_of(counts);
        now.variance = layer.kappa * before.mean;
        const double between = layer.kappa * before.sd;
        // The variance of n normals of variance v has itself the variance 2 v^2 / n.
        const double square = now.variance * now.variance + between * between;
        now.variance_sd = std::sqrt(between * between + 2 * square / static_cast<double>(layer.neurons));
        all.push_back(now);
    }
    return all;
}

double survival_probability(std::size_t n, double a, std::size_t depth) {
    const OperatingPoint point = operating_point(a);
    const std::vector<double> firing = firing_probability(n, point.kappa);
    Counts counts = binomial(n, point.p);
    for (std::size_t layer = 0; layer < depth; ++layer) counts = next_counts(counts, firing, n);
    return activity_of(counts).survival;
}

std::size_t smallest_width(double a, std::size_t depth, double survival, std::size_t most) {
    std::size_t low = 0, high = 1;  // low does not survive
    while (survival_probability(high, a, depth) < survival) {
        if (high >= most) return 0;
        low = high;
        high = std::min(2 * high, most);
    }
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (survival_probability(middle, a, depth) < survival ? low : high) = middle;
    }
    return high;
}

double largest_a(std::size_t n, std::size_t depth, double survival, double most) {
    double low = 0, high = most;
    if (survival_probability(n, most, depth) >= survival) return most;
    while (high - low > 1e-4) {
        const double middle = (low + high) / 2;
        (survival_probability(n, middle, depth) >= survival ? low : high) = middle;
    }
    return low;
}

double smallest_width_rule(double a, std::size_t depth, double survival) {
    const OperatingPoint point = operating_point(a);
    const double exponent = std::log(static_cast<double>(depth) * (1 - point.slope) / (1 - survival)) - 1.3;
    return std::max(1.0, exponent / point.barrier.value_or(0));
}

}  // namespace synfire::theory
