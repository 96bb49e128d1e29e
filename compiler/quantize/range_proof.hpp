// Range proof: interval analysis of every neuron's sum, current and membrane over all possible spike inputs.
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
    Interval sum;       // of weights * 2^exponent, before accumulator_shift
    Interval current;   // u
    Interval membrane;  // v, before and after reset
};

// The worst case of one population; reads only its own parameters and the connections that reach it.
PopulationRange prove_range(const IntNetwork& network, std::size_t population);

// One entry per population. Inputs are binary spikes for Input kind spikes, 0..255 for counts.
std::vector<PopulationRange> prove_ranges(const IntNetwork& network);

}  // namespace synfire
