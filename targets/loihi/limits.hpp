// What one Loihi 1 chip can hold, each number with where it is published.
//
// Davies 2018: "Loihi: A Neuromorphic Manycore Processor with On-Chip Learning", IEEE Micro 38(1), 82-99.
// NxTF: Rueckauer et al. 2021, arXiv 2101.04261, and its mapper. nengo: nengo-loihi, hardware validation.
#pragma once

#include <cstddef>
#include <cstdint>

namespace synfire::loihi {

inline constexpr std::size_t most_chips = 768;      // Pohoiki Springs; Kapoho Bay has 2, Nahuku up to 32
inline constexpr std::size_t cores_per_chip = 128;  // Davies 2018 p. 86
inline constexpr std::size_t compartments_per_core = 1024;  // Davies 2018 p. 89; at 8 accumulator slots
inline constexpr std::size_t synaptic_words = 16384;       // per core, 64 bit each: 128 KB, Davies 2018 p. 89
inline constexpr std::size_t words_per_axon = 256;         // of one source's synapses on a core, NxTF
inline constexpr std::size_t input_axons_per_core = 4096;  // per core, Davies 2018 p. 89
inline constexpr std::size_t output_axons_per_core = 4096;  // per core, Davies 2018 p. 89
inline constexpr std::size_t synapse_formats_per_core = 7;  // per core: NxTF writes each twice into 16 slots
inline constexpr std::size_t compartment_profiles_per_core =
    32;  // per core: decays and refractory period, nengo
inline constexpr std::size_t threshold_profiles_per_core = 8;  // per core, nengo (its validator lets 16 pass)

// A soft reset needs a dendrite and a soma (NxTF); everything else is one compartment.
inline constexpr std::size_t soft_reset_compartments = 2;

// Weights: nengo, brian2_loihi. Mixed signs share one bit with the magnitude, so that only even values exist.
inline constexpr int mixed_weight_min = -256;
inline constexpr int mixed_weight_max = 254;
inline constexpr int single_sign_weight_max = 255;  // of the magnitude
inline constexpr int weight_exponent_min = -8;
inline constexpr int weight_exponent_max = 7;

inline constexpr std::int32_t state_shift =
    6;  // one unit of a threshold mantissa or weight is 2^6 units of v
inline constexpr std::int32_t threshold_mantissa_max = 131071;  // 17 bit: nengo, brian2_loihi, Lava
inline constexpr std::int32_t bias_mantissa_min = -4096;        // 13 bit signed: Lava, nengo
inline constexpr std::int32_t bias_mantissa_max = 4095;
inline constexpr int bias_exponent_max = 7;      // 3 bit
inline constexpr std::int32_t decay_max = 4096;  // 12-bit register plus the core's offset flag, NxTF
// v stays within -(2^k - 1) and 2^(9 + 2k) - 1, one pair for a core; these are the whole range, NxTF
inline constexpr int full_v_min_exponent = 23;
inline constexpr int full_v_max_exponent = 7;
inline constexpr int refractory_register_max = 63;     // 6 bit, nengo; 1 means no step is held
inline constexpr int delay_max = 62;                   // 64 accumulator slots less two, Davies 2018 p. 92
inline constexpr int default_delay_slots = 8;          // nengo, NxTF
inline constexpr std::size_t accumulators = 8192;      // per core, compartments times delay slots
inline constexpr int self_weight_mantissa_max = 255;   // of the synapse that subtracts in a soft reset, NxTF
inline constexpr std::size_t synapses_per_entry = 60;  // NxTF

}  // namespace synfire::loihi
