// The integer emulator: the runtime's arithmetic on the host, bit for bit what firmware and chip compute.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// The least change of one membrane potential, as it meets the threshold, that makes the neuron send this many
// spikes in that step.
struct Nudge {
    std::size_t step = 0;
    std::size_t population = 0;
    std::size_t neuron = 0;
    int spikes = 0;
};

// inputs: one Signal per network input, all with the same number of steps: whole numbers (spikes or counts),
// or real values within the input's range, which are rounded to its integer levels. forced: where given,
// connections read these spikes instead of the emulated ones (the emulated ones are still recorded), so that
// each layer can be judged on its own.
IntTrace emulate(const IntNetwork& network, const std::vector<Signal>& inputs,
                 const ForcedSpikes* forced = nullptr, const Nudge* nudge = nullptr);

}  // namespace synfire
