// Runs between reference and emulator: each source of error is taken as floats or as integers on its own.
// With none as integers a run is the float64 reference, bit for bit; with all of them the integer emulator.
//
// A run that truncates or saturates counts in integer units, v * S; else in the units of the model file. Its
// states are doubles, which hold every integer of the emulator exactly.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "compiler/quantize/fold.hpp"
#include "compiler/quantize/int_network.hpp"
#include "emulator/synapses.hpp"
#include "emulator/trace.hpp"

namespace synfire {

enum class ErrorSource : std::uint8_t {
    weights,     // rounding of synaptic weights
    threshold,   // thresholds, reset values and amounts
    decay,       // leaks and synaptic filters: beta and alpha
    bias,        // biases, initial states, lower bounds
    input,       // levels of real-valued inputs
    truncation,  // what the state loses when it decays, in whole units
    saturation,  // registers that clamp or wrap
};

inline constexpr std::size_t error_sources = 7;
using ErrorSources = std::bitset<error_sources>;

const char* name_of(ErrorSource source);

// What hybrid runs of a network share.
struct HybridModel {
    const Network& network;
    const IntNetwork& integers;
    Network unbiased;            // the network without the biases of its connections
    std::vector<Biases> biases;  // by population
    bool real_input = false;

    HybridModel(const Network& floats, const IntNetwork& whole);
};

// Hybrid runs on one sample; what several of them share is computed once.
struct HybridSample {
    // reference: the spikes of the float64 reference, by population.
    HybridSample(const HybridModel& shared, const std::vector<Signal>& signals, const SpikeViews& reference);

    // The spikes of every population; local: connections read the reference's spikes.
    ForcedSpikes run(ErrorSources integer, bool local);

    const HybridModel& model;
    const std::vector<Signal>& inputs;
    SpikeViews reference_spikes;
    Arrivals arrivals;
    // What arrives, [steps x neurons], where it does not depend on the run: by population and kind of sum.
    std::map<std::pair<std::size_t, unsigned long>, std::vector<double>> kept;
};

}  // namespace synfire
