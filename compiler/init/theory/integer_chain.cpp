#include "compiler/init/theory/integer_chain.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "compiler/init/theory/normal_tail.hpp"

namespace synfire::theory {
namespace {

struct Frequency {
    double psi;     // characteristic function of one weight
    double power;   // psi^k
    double kernel;  // sin((T + 1/2) w) / sin(w / 2), counted twice: for w and -w
};

double characteristic(const IntegerWeights& weights, double w) {
    double sum = weights[0];
    for (std::size_t q = 1; q < weights.size(); ++q) sum += weights[q] * std::cos(static_cast<double>(q) * w);
    return sum;
}

// Frequencies 1..N/2 of an odd N that leaves room for every sum that counts.
std::vector<Frequency> frequencies(const IntegerWeights& weights, double size, double t) {
    std::vector<Frequency> all;
    const double step = 2 * std::numbers::pi / size;
    for (double j = 1; j <= (size - 1) / 2; ++j) {
        const double w = j * step;
        all.push_back({characteristic(weights, w), 1.0, 2 * std::sin((t + 0.5) * w) / std::sin(w / 2)});
    }
    return all;
}

// The least odd N with N - T beyond ten standard deviations of S_n, or beyond all that can be reached.
double transform_size(const IntegerWeights& weights, std::size_t n, double t) {
    const double active = static_cast<double>(n), most = static_cast<double>(weights.size() - 1) * active;
    const double far = std::min(
        most, 10 * std::sqrt(active * mean_square(weights)) + 10 * static_cast<double>(weights.size()));
    return 2 * std::ceil((t + far) / 2) + 3;
}

}  // namespace

IntegerWeights rounded_weights(double delta, int m) {
    IntegerWeights weights{1 - 2 * upper_tail(delta / 2)};
    for (int q = 1; q <= m; ++q)
        weights.push_back(2 * (upper_tail((q - 0.5) * delta) - (q < m ? upper_tail((q + 0.5) * delta) : 0)));
    return weights;
}

IntegerWeights binary_weights() {
    return {0.0, 1.0};
}

double mean_square(const IntegerWeights& weights) {
    double sum = 0;
    for (std::size_t q = 1; q < weights.size(); ++q)
        sum += static_cast<double>(q) * static_cast<double>(q) * weights[q];
    return sum;
}

std::vector<double> integer_firing(const IntegerWeights& weights, std::size_t n, std::int64_t threshold) {
    if (threshold < 0) {  // P(S > T) = 1 - P(S > -T - 1), by symmetry
        std::vector<double> firing = integer_firing(weights, n, -threshold - 1);
        for (double& p : firing) p = 1 - p;
        return firing;
    }
    const double t = static_cast<double>(threshold), most = static_cast<double>(weights.size() - 1);
    std::vector<double> firing(n + 1, 0.0);
    if (t >= most * static_cast<double>(n)) return firing;
    const double size = transform_size(weights, n, t);
    std::vector<Frequency> active = frequencies(weights, size, t);
    for (std::size_t k = 1; k <= n; ++k) {
        double within = 2 * t + 1;  // frequency 0
        std::size_t kept = 0;
        for (Frequency& f : active) {
            f.power *= f.psi;
            within += f.power * f.kernel;
            if (std::abs(f.power) > 1e-20) active[kept++] = f;
        }
        active.resize(kept);
        firing[k] = std::clamp((1 - within / size) / 2, 0.0, 0.5);
    }
    return firing;
}

std::vector<LayerActivity> integer_chain(const IntegerWeights& weights, std::size_t n, double p,
                                         std::int64_t threshold, std::size_t depth) {
    const std::vector<double> firing = integer_firing(weights, n, threshold);
    Counts counts = binomial(n, p);
    std::vector<LayerActivity> all{activity_of(counts)};
    for (std::size_t layer = 0; layer < depth; ++layer) {
        counts = next_counts(counts, firing, n);
        all.push_back(activity_of(counts));
    }
    return all;
}

}  // namespace synfire::theory
