// What the integers of an arithmetic profile may be. Numbers only: the quantizer has one code path.
#pragma once

#include <cstdint>

#include "compiler/quantize/quantize.hpp"

namespace synfire {

struct Profile {
    rt::Rules rules{};
    int weight_max = 0;           // largest |q|
    int weight_step = 1;          // q is a multiple of it
    int most_exponent = 0;        // a synapse adds q * 2^(exponent + accumulator_shift), exponent 0..this
    bool spare_exponent = false;  // a finer membrane than needed is free
    std::int64_t grid = 1;        // threshold and bias are multiples of it
    double leak_loss = 0.01;      // of a threshold, that truncation may take
    std::int64_t threshold_max = 0;
    std::int64_t bias_max = 0;
    std::int64_t state_max = 0;    // of reset amounts and the initial potential
    bool zero_reset_only = false;  // a hard reset always goes to 0
    bool power_of_two_scales = false;
    bool current_bias = false;  // a bias can pass the synaptic filter
};

// The profile that the options ask for, with options.weight_bits. Errors: unknown profile, weight or decay
// bits that it does not have.
Profile profile_of(const QuantizeOptions& options, Report& report);

// The same for one population, whose synapses may have bits of their own.
Profile with_weight_bits(Profile profile, const QuantizeOptions& options, const std::string& population);

// Trained integers bring the width of their membranes with them.
void refuse_state_bits(const QuantizeOptions& options, Report& report);

// The largest |q| of a weight in the mcu profile. 2 bits hold -1, 0 and 1.
inline int largest_weight(int weight_bits) {
    return (1 << (weight_bits - 1)) - 1;
}

}  // namespace synfire
