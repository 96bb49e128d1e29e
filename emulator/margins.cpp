#include "emulator/margins.hpp"

#include <algorithm>
#include <cmath>

namespace synfire {

double MarginHistogram::lower_edge(std::size_t bin) {
    return std::exp2(static_cast<double>(bin) / 2 - octaves_below);
}

// Exponent and mantissa are exact on every host; a logarithm need not be.
std::size_t MarginHistogram::bin_of(double margin) {
    if (!(margin > 0)) return 0;
    int exponent = 0;
    const double mantissa = std::frexp(margin, &exponent);  // 0.5 .. 1
    constexpr double half_octave = 0.70710678118654752;
    const int bin = 2 * (exponent - 1 + octaves_below) + (mantissa >= half_octave ? 1 : 0);
    return static_cast<std::size_t>(std::clamp(bin, 0, static_cast<int>(bins) - 1));
}

double relative_margin(const Spiking& spiking, std::size_t neuron, double v) {
    const double threshold = at(spiking.threshold, neuron);
    return std::abs(v - threshold) / (threshold == 0 ? 1.0 : std::abs(threshold));
}

void add_margins(MarginHistogram& histogram, const Spiking& spiking, const PopulationTrace<double>& reference,
                 const PopulationTrace<std::int32_t>& propagated,
                 const PopulationTrace<std::int32_t>& local) {
    std::vector<std::uint8_t> agreed(reference.neurons, 1);
    for (std::size_t k = 0; k < reference.s.size(); ++k) {
        const std::size_t bin =
            MarginHistogram::bin_of(relative_margin(spiking, k % reference.neurons, reference.compared[k]));
        ++histogram.cells[bin];
        histogram.propagated[bin] += reference.s[k] != propagated.s[k];
        if (reference.s[k] == local.s[k]) continue;
        ++histogram.local[bin];
        histogram.tipped[bin] += agreed[k % reference.neurons];
        agreed[k % reference.neurons] = 0;
    }
}

}  // namespace synfire
