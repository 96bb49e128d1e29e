// How alike two sets of spike trains are. Trains are [steps x neurons]: the number of spikes per cell.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace synfire {

// |A and B| / |A or B| over all (sample, step, neuron); 1 when both are empty. Where neurons send several
// spikes in a step, the lesser number is in both and the greater one in either.
struct SpikeAgreement {
    std::uint64_t both = 0;
    std::uint64_t either = 0;

    double value() const {
        return either == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(either);
    }
    bool perfect() const { return both == either; }
};

using SpikeTrains = std::vector<std::uint8_t>;

// Adds the most pairs of one spike each, of the same neuron and at most `within` steps apart, that can be
// formed at once; every other spike is in either set alone. within 0: the agreement of single cells.
void add_agreement(const SpikeTrains& a, const SpikeTrains& b, std::size_t neurons, std::size_t within,
                   SpikeAgreement& agreement);

// The squared distance of van Rossum (2001, Neural Computation 13, 751-763), summed over neurons: trains are
// filtered with exp(-t / tau), and 1 / tau times the integral of their squared difference is taken, to
// infinity. One spike too many costs 1/2, two that are far apart 1. tau: steps, > 0.
double van_rossum_squared(const SpikeTrains& a, const SpikeTrains& b, std::size_t neurons, double tau);

// Pearson's correlation of pairs added one by one.
struct Correlation {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;

    void add(double a, double b);
    // Nothing where one side never varies.
    std::optional<double> value() const;
};

}  // namespace synfire
