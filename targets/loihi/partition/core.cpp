#include "targets/loihi/partition/core.hpp"

#include <algorithm>
#include <set>

#include "compiler/support/report.hpp"
#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

// NxTF pads the compartments of soft resets to these.
constexpr std::size_t soft_alignment = 4;

template <class T>
bool uniform(const std::vector<T>& values) {
    return values.size() == 1;
}

bool holds(const IntPerNeuron& values, std::int32_t value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

void count_neuron(const IntPopulation& p, std::size_t j, std::set<CompartmentProfile>& profiles,
                  std::set<std::int32_t>& thresholds, CoreUse& use) {
    const CompartmentProfile profile = profile_of(p, j);
    profiles.insert(profile);
    if (p.spiking) thresholds.insert(at(p.threshold, j) / (1 << state_shift));
    use.decay_u_zero |= profile.decay_u == 0;
    use.decay_u_full |= profile.decay_u == decay_max;
    use.decay_v_zero |= profile.decay_v == 0;
    use.decay_v_full |= profile.decay_v == decay_max;
}

void count_registers(const Wiring& w, const std::vector<Part>& parts, CoreUse& use) {
    std::set<CompartmentProfile> profiles;
    std::set<std::int32_t> thresholds;
    for (const Part& part : parts) {
        const IntPopulation& p = w.network.populations[part.population];
        if (uniform(p.decay_u) && uniform(p.decay_v) && uniform(p.threshold))
            count_neuron(p, 0, profiles, thresholds, use);
        else
            for_each_neuron(w.axes[part.population], part.box, [&](std::size_t j, std::size_t) {
                count_neuron(p, j, profiles, thresholds, use);
            });
        use.neurons += neurons(part.box);
        if (w.compartments[part.population] != soft_reset_compartments) continue;
        profiles.insert(soma_profile);
        // A soma forgets everything, which takes the flags, unless its own dendrites forget nothing.
        use.decay_u_full |= !holds(p.decay_u, 0);
        use.decay_v_full |= !holds(p.decay_v, 0);
    }
    use.profiles.assign(profiles.begin(), profiles.end());
    use.thresholds.assign(thresholds.begin(), thresholds.end());
}

// Every neuron with a soft reset hears itself: an input axon, a word, and an output axon.
void count_self_synapses(const Wiring& w, const std::vector<Part>& parts, CoreUse& use) {
    for (const Part& part : parts) {
        if (w.compartments[part.population] != soft_reset_compartments) continue;
        const std::size_t n = neurons(part.box);
        use.input_axons += n;
        use.output_axons += n;
        use.words += n;
        use.longest_list = std::max<std::size_t>(use.longest_list, 1);
    }
    use.formats += self_exponents(w, parts).size();
}

void count_output_axons(const Wiring& w, const std::vector<Part>& parts,
                        const std::vector<std::uint32_t>& reach, CoreUse& use) {
    if (reach.empty()) return;
    for (const Part& part : parts) {
        const std::size_t base = w.first_source_of_population[part.population];
        for_each_neuron(w.axes[part.population], part.box,
                        [&](std::size_t j, std::size_t) { use.output_axons += reach[base + j]; });
    }
}

}  // namespace

std::string name_of(Limit limit) {
    switch (limit) {
        case Limit::compartments:
            return "compartments";
        case Limit::words:
            return "synaptic words";
        case Limit::list_words:
            return "words of one list";
        case Limit::input_axons:
            return "input axons";
        case Limit::output_axons:
            return "output axons";
        case Limit::formats:
            return "synapse formats";
        case Limit::compartment_profiles:
            return "compartment profiles";
        case Limit::threshold_profiles:
            return "threshold profiles";
        case Limit::decay_u_offset:
            return "offset flag of decay_u";
        case Limit::decay_v_offset:
            return "offset flag of decay_v";
        case Limit::cores:
            return "cores";
    }
    SYNFIRE_BUG("unknown limit");
}

Budget budget(bool full) {
    if (full) return {synaptic_words, input_axons_per_core, output_axons_per_core};
    return {synaptic_words * 9 / 10, input_axons_per_core * 95 / 100, output_axons_per_core * 95 / 100};
}

CompartmentProfile profile_of(const IntPopulation& p, std::size_t j) {
    const ThresholdOperation operation = !p.spiking          ? ThresholdOperation::nothing
                                         : has_soft_reset(p) ? ThresholdOperation::pass_to_soma
                                                             : ThresholdOperation::spike_and_reset;
    return {at(p.decay_u, j), at(p.decay_v, j), p.spiking ? p.refractory_steps : 0, operation};
}

