// Network -> IntNetwork: data-free quantization to the integers of one arithmetic profile.
#pragma once

#include <string>

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

enum class Granularity { layer, neuron };

struct QuantizeOptions {
    std::string profile = "mcu";  // "mcu", "loihi", or "lava": integers taken over, see carry_over.hpp
    int weight_bits = 8;          // of a stored weight, sign included; 8 (the mcu profile also takes 16)
    int decay_bits = 12;          // F of the mcu profile, 12..16; loihi is always 12
    // One scale per population or per neuron (free on an MCU: a per-neuron scale is a per-neuron threshold).
    // The loihi profile always uses one per population: thresholds are shared profiles there.
    Granularity granularity = Granularity::neuron;
};

// Every population gets a scale S (v_int = v * S) chosen so that its largest incoming weight uses the full
// weight range, and a membrane shift e such that leak truncation stays below 1 % of the threshold. Thresholds
// follow the floor rule: T = floor(theta * S) for v > theta, T = ceil(theta * S) - 1 for v >= theta. Errors
// go to the report: a parameter that the profile cannot hold, named with node, field and a hint. Throws
// StageFailed.
IntNetwork quantize(const Network& network, const QuantizeOptions& options, Report& report);

}  // namespace synfire
