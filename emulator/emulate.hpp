// The integer emulator: the runtime's arithmetic on the host, bit for bit what firmware and chip compute.
#pragma once

#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// What only networks recorded elsewhere have, so that targets need not know it. One entry per population.
struct ImportedState {
    std::vector<IntPerNeuron> initial_u;  // u before the first step
    std::vector<PeriodicReset> resets;
};

// inputs: one Signal per network input with whole numbers (spikes or counts), all with the same number of
// steps. forced: where given, connections read these spikes instead of the emulated ones (the emulated ones
// are still recorded), so that each layer can be judged on its own. imported: absent for compiled networks.
IntTrace emulate(const IntNetwork& network, const std::vector<Signal>& inputs,
                 const ForcedSpikes* forced = nullptr, const ImportedState* imported = nullptr);

}  // namespace synfire