SelfSynapse self_synapse(std::int32_t amount) {
    SelfSynapse s;
    std::int64_t mantissa = std::max(0, amount >> state_shift);
    const std::int64_t whole = mantissa;
    while (s.exponent < weight_exponent_max && mantissa > self_weight_mantissa_max) {
        ++s.exponent;
        mantissa = (whole + (std::int64_t{1} << (s.exponent - 1))) >> s.exponent;
    }
    s.mantissa = static_cast<int>(std::min<std::int64_t>(mantissa, self_weight_mantissa_max));
    return s;
}

std::size_t compartments_limit(std::size_t delay_slots) {
    return std::min(compartments_per_core, accumulators / delay_slots);
}

std::size_t lay_out(const Wiring& w, std::vector<Part>& parts) {
    std::size_t next = 0;
    for (Part& part : parts) {
        const bool soft = w.compartments[part.population] == soft_reset_compartments;
        const auto aligned = [](std::size_t n) {
            return (n + soft_alignment - 1) / soft_alignment * soft_alignment;
        };
        part.first_compartment = soft ? aligned(next) : next;
        next = part.first_compartment + neurons(part.box) * w.compartments[part.population];
        if (soft) next = aligned(next);
    }
    return next;
}

std::vector<int> self_exponents(const Wiring& w, const std::vector<Part>& parts) {
    std::set<int> exponents;
    for (const Part& part : parts) {
        if (w.compartments[part.population] != soft_reset_compartments) continue;
        for (const std::int32_t amount : w.network.populations[part.population].reset_amount)
            exponents.insert(self_synapse(amount).exponent);
    }
    return {exponents.begin(), exponents.end()};
}

std::size_t free_formats(const Wiring& w, const std::vector<Part>& parts) {
    const std::size_t taken = self_exponents(w, parts).size();
    return taken < synapse_formats_per_core ? synapse_formats_per_core - taken : 0;
}

int longest_delay(const Wiring& w, const std::vector<Part>& parts) {
    int longest = 0;
    for (const Part& part : parts)
        for (const std::size_t c : w.arriving[part.population]) longest = std::max(longest, w.delay[c]);
    return longest;
}

CoreUse use_of(const Wiring& w, std::vector<Part>& parts, const std::vector<std::uint32_t>& reach,
               Scratch& scratch) {
    CoreUse use;
    use.compartments = lay_out(w, parts);
    use.delay_slots = delay_slots(longest_delay(w, parts));
    count_registers(w, parts, use);
    if (use.compartments > compartments_limit(use.delay_slots)) return use;  // the rest would not matter
    Lists lists = gather(w, parts, scratch);
    const CoreMemory memory = encode(w, lists, {use.compartments - 1, free_formats(w, parts), false});
    use.words = memory.words;
    use.longest_list = memory.longest;
    use.synapses = lists.synapses.size();
    use.stored_synapses = memory.synapses;
    use.input_axons = lists.source.size();
    use.formats = memory.formats.size();
    count_self_synapses(w, parts, use);
    count_output_axons(w, parts, reach, use);
    use.sources = std::move(lists.source);
    return use;
}

std::optional<Violation> violation(const CoreUse& use, const Budget& budget) {
    const auto exceeds = [](Limit limit, std::size_t used, std::size_t available) {
        return used > available ? std::optional<Violation>({limit, used, available}) : std::nullopt;
    };
    if (auto v = exceeds(Limit::compartments, use.compartments, compartments_limit(use.delay_slots)))
        return v;
    if (auto v = exceeds(Limit::input_axons, use.input_axons, budget.input_axons)) return v;
    if (auto v = exceeds(Limit::words, use.words, budget.words)) return v;
    if (auto v = exceeds(Limit::list_words, use.longest_list, words_per_axon)) return v;
    if (auto v = exceeds(Limit::formats, use.formats, synapse_formats_per_core)) return v;
    return exceeds(Limit::output_axons, use.output_axons, budget.output_axons);
}

std::optional<Violation> profile_violation(const CoreUse& use) {
    if (use.profiles.size() > compartment_profiles_per_core)
        return Violation{Limit::compartment_profiles, use.profiles.size(), compartment_profiles_per_core};
    if (use.thresholds.size() > threshold_profiles_per_core)
        return Violation{Limit::threshold_profiles, use.thresholds.size(), threshold_profiles_per_core};
    if (use.decay_u_zero && use.decay_u_full) return Violation{Limit::decay_u_offset, 2, 1};
    if (use.decay_v_zero && use.decay_v_full) return Violation{Limit::decay_v_offset, 2, 1};
    return std::nullopt;
}

}  // namespace synfire::loihi
