// Network -> IntNetwork: data-free quantization to the integers of one arithmetic profile.
#pragma once

#include <map>
#include <string>

#include "compiler/quantize/calibration.hpp"
#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

enum class Granularity { layer, neuron, power_of_two };  // the last: per layer

struct QuantizeOptions {
    std::string profile = "mcu";  // "mcu", "loihi", or "lava": integers taken over, see carry_over.hpp
    int weight_bits = 8;  // of a stored weight, sign included: 16, 8, 4 or 2 (ternary); loihi is always 8
    // Other bits for the synapses that reach the populations named here.
    std::map<std::string, int> weight_bits_of;
    int decay_bits = 0;  // F of the mcu profile, 12..24; loihi: 12. 0: 24 beside 16-bit weights, else 12
    // Of a membrane potential in the mcu profile: 32, or 16, which saturates. Loihi: 24.
    int state_bits = 32;
    // The membrane is made so fine that the leak's truncation takes at most this part of a threshold.
    double leak_loss = 0.01;
    // One scale per population or per neuron (free on an MCU: a per-neuron scale is a per-neuron threshold).
    // The loihi profile always uses one per population: thresholds are shared profiles there.
    Granularity granularity = Granularity::neuron;
};

// Every population gets a scale S (v_int = v * S) chosen so that its largest incoming weight uses the full
// weight range, and a membrane shift e such that leak truncation stays below leak_loss of the threshold.
// Thresholds follow the floor rule: T = floor(theta * S) for v > theta, T = ceil(theta * S) - 1 for v >=
// theta. calibration: what replaces these choices where data was seen (tuning/calibrate.hpp), else null.
// Errors go to the report: a parameter that the profile cannot hold, named with node, field and a hint.
// Throws StageFailed.
IntNetwork quantize(const Network& network, const QuantizeOptions& options, Report& report,
                    const Calibration* calibration = nullptr);

}  // namespace synfire
