// One time step of one integer neuron: synaptic filter, leaky integration, threshold, reset, refractory
// period. This is the only place where the order of these operations is written down.
#pragma once

#include "runtime/arithmetic.hpp"

namespace synfire::rt {

enum class Reset : uint8_t {
    none,                // v is left alone
    to_value,            // v := amount when the neuron spikes (hard reset)
    subtract_at_once,    // v -= amount when the neuron spikes
    subtract_next_step,  // amount is subtracted in the following step, after the leak
    // snnTorch with reset_delay=False: what stands above the threshold is reset before the update and once
    // more after a spike; the first reset is given back when no spike follows (snntorch/_neurons/leaky.py).
    subtract_no_delay,
    to_zero_no_delay,
};

constexpr bool without_delay(Reset reset) {
    return reset == Reset::subtract_no_delay || reset == Reset::to_zero_no_delay;
}

// The registers of one arithmetic profile. The same for all neurons of a network.
struct Rules {
    uint8_t decay_bits;         // F: decays are given in units of 2^-F
    uint8_t accumulator_shift;  // the sum of weights enters as sum * 2^shift (Loihi: 6)
    Register accumulator;       // a, the summed input of this step
    Register current;           // u
    Register drive;             // u + bias on its way to v
    Register membrane;          // v
};

// Loihi 1 by the best public evidence: q wraps at 22 bits, u and u + bias at 24, v saturates at 24.
inline constexpr Rules loihi_rules{
    12, 6, {22, Overflow::wrap}, {24, Overflow::wrap}, {24, Overflow::wrap}, {24, Overflow::clamp}};
// Lava 0.11 fixed point (PyLifModelBitAcc): int32 sums, u wraps once, v saturates.
inline constexpr Rules lava_rules{
    12, 6, {32, Overflow::wrap}, {24, Overflow::wrap_once}, {32, Overflow::clamp}, {24, Overflow::clamp}};
// Microcontrollers: 32-bit state that saturates; the range proof shows where the limits cannot be met. With
// 16 bits, membranes are what saturating additions of 16-bit lanes give.
constexpr Rules mcu_rules(uint8_t decay_bits, uint8_t state_bits = 32) {
    return {decay_bits,
            0,
            {32, Overflow::clamp},
            {32, Overflow::clamp},
            {32, Overflow::clamp},
            {state_bits, state_bits == 32 ? Overflow::clamp : Overflow::saturate}};
}

struct NeuronParameters {
    int32_t decay_u;    // 0..2^F; 2^F: no synaptic filter
    int32_t decay_v;    // 0..2^F
    int32_t bias;       // added to v in every step in which v is updated
    int32_t threshold;  // the neuron spikes when v > threshold
    Reset reset;
    int32_t reset_amount;       // the value after a hard reset, or what a soft reset subtracts
    uint8_t refractory_steps;   // steps for which v is held after a spike (Loihi register: this plus one)
    int32_t v_min = INT32_MIN;  // v is raised to it before it meets the threshold
    uint8_t max_spikes = 1;     // spikes in one step, one for each threshold + 1 that fits into v
};

struct NeuronState {
    int32_t u;
    int32_t v;
    uint8_t held;  // refractory steps left; without delay: whether the update began above the threshold
};

// First half of a step: brings u and v up to date. sum: the weights of all spikes that arrive in this step,
// before accumulator_shift. Returns false while the neuron is refractory; u evolves then, v is held. With
// subtract_next_step, "spiked in the step before" is read off the membrane, which still stands above the
// threshold; such neurons, and those that reset without delay, have no refractory period.
[[gnu::always_inline]] constexpr bool integrate(const Rules& rules, const NeuronParameters& p,
                                                NeuronState& state, int64_t sum) {
    const int32_t a = store(shift_floor(sum, rules.accumulator_shift), rules.accumulator);
    state.u = store(int64_t{decay_toward_zero(state.u, p.decay_u, rules.decay_bits)} + a, rules.current);
    if (without_delay(p.reset)) {
        state.held = state.v > p.threshold;
    } else if (state.held > 0) {
        --state.held;
        return false;
    }
    int64_t drive = store(int64_t{state.u} + p.bias, rules.drive);
    const bool subtracts = p.reset == Reset::subtract_next_step || p.reset == Reset::subtract_no_delay;
    if (subtracts && state.v > p.threshold) drive -= p.reset_amount;
    if (p.reset == Reset::to_zero_no_delay && state.held > 0) state.v = 0;
    state.v = store(decay_toward_zero(state.v, p.decay_v, rules.decay_bits) + drive, rules.membrane);
    if (state.v < p.v_min) state.v = p.v_min;
    return true;
}

// Resets v after a step in which the neuron sent this many spikes.
[[gnu::always_inline]] constexpr void reset(const Rules& rules, const NeuronParameters& p, NeuronState& state,
                                            uint8_t spikes) {
    if (without_delay(p.reset)) {
        const int32_t times = (spikes > 0 ? 1 : 0) - state.held;
        const int32_t amount = p.reset == Reset::subtract_no_delay ? p.reset_amount : state.v;
        state.v = store(int64_t{state.v} - int64_t{times} * amount, rules.membrane);
        return;
    }
    if (spikes == 0) return;
    if (p.reset == Reset::to_value) state.v = p.reset_amount;
    if (p.reset == Reset::subtract_at_once)
        state.v = store(int64_t{state.v} - int64_t{spikes} * p.reset_amount, rules.membrane);
    state.held = p.refractory_steps;
}

// Second half: compares with the threshold and resets. Returns the number of spikes.
[[gnu::always_inline]] constexpr uint8_t fire(const Rules& rules, const NeuronParameters& p,
                                              NeuronState& state) {
    uint8_t spikes = state.v > p.threshold ? 1 : 0;
    if (spikes > 0 && p.max_spikes > 1) {
        const int64_t count = state.v / (int64_t{p.threshold} + 1);
        spikes = count < p.max_spikes ? static_cast<uint8_t>(count) : p.max_spikes;
    }
    reset(rules, p, state, spikes);
    return spikes;
}

// Advances one neuron by one step; returns the number of spikes.
constexpr uint8_t step(const Rules& rules, const NeuronParameters& p, NeuronState& state, int64_t sum) {
    return integrate(rules, p, state, sum) ? fire(rules, p, state) : uint8_t{0};
}

}  // namespace synfire::rt
