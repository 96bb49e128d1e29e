// The profiles' numbers.
#include "compiler/quantize/profile.hpp"

#include <fmt/format.h>

namespace synfire {
namespace {

// Room to spare below 2^(bits-1): a threshold, a bias and a reset amount can be added without overflow. A
// membrane of 16 bits, which inputs do reach, needs more of it: eight thresholds.
std::int64_t mcu_limit(int state_bits) {
    return std::int64_t{1} << (state_bits == 16 ? 12 : state_bits - 3);
}

// Where weights have 16 bits, a decay of 12 would be the largest error.
int decay_bits_of(const QuantizeOptions& options) {
    if (options.decay_bits != 0) return options.decay_bits;
    if (options.state_bits == 16) return 12;  // finer ones cannot be seen in so few bits
    bool wide = options.weight_bits == 16;
    for (const auto& [population, bits] : options.weight_bits_of) wide = wide || bits == 16;
    return wide ? 24 : 12;
}

bool has_width(int weight_bits) {
    return weight_bits == 16 || weight_bits == 8 || weight_bits == 4 || weight_bits == 2;
}

Profile mcu_profile(const QuantizeOptions& options) {
    Profile p;
    p.rules = rt::mcu_rules(static_cast<std::uint8_t>(decay_bits_of(options)),
                            static_cast<std::uint8_t>(options.state_bits));
    p.weight_max = largest_weight(options.weight_bits);
    p.most_exponent = 8;
    p.spare_exponent = options.state_bits == 32;
    p.current_bias = true;
    p.threshold_max = p.bias_max = p.state_max = mcu_limit(options.state_bits);
    return p;
}

// Thresholds have 17-bit mantissas in units of 64, biases 13-bit ones with exponent 6 (Lava,
// lava/proc/lif/models.py; nengo-loihi, hardware/validate.py). Weights stay on the even grid of mixed-sign
// 8-bit synapses also where all have one sign, because tools disagree about odd ones.
Profile loihi_profile() {
    Profile p;
    p.rules = rt::loihi_rules;
    p.weight_max = 254;
    p.weight_step = 2;
    p.most_exponent = 7;
    p.grid = 64;
    p.threshold_max = std::int64_t{131071} * 64;
    p.bias_max = std::int64_t{4095} * 64;
    p.state_max = (std::int64_t{1} << 23) - 1;
    p.zero_reset_only = true;
    return p;
}

void refuse(Report& report, const std::string& field, const std::string& reason, const std::string& expected,
            const std::string& hint) {
    Diagnostic d;
    d.field = field;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    report.error(d);
}

}  // namespace

Profile profile_of(const QuantizeOptions& options, Report& report) {
    const bool loihi = options.profile == "loihi";
    if (!loihi && options.profile != "mcu") {
        refuse(report, "profile", fmt::format("'{}' is not a profile to quantize to", options.profile),
               "mcu or loihi", "choose the profile of the target that you compile for");
        return {};
    }
    std::map<std::string, int> widths = options.weight_bits_of;
    widths.emplace("", options.weight_bits);
    for (const auto& [population, bits] : widths)
        if (loihi ? bits != 8 : !has_width(bits))
            refuse(report, "weight bits",
                   fmt::format("{} bits{}", bits, population.empty() ? "" : " for '" + population + "'"),
                   loihi ? "8, the width of the chip's synapses" : "16, 8, 4 or 2 (ternary)",
                   loihi ? "leave the weight bits at 8, or use the mcu profile"
                         : "use one of these; 2 bits are -1, 0 and 1");
    const int decay = options.decay_bits;
    if (decay != 0 && (loihi ? decay != 12 : decay < 12 || decay > 24))
        refuse(report, "decay bits", fmt::format("{} bits", decay),
               loihi ? "12, the width of the chip's decay registers" : "12..24",
               loihi ? "leave the decay bits at 12, or use the mcu profile" : "use 12 to 24 bits");
    const int state = options.state_bits;
    if (loihi ? state != 32 : state != 32 && state != 16)
        refuse(report, "state bits", fmt::format("{} bits", state),
               loihi ? "24, the width of the chip's membrane registers" : "32 or 16",
               loihi ? "leave out the state bits, or use the mcu profile" : "use one of these");
    if (report.has_errors()) return {};
    Profile profile = loihi ? loihi_profile() : mcu_profile(options);
    profile.leak_loss = options.leak_loss;
    profile.power_of_two_scales = options.granularity == Granularity::power_of_two;
    return profile;
}

void refuse_state_bits(const QuantizeOptions& options, Report& report) {
    if (options.state_bits == 32) return;
    refuse(report, "state bits", fmt::format("{} bits", options.state_bits),
           "24, the width of Lava's membrane registers",
           "leave out the state bits, or use the mcu profile with a model of real numbers");
}

Profile with_weight_bits(Profile profile, const QuantizeOptions& options, const std::string& population) {
    const auto own = options.weight_bits_of.find(population);
    if (own != options.weight_bits_of.end() && options.profile == "mcu")
        profile.weight_max = largest_weight(own->second);
    return profile;
}

}  // namespace synfire
