// The texts of the quantizer: one place, so that they can be read and tested together.
#include "compiler/quantize/findings.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/quantize/fold.hpp"

namespace synfire {
namespace {

// Multiply-adds spent on folding one connection (a few seconds), and values of the product (1 GiB).
constexpr double most_multiplications = 0x1p34;
constexpr double most_values = 0x1p27;

Diagnostic about(const std::string& node, const std::string& field, const std::string& reason,
                 const std::string& expected = "", const std::string& hint = "") {
    Diagnostic d;
    d.node = node;
    d.field = field;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    return d;
}

std::string quoted(const std::string& name) {
    return "'" + name + "'";
}

std::string range_text(const std::vector<double>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *low == *high ? fmt::format("{:.6g}", *low) : fmt::format("{:.6g}..{:.6g}", *low, *high);
}

}  // namespace

void refuse_inputs(const Network& network, Report& report) {
    for (const Input& i : network.inputs)
        if (i.kind == SignalKind::real && !(i.range > 0))
            report.error(about(quoted(i.name) + " (input)", "kind",
                               "real values cannot drive integer synapses before their range is known",
                               "the greatest magnitude of the values",
                               "give it with --input-range, or encode the input as spikes"));
    for (const Connection& c : network.connections) {
        const std::string reason = reason_not_to_fold(c);
        if (!reason.empty()) {
            report.error(about(quoted(c.name), "stages", reason, "neurons behind every maximum pool",
                               "use average pooling, or put neurons behind the pool"));
            continue;
        }
        const FoldingCost cost = cost_of_folding(network, c);
        if (cost.multiplications > most_multiplications || cost.values > most_values)
            report.error(about(quoted(c.name), "weight", "the product of its layers is too large to form",
                               fmt::format("at most {:.0f} values", most_values),
                               "put neurons between the layers, or multiply them before export"));
    }
}

void refuse_biases(const Network& network, const Connection& c, const Folded& folded, const Profile& profile,
                   Report& report) {
    if (folded.uneven_bias)
        report.error(about(quoted(c.name), "bias", "differs between the sums of one maximum pool",
                           "one bias per channel", "move the bias behind the pool"));
    if (profile.current_bias) return;
    const Population& p = network.populations[c.target];
    for (std::size_t j = 0; j < folded.bias.size(); ++j) {
        if (folded.bias[j] == 0 || at(p.alpha, j) == 0) continue;
        report.error(about(
            quoted(c.name), "bias",
            fmt::format("value {} at index {} would pass the synaptic filter of '{}' (alpha {})",
                        folded.bias[j], j, p.name, at(p.alpha, j)),
            "no bias in front of a synaptic filter", "train without this bias, or use the mcu profile"));
        return;
    }
}

void refuse_reset(const Population& p, const Profile& profile, Report& report) {
    if (!p.spiking) return;
    const auto* hard = std::get_if<HardReset>(&p.spiking->reset);
    const auto* soft = std::get_if<SoftReset>(&p.spiking->reset);
    for (std::size_t j = 0; hard != nullptr && profile.zero_reset_only && j < hard->value.size(); ++j) {
        if (hard->value[j] == 0) continue;
        report.error(
            about(quoted(p.name), "reset value",
                  fmt::format("value {} at index {}: the chip always resets to 0", hard->value[j], j), "0",
                  "shift potentials so that the reset value is 0, or use the mcu profile"));
        return;
    }
    for (std::size_t j = 0; soft != nullptr && j < soft->amount.size(); ++j) {
        if (soft->amount[j] >= 0) continue;
        report.error(about(
            quoted(p.name), "reset amount",
            fmt::format("value {} at index {} would raise the potential after a spike", soft->amount[j], j),
            ">= 0, usually the threshold", "check the sign"));
        return;
    }
    for (std::size_t j = 0; soft != nullptr && soft->next_step && j < neurons(p); ++j) {
        if (at(p.initial_v, j) <= at(p.spiking->threshold, j)) continue;
        report.error(about(quoted(p.name), "initial v",
                           fmt::format("value {} at index {} is above the threshold before the first step",
                                       at(p.initial_v, j), j),
                           "at most the threshold with a soft reset in the next step",
                           "start lower, or use the reset that subtracts at once"));
        return;
    }
}

void refuse_unknown_widths(const Network& network, const QuantizeOptions& options, Report& report) {
    for (const auto& [name, bits] : options.weight_bits_of) {
        const auto has_name = [&name = name](const Population& p) { return p.name == name; };
        if (std::any_of(network.populations.begin(), network.populations.end(), has_name)) continue;
        std::vector<std::string> names;
        for (const Population& p : network.populations) names.push_back(p.name);
        report.error(about("", "weight bits", fmt::format("the network has no population '{}'", name),
                           fmt::format("one of {}", fmt::join(names, ", ")),
                           "name the population that the synapses reach"));
    }
}

void note_uncalibrated(const Population& p, Report& report) {
    report.warning(about(quoted(p.name), "weight",
                         "the calibrated integers could overflow, so that they are rounded without data", "",
                         "use more weight bits, or smaller weights"));
}

void note_scale(const Fan& fan, const Profile& profile, const Choice& choice, int least, Report& report) {
    const std::string node = quoted(fan.population->name);
    report.note(
        about(node, "scale",
              fmt::format("{} integer units per unit of potential, membrane shift {}",
                          range_text(choice.scale), choice.exponent + profile.rules.accumulator_shift)));
    if (choice.shrink < 1)
        report.warning(about(node, "weight",
                             fmt::format("{:.2f} of the weight bits are given up, because full-range weights "
                                         "could overflow a register",
                                         -std::log2(choice.shrink)),
                             "", "use smaller or fewer weights into one neuron"));
    if (choice.exponent < least)
        report.warning(about(node, "scale",
                             fmt::format("the leak's truncation can take more than {:g} % of a threshold "
                                         "away: the range leaves no room for a finer membrane",
                                         100 * profile.leak_loss),
                             "",
                             profile.rules.membrane.bits == 16
                                 ? "use 32 state bits, or a time constant of fewer steps"
                                 : "use more weight bits, or a time constant of fewer steps"));
}

void note_decays(const Population& p, const Profile& profile, Report& report) {
    const double whole = std::exp2(profile.rules.decay_bits);
    const auto check_decay = [&](const PerNeuron& kept, const char* field) {
        for (std::size_t j = 0; j < kept.size(); ++j) {
            const double d = decay_of(kept[j], profile);
            if ((d == 0) == (kept[j] == 1) && (d == whole) == (kept[j] == 0)) continue;
            report.warning(about(quoted(p.name), field,
                                 fmt::format("value {} at index {} becomes {} in {} bits", kept[j], j,
                                             d == 0 ? 1 : 0, profile.rules.decay_bits),
                                 "", "use more decay bits (mcu profile, up to 24), or larger time steps"));
            return;
        }
    };
    check_decay(p.alpha, "alpha");
    check_decay(p.beta, "beta");
    if (std::all_of(p.beta.begin(), p.beta.end(), [](double b) { return b == 0 || b == 1; })) return;
    std::vector<double> effective;
    for (double b : p.beta) effective.push_back(1 - decay_of(b, profile) / whole);
    report.note(about(quoted(p.name), "beta",
                      fmt::format("{} becomes {}", range_text(p.beta), range_text(effective))));
}

void check_thresholds(const IntPopulation& p, const Profile& profile, Report& report) {
    for (std::size_t j = 0; p.spiking && profile.grid > 1 && j < p.threshold.size(); ++j) {
        if (p.threshold[j] >= profile.grid) continue;
        report.error(about(quoted(p.name), "threshold",
                           fmt::format("the threshold of neuron {} is below the chip's smallest one", j),
                           "a threshold of at least a few hundredths of the largest weight",
                           "give neurons with very different thresholds or weights layers of their own"));
        return;
    }
}

void warn_lost_weights(const Matrix& matrix, const IntConnection& c, Report& report) {
    std::size_t lost = 0;
    for (std::size_t j = 0; j < matrix.outputs; ++j) {
        bool had = false, has = false;
        for (std::size_t k = matrix.begin(j); k < matrix.end(j); ++k) {
            had = had || matrix.weight[k] != 0;
            has = has || c.weight[k] != 0;
        }
        if (had && !has) ++lost;
    }
    if (lost > 0)
        report.warning(
            about(quoted(c.name), "weight",
                  fmt::format("all weights of {} of {} neurons are rounded to 0", lost, matrix.outputs), "",
                  "use a scale per neuron, more weight bits, or weights of similar size"));
}

}  // namespace synfire
