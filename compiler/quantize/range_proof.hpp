// Range proof: interval analysis of every neuron's sum, current and membrane over all possible spike inputs.
// Intervals pass through the graph as what each neuron can send: at first anything, feedback included;
// neurons whose membrane never passes the threshold fall silent, which narrows what they drive, until nothing
// changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"

namespace synfire {

enum class RangeVerdict {
    proven,            // no input of any length reaches a register's limit
    proven_for_steps,  // none does within safe_steps; a longer one might (no leak, or a leak too slow)
    can_overflow,      // a single step can exceed a register
};

struct Interval {
    std::int64_t low = 0;
    std::int64_t high = 0;
};

struct PopulationRange {
    std::string name;
    RangeVerdict verdict = RangeVerdict::proven;
    std::uint64_t safe_steps = 0;  // of proven_for_steps
    std::size_t neuron = 0;        // the neuron that comes closest to a limit
    std::string
        register_name;  // the register it comes closest to: "accumulator", "current", "drive", "membrane"
    // Over all neurons; where a register can overflow, what it can hold.
    Interval sum;            // of weights * 2^exponent, before accumulator_shift
    Interval current;        // u
    Interval membrane;       // v, before and after reset
    std::size_t silent = 0;  // neurons that no input makes spike
};

// The most spikes that each neuron of each population can send in one step.
using MostSpikes = std::vector<std::vector<int>>;

// What a register can hold.
Interval register_limits(rt::Register r);

// The worst case of one population; reads only its own parameters and the connections that reach it, whose
// sources may send anything.
PopulationRange prove_range(const IntNetwork& network, std::size_t population);

// One entry per population, of the whole graph. Inputs are binary spikes for Input kind spikes, 0..255 for
// counts.
std::vector<PopulationRange> prove_ranges(const IntNetwork& network);

// 16 bits for sums and states, and 32 for the leak's product, as kernels ask.
struct LaneProof {
    std::string name;
    // Over all neurons, of one accumulation: the weights of connections with the same exponent, before it.
    std::int64_t most_positive = 0;     // sum of the positive parts
    std::int64_t most_negative = 0;     // sum of the negative parts
    std::size_t neuron = 0;             // that comes closest to a limit
    bool sums_fit_16 = false;           // most_positive <= 32767 and most_negative >= -32768
    std::int64_t events_per_flush = 0;  // that a lane holds in any case; where sums do not fit
    bool state_fits_16 = false;         // v, and u where it is stored
    bool product_fits_32 = false;       // |v| and |u| < 2^(31 - F)
};

// range: what prove_range or prove_ranges says of the population.
LaneProof prove_lanes(const IntNetwork& network, std::size_t population, const PopulationRange& range);

}  // namespace synfire
