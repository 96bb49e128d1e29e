// Where disagreement comes from: agreement with one source of error alone, and with all but that one.
#pragma once

#include <string>
#include <vector>

#include "emulator/spike_trains.hpp"
#include "tuning/hybrid.hpp"

namespace synfire {

// Of one layer, as verify gives it.
struct BothAgreements {
    SpikeAgreement propagated;  // the network as it runs
    SpikeAgreement local;       // every layer fed with the reference's spikes
};

struct SourceAttribution {
    ErrorSource source = ErrorSource::weights;
    std::vector<BothAgreements> alone;    // by layer: only this source as integers
    std::vector<BothAgreements> without;  // by layer: every source but this one
};

struct Attribution {
    std::vector<std::string> layers;   // the spiking populations, in the network's order
    std::vector<BothAgreements> none;  // no source as integers: the reference again
    std::vector<BothAgreements> all;   // every source: the emulator
    std::vector<SourceAttribution> sources;
};

// One sample. reference: its run by the float64 reference. Sources that the network does not have (levels of
// real inputs where no input is real) are left out.
Attribution attribute(const HybridModel& model, const std::vector<Signal>& inputs,
                      const FloatTrace& reference);

// Adds the counts of another sample of the same network.
void add(Attribution& total, const Attribution& sample);

// All layers as one.
BothAgreements overall(const std::vector<BothAgreements>& layers);

}  // namespace synfire
