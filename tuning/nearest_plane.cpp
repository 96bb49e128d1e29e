// Plain loops in a fixed order: the same integers on every host.
#include "tuning/nearest_plane.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace synfire {
namespace {

// Pivots below this part of the diagonal are rounding errors.
constexpr double least_pivot = 1e-12;
// Passes over all pairs.
constexpr int most_pair_passes = 6;
// Every pass lowers the error; this many are enough for any size.
constexpr int most_passes = 100;

std::int32_t rounded(double x, std::int32_t most) {
    return static_cast<std::int32_t>(std::clamp<double>(std::round(x), -most, most));
}

std::vector<double> gradient(const SymmetricMatrix& h, const std::vector<double>& t,
                             const std::vector<std::int32_t>& q) {
    std::vector<double> g(h.n, 0.0);
    for (std::size_t i = 0; i < h.n; ++i) {
        const double e = q[i] - t[i];
        const double* row = h.values.data() + i * h.n;
        if (e != 0)
            for (std::size_t j = 0; j < h.n; ++j) g[j] += e * row[j];
    }
    return g;
}

void move(const SymmetricMatrix& h, std::size_t i, std::int32_t step, std::vector<std::int32_t>& q,
          std::vector<double>& g) {
    q[i] += step;
    const double* row = h.values.data() + i * h.n;
    for (std::size_t j = 0; j < h.n; ++j) g[j] += step * row[j];
}

// A partner for a change of another coordinate, where the two together lower the error.
struct Partner {
    std::size_t at = 0;
    std::int32_t step = 0;  // 0: there is none
    double change = 0;      // of half the error
};

Partner best_partner(const SymmetricMatrix& h, const std::vector<double>& g,
                     const std::vector<std::int32_t>& q, std::int32_t most, std::size_t i,
                     std::int32_t step) {
    const double* row = h.values.data() + i * h.n;
    const double alone = step * g[i] + 0.5 * row[i];
    Partner best{0, 0, -1e-9 * row[i]};
    for (std::size_t j = 0; j < h.n; ++j) {
        const double slope = g[j] + step * row[j];
        const std::int32_t other = slope > 0 ? -1 : 1;
        const double change = alone + other * slope + 0.5 * h(j, j);
        if (j != i && change < best.change && std::abs(q[j] + other) <= most) best = {j, other, change};
    }
    return best;
}

}  // namespace

Factor factorize(const SymmetricMatrix& h) {
    const std::size_t n = h.n;
    Factor f{std::vector<std::size_t>(n), SymmetricMatrix(n)};
    std::iota(f.order.begin(), f.order.end(), std::size_t{0});
    std::stable_sort(f.order.begin(), f.order.end(),
                     [&](std::size_t a, std::size_t b) { return h(a, a) < h(b, b); });
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i; j < n; ++j) f.r(i, j) = h(f.order[i], f.order[j]);
    for (std::size_t i = 0; i < n; ++i) {
        const double pivot = std::sqrt(std::max(f.r(i, i), least_pivot * h(f.order[i], f.order[i])));
        double* row = f.r.values.data() + i * n;
        for (std::size_t j = i; j < n; ++j) row[j] /= pivot > 0 ? pivot : 1;
        row[i] = pivot;
        for (std::size_t k = i + 1; k < n; ++k) {
            const double factor = row[k];
            double* below = f.r.values.data() + k * n;
            if (factor != 0)
                for (std::size_t j = k; j < n; ++j) below[j] -= factor * row[j];
        }
    }
    return f;
}

std::vector<std::int32_t> nearest_plane(const Factor& f, const std::vector<double>& t, std::int32_t most) {
    const std::size_t n = f.order.size();
    std::vector<std::int32_t> q(n, 0);
    std::vector<double> error(n, 0.0);  // by position
    for (std::size_t i = n; i-- > 0;) {
        const double* row = f.r.values.data() + i * n;
        double carried = 0;
        for (std::size_t k = i + 1; k < n; ++k) carried += row[k] * error[k];
        const std::size_t at = f.order[i];
        q[at] = rounded(t[at] - (row[i] > 0 ? carried / row[i] : 0), most);
        error[i] = q[at] - t[at];
    }
    return q;
}

double error_of(const SymmetricMatrix& h, const std::vector<double>& t, const std::vector<std::int32_t>& q) {
    const std::vector<double> g = gradient(h, t, q);
    double error = 0;
    for (std::size_t i = 0; i < h.n; ++i) error += g[i] * (q[i] - t[i]);
    return error;
}

double descend(const SymmetricMatrix& h, const std::vector<double>& t, std::int32_t most,
               std::vector<std::int32_t>& q) {
    std::vector<double> g = gradient(h, t, q);
    for (int pass = 0; pass < most_passes; ++pass) {
        bool changed = false;
        for (std::size_t i = 0; i < h.n; ++i) {
            const double curvature = h(i, i);
            if (curvature <= 0) continue;
            const std::int32_t step = rounded(q[i] - g[i] / curvature, most) - q[i];
            if (step == 0 || -(g[i] * step + 0.5 * curvature * step * step) <= 1e-12 * curvature) continue;
            move(h, i, step, q, g);
            changed = true;
        }
        if (!changed) break;
    }
    return error_of(h, t, q);
}

double descend_in_pairs(const SymmetricMatrix& h, const std::vector<double>& t, std::int32_t most,
                        std::vector<std::int32_t>& q) {
    std::vector<double> g = gradient(h, t, q);
    for (int pass = 0; pass < most_pair_passes; ++pass) {
        bool changed = false;
        for (std::size_t i = 0; i < h.n; ++i)
            for (const std::int32_t step : {-1, 1}) {
                if (std::abs(q[i] + step) > most) continue;
                const Partner partner = best_partner(h, g, q, most, i, step);
                if (partner.step == 0) continue;
                move(h, i, step, q, g);
                move(h, partner.at, partner.step, q, g);
                changed = true;
            }
        if (!changed) break;
    }
    return error_of(h, t, q);
}

}  // namespace synfire
