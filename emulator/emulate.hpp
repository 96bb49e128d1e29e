// The integer emulator: the runtime's arithmetic on the host, bit for bit what firmware and chip compute.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// inputs: one Signal per network input, all with the same number of steps: whole numbers (spikes or counts),
// or real values within the input's range, which are rounded to its integer levels. forced: where given,
// connections read these spikes instead of the emulated ones (the emulated ones are still recorded), so that
// each layer can be judged on its own.
IntTrace emulate(const IntNetwork& network, const std::vector<Signal>& inputs,
                 const ForcedSpikes* forced = nullptr);

}  // namespace synfire
