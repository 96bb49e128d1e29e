// The profiles' numbers.
#include "compiler/quantize/profile.hpp"

#include <fmt/format.h>

namespace synfire {
namespace {

// Room to spare below 2^31: a threshold, a bias and a reset amount can be added without overflow.
constexpr std::int64_t mcu_limit = std::int64_t{1} << 29;

Profile mcu_profile(const QuantizeOptions& options) {
    Profile p;
    p.rules = rt::mcu_rules(static_cast<std::uint8_t>(options.decay_bits));
    p.weight_max = (1 << (options.weight_bits - 1)) - 1;
    p.most_exponent = 8;
    p.spare_exponent = true;
    p.current_bias = true;
    p.threshold_max = p.bias_max = p.state_max = mcu_limit;
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
    if (options.weight_bits != 8 && (loihi || options.weight_bits != 16))
        refuse(report, "weight bits", fmt::format("{} bits", options.weight_bits),
               loihi ? "8, the width of the chip's synapses" : "8 or 16",
               loihi ? "leave the weight bits at 8, or use the mcu profile" : "use 8 or 16 bits per weight");
    if (loihi ? options.decay_bits != 12 : options.decay_bits < 12 || options.decay_bits > 16)
        refuse(report, "decay bits", fmt::format("{} bits", options.decay_bits),
               loihi ? "12, the width of the chip's decay registers" : "12..16",
               loihi ? "leave the decay bits at 12, or use the mcu profile" : "use 12 to 16 bits");
    if (report.has_errors()) return {};
    return loihi ? loihi_profile() : mcu_profile(options);
}

}  // namespace synfire
