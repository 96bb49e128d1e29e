// How far neurons stand from their thresholds, and where the runs differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// |v - threshold| of the reference in every (step, neuron), as a fraction of the threshold's magnitude (of 1
// where that is 0), in half octaves: bin k counts margins from lower_edge(k) to lower_edge(k + 1), the first
// and the last what lies beyond as well.
struct MarginHistogram {
    static constexpr int octaves_below = 20;  // 2^-20 is 1e-6 of the threshold
    static constexpr int octaves_above = 4;
    static constexpr std::size_t bins = 2 * (octaves_below + octaves_above);

    std::vector<std::uint64_t> cells = std::vector<std::uint64_t>(bins);
    std::vector<std::uint64_t> propagated = cells;  // of them, where the emulator's spikes differ
    std::vector<std::uint64_t> local = cells;       // where they differ with the reference's spikes as input
    // Of those, where the neuron had agreed in the sample so far: rounding tipped it. Later differences may
    // be consequences, as a spike too early moves the next one.
    std::vector<std::uint64_t> tipped = cells;

    static double lower_edge(std::size_t bin);
    static std::size_t bin_of(double margin);
};

void add_margins(MarginHistogram& histogram, const Spiking& spiking, const PopulationTrace<double>& reference,
                 const PopulationTrace<std::int32_t>& propagated, const PopulationTrace<std::int32_t>& local);

// |v - threshold| / |threshold| of one neuron.
double relative_margin(const Spiking& spiking, std::size_t neuron, double v);

}  // namespace synfire
