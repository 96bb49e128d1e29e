// Measures of spike trains, neuron by neuron.
#include "emulator/spike_trains.hpp"

#include <algorithm>
#include <cmath>

namespace synfire {
namespace {

// Most pairs of one neuron: each spike of a, in order of time, takes the earliest one of b that is left and
// near enough.
std::uint64_t pairs(const SpikeTrains& a, const SpikeTrains& b, std::size_t neurons, std::size_t neuron,
                    std::size_t within) {
    const std::size_t steps = a.size() / neurons;
    std::uint64_t found = 0;
    std::size_t next = 0;  // step of b
    std::uint64_t left = steps == 0 ? 0 : b[neuron];
    for (std::size_t t = 0; t < steps; ++t)
        for (int spike = 0; spike < a[t * neurons + neuron]; ++spike) {
            while (next < steps && (left == 0 || next + within < t))
                if (++next < steps) left = b[next * neurons + neuron];
            if (next >= steps || next > t + within) break;
            --left;
            ++found;
        }
    return found;
}

}  // namespace

void add_agreement(const SpikeTrains& a, const SpikeTrains& b, std::size_t neurons, std::size_t within,
                   SpikeAgreement& agreement) {
    if (within == 0) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            agreement.both += std::min(a[i], b[i]);
            agreement.either += std::max(a[i], b[i]);
        }
        return;
    }
    std::uint64_t total = 0, found = 0;
    for (std::size_t i = 0; i < a.size(); ++i) total += std::uint64_t{a[i]} + b[i];
    if (total > 0)
        for (std::size_t n = 0; n < neurons; ++n) found += pairs(a, b, neurons, n, within);
    agreement.both += found;
    agreement.either += total - found;
}

// Between steps the filtered difference h decays, so that one step contributes h^2 (1 - exp(-2 / tau)) / 2,
// and what follows the last one h^2 / 2.
double van_rossum_squared(const SpikeTrains& a, const SpikeTrains& b, std::size_t neurons, double tau) {
    const double kept = std::exp(-1 / tau), lost = 1 - kept * kept;
    const std::size_t steps = neurons == 0 ? 0 : a.size() / neurons;
    std::vector<double> h(neurons, 0.0);
    double within = 0, behind = 0;
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t n = 0; n < neurons; ++n) {
            const std::size_t cell = t * neurons + n;
            h[n] = kept * h[n] + (static_cast<double>(a[cell]) - b[cell]);
            (t + 1 < steps ? within : behind) += h[n] * h[n];
        }
    return (lost * within + behind) / 2;
}

void Correlation::add(double a, double b) {
    n += 1;
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
    yy += b * b;
}

std::optional<double> Correlation::value() const {
    const double of_x = n * xx - x * x, of_y = n * yy - y * y;
    if (!(of_x > 0) || !(of_y > 0)) return std::nullopt;
    return std::clamp((n * xy - x * y) / std::sqrt(of_x * of_y), -1.0, 1.0);
}

}  // namespace synfire
