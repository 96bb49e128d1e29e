// How integers of an IntNetwork go into Loihi's registers, and into Lava's.
#pragma once

#include <optional>
#include <vector>

#include "compiler/quantize/int_network.hpp"

namespace synfire::loihi {

// The values are those of lava.utils.weightutils.SignMode.
enum class SignMode { mixed = 1, excitatory = 2, inhibitory = 3 };

// The sign mode whose grid holds every weight: 0..255, -255..0, or even -256..254. Nothing where none does.
std::optional<SignMode> sign_mode(const std::vector<std::int16_t>& weights);

struct Bias {
    std::int32_t mantissa = 0;
    int exponent = 0;
};

// bias = mantissa * 2^exponent with the smallest exponent; nothing where the 13-bit mantissa does not hold
// it.
std::optional<Bias> bias_registers(std::int32_t bias);

// Whether the chip computes the population as the emulator does. It cannot subtract at once, keep v after a
// spike, or reset it to anything but zero; it subtracts in the next step with the two compartments of NxTF: a
// soma that takes v from a dendrite, and a synapse from one to the other.
bool exact_on_chip(const IntPopulation& population);

// True where no input whatsoever makes the sum, u or u + bias of the population leave its register, so that
// Loihi, the emulator and Lava's stock neuron, which overflow differently, all agree.
bool never_wraps(const IntNetwork& network, std::size_t population);

}  // namespace synfire::loihi
