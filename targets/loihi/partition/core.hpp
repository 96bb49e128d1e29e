// What the neurons placed on one core take of everything that a core has, and which limit they exceed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "targets/loihi/partition/encode.hpp"

namespace synfire::loihi {

// Everything that can keep neurons off a core, or a network off the chips.
enum class Limit {
    compartments,
    words,
    list_words,
    input_axons,
    output_axons,
    formats,
    compartment_profiles,
    threshold_profiles,
    decay_u_offset,  // a flag of the core that the neurons need both ways
    decay_v_offset,
    cores
};

// As messages have it: "synaptic words", "input axons", ...
std::string name_of(Limit limit);

// How much of a core the packer fills.
struct Budget {
    std::size_t words = 0, input_axons = 0, output_axons = 0;
};

// 90 % of the words and 95 % of the axons, because the encoder of Intel's own tools is not public and may
// need more; full: all of them.
Budget budget(bool full);

struct Violation {
    Limit limit = Limit::cores;
    std::size_t used = 0, available = 0;
};

// What a neuron does when it reaches its threshold.
enum class ThresholdOperation { spike_and_reset = 0, pass_to_soma = 2, nothing = 3 };

// Neurons with the same profile share one register set of the core.
struct CompartmentProfile {
    std::int32_t decay_u = 0, decay_v = 0;  // 0..4096
    int refractory = 0;                     // steps held after a spike
    ThresholdOperation operation = ThresholdOperation::spike_and_reset;

    friend auto operator<=>(const CompartmentProfile&, const CompartmentProfile&) = default;
};

// The profile of a neuron, and of its soma where it has two compartments.
CompartmentProfile profile_of(const IntPopulation& population, std::size_t neuron);
constexpr CompartmentProfile soma_profile{4096, 4096, 0, ThresholdOperation::spike_and_reset};

// The synapse from a soma to its dendrite that subtracts: -mantissa * 2^(6 + exponent).
struct SelfSynapse {
    int mantissa = 0;
    int exponent = 0;
};
SelfSynapse self_synapse(std::int32_t amount);

struct CoreUse {
    std::size_t neurons = 0;
    std::size_t compartments = 0;
    std::size_t delay_slots = 8;
    std::size_t words = 0, longest_list = 0;
    std::size_t synapses = 0, stored_synapses = 0;  // without those of soft resets
    std::size_t input_axons = 0, output_axons = 0;
    std::size_t formats = 0;
    std::vector<CompartmentProfile> profiles;
    std::vector<std::int32_t> thresholds;             // mantissas, ascending
    bool decay_u_zero = false, decay_u_full = false;  // some neuron keeps u for ever, or none of it
    bool decay_v_zero = false, decay_v_full = false;
    std::vector<std::uint32_t> sources;  // of the input axons, ascending; without somas of this core
};

std::size_t compartments_limit(std::size_t delay_slots);

// Puts the parts on one core, one after the other, and counts. reach: per source, how many output axons each
// of its spikes takes on its own core; where empty, output axons are not counted.
CoreUse use_of(const Wiring& wiring, std::vector<Part>& parts, const std::vector<std::uint32_t>& reach,
               Scratch& scratch);

// The first limit that is exceeded. profiles: whether those of neurons and thresholds count.
std::optional<Violation> violation(const CoreUse& use, const Budget& budget);
std::optional<Violation> profile_violation(const CoreUse& use);

// Compartments in front of each part and their sum.
std::size_t lay_out(const Wiring& wiring, std::vector<Part>& parts);

// The exponents of the synapses that subtract, one synapse format each.
std::vector<int> self_exponents(const Wiring& wiring, const std::vector<Part>& parts);
// The formats that are left for the others.
std::size_t free_formats(const Wiring& wiring, const std::vector<Part>& parts);

// The largest wait of any synapse on the core, in steps.
int longest_delay(const Wiring& wiring, const std::vector<Part>& parts);

}  // namespace synfire::loihi
