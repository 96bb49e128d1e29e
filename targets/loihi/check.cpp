// Every parameter against its register, then the whole network against the chips.
#include <algorithm>

#include <fmt/format.h>

#include "targets/loihi/explain.hpp"
#include "targets/loihi/grid.hpp"
#include "targets/loihi/limits.hpp"
#include "targets/loihi/loihi.hpp"
#include "targets/loihi/registers.hpp"
#include "targets/loihi/schedule.hpp"

namespace synfire::loihi {
namespace {

bool same(const rt::Register& a, const rt::Register& b) {
    return a.bits == b.bits && a.overflow == b.overflow;
}

bool same(const rt::Rules& a, const rt::Rules& b) {
    return a.decay_bits == b.decay_bits && a.accumulator_shift == b.accumulator_shift &&
           same(a.accumulator, b.accumulator) && same(a.current, b.current) && same(a.drive, b.drive) &&
           same(a.membrane, b.membrane);
}

std::string quoted(const std::string& name) {
    return "'" + name + "'";
}

void check_profile(const IntNetwork& network, Report& report) {
    if (network.profile == "loihi" && same(network.rules, rt::loihi_rules)) return;
    if (network.profile == "lava" && same(network.rules, rt::lava_rules)) return;
    report.error({.field = "profile",
                  .reason = fmt::format("the network was quantized for profile '{}'", network.profile),
                  .expected = "profile 'loihi' (12-bit decays, 24-bit states, weights on Loihi's grid), or "
                              "'lava' for trained integers",
                  .hint = "compile the model file itself with --profile loihi"});
}

void check_inputs(const IntNetwork& network, Report& report) {
    for (const Input& input : network.inputs)
        if (input.kind == SignalKind::real && network.profile == "lava")
            report.warning({.node = quoted(input.name),
                            .field = "kind",
                            .reason = "the input is whole numbers, which the host adds to the biases of its "
                                      "layer in every step; "
                                      "the placement counts a synapse and an axon for each instead",
                            .hint = "encode the input as spikes to run without the host"});
        else if (input.kind == SignalKind::real)
            report.error({.node = quoted(input.name),
                          .field = "kind",
                          .reason = "the input is real-valued",
                          .expected = "spikes",
                          .hint = "encode the input as spikes, for example with a rate code"});
        else if (input.kind == SignalKind::counts)
            report.warning(
                {.node = quoted(input.name),
                 .field = "kind",
                 .reason = "Loihi 1 spikes carry no number; counts run as graded spikes in Lava only",
                 .hint = "feed 0 and 1, or send a count as that many input neurons"});
}

// The first value outside low..high, with its index, as one error.
void check_range(const IntPopulation& p, const std::string& field, const IntPerNeuron& values,
                 std::int64_t low, std::int64_t high, const std::string& hint, Report& report) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] >= low && values[i] <= high) continue;
        report.error({.node = quoted(p.name),
                      .field = field,
                      .reason = fmt::format("value {} at index {} does not fit its register", values[i], i),
                      .expected = fmt::format("{}..{}", low, high),
                      .hint = hint});
        return;
    }
}

void check_thresholds(const IntPopulation& p, Report& report) {
    if (!p.spiking) return;
    constexpr std::int64_t unit = std::int64_t{1} << state_shift;
    for (std::size_t i = 0; i < p.threshold.size(); ++i) {
        const std::int64_t t = p.threshold[i];
        if (t % unit == 0 && t >= unit && t <= unit * threshold_mantissa_max) continue;
        report.error(
            {.node = quoted(p.name),
             .field = "threshold",
             .reason = fmt::format("value {} at index {} is not a threshold of Loihi", t, i),
             .expected = fmt::format("a multiple of 64, {}..{} (mantissa 1..{})", unit,
                                     unit * threshold_mantissa_max, threshold_mantissa_max),
             .hint = "compile the model file itself with --profile loihi, which scales thresholds to fit"});
        return;
    }
}

void check_bias(const IntPopulation& p, Report& report) {
    for (std::size_t i = 0; i < p.bias.size(); ++i) {
        if (bias_registers(p.bias[i])) continue;
        report.error(
            {.node = quoted(p.name),
             .field = "bias",
             .reason = fmt::format("value {} at index {} is not mantissa * 2^exponent", p.bias[i], i),
             .expected = fmt::format("mantissa {}..{}, exponent 0..{}", bias_mantissa_min, bias_mantissa_max,
                                     bias_exponent_max),
             .hint = "compile the model file itself with --profile loihi, which rounds biases to fit; a "
                     "bias far above the threshold needs the network rescaled"});
        return;
    }
}

// One offset flag per core turns decays 0..4095 into 1..4096.
void check_decays(const IntPopulation& p, const std::string& field, const IntPerNeuron& values,
                  Report& report) {
    check_range(p, field, values, 0, decay_max, "decays are given in 1/4096 with profile loihi", report);
    const bool zero = std::find(values.begin(), values.end(), 0) != values.end();
    const bool full = std::find(values.begin(), values.end(), decay_max) != values.end();
    if (zero && full)
        report.error({.node = quoted(p.name),
                      .field = field,
                      .reason = "some neurons keep everything (0) and others nothing (4096)",
                      .expected = "0..4095 or 1..4096 within a layer: one flag of the core shifts the range",
                      .hint = "split the layer in two, or decay by 1/4096 instead of 0"});
}

void warn_simulation_only(const IntPopulation& p, const std::string& what, const std::string& hint,
                          Report& report) {
    report.warning({.node = quoted(p.name),
                    .field = "reset",
                    .reason = what + "; this population is exact in the Lava simulation only",
                    .hint = hint});
}

void check_reset(const IntPopulation& p, Report& report) {
    if (!p.spiking) return;
    check_range(p, "refractory_steps", {p.refractory_steps}, 0, refractory_register_max - 1,
                "shorten the refractory period, or use a longer time step", report);
    switch (p.reset) {
        case rt::Reset::none:
            warn_simulation_only(p, "Loihi resets every neuron that sends spikes",
                                 "--hard-reset compiles it with a reset to zero", report);
            break;
        case rt::Reset::to_value:
            if (std::any_of(p.reset_amount.begin(), p.reset_amount.end(),
                            [](std::int32_t r) { return r != 0; }))
                warn_simulation_only(p, "Loihi resets to zero and no other value",
                                     "--hard-reset compiles it with a reset to zero", report);
            break;
        case rt::Reset::subtract_at_once:
            warn_simulation_only(p, "Loihi cannot subtract in the step of the spike",
                                 "reset in the next step, or use --hard-reset", report);
            break;
        case rt::Reset::subtract_no_delay:
        case rt::Reset::to_zero_no_delay:
            report.error({.node = quoted(p.name),
                          .field = "reset",
                          .reason = "neither Loihi nor Lava resets as snnTorch without delay does",
                          .expected = "a hard reset, or a soft reset",
                          .hint = "use --hard-reset, or train with reset_delay=True"});
            break;
        case rt::Reset::subtract_next_step:
            if (p.refractory_steps > 0)
                report.error(
                    {.node = quoted(p.name),
                     .field = "refractory_steps",
                     .reason = "a soft reset in the next step cannot be followed by a refractory period",
                     .expected = "0 with this reset",
                     .hint = "use --hard-reset, or drop the refractory period"});
            else if (!exact_on_chip(p))
                warn_simulation_only(
                    p,
                    "two compartments subtract exactly only without synaptic filter, with a leak, and by m * "
                    "2^e, m <= 255",
                    "use --hard-reset for a network that runs on the chip as it is", report);
    }
}

void check_weights(const IntConnection& c, bool trained, Report& report) {
    if (trained && of_nine_bits(c.weight)) {
        report.warning({.node = quoted(c.name),
                        .field = "weight",
                        .reason =
                            "odd weights of both signs beyond 127 need nine bits; they are exact in the Lava "
                            "simulation only",
                        .hint = "train with even weights, or with eight bits and their sign"});
        return;
    }
    if (!sign_mode(c.weight))
        report.error(
            {.node = quoted(c.name),
             .field = "weight",
             .reason = "the weights are not on Loihi's grid",
             .expected = "0..255, or -255..0, or, with both signs, even numbers from -256 to 254",
             .hint = "compile the model file itself with --profile loihi, which rounds to the grid"});
    if (c.exponent < weight_exponent_min || c.exponent > weight_exponent_max) {
        report.error(
            {.node = quoted(c.name),
             .field = "weight exponent",
             .reason = fmt::format("{} does not fit its register", c.exponent),
             .expected = fmt::format("{}..{}", weight_exponent_min, weight_exponent_max),
             .hint = "rescale the layer: the thresholds of its target are too far from its weights"});
        return;
    }
    const int unit = c.exponent < 0 ? 1 << -c.exponent : 1;
    if (std::any_of(c.weight.begin(), c.weight.end(), [unit](int w) { return w % unit != 0; }))
        report.error({.node = quoted(c.name),
                      .field = "weight",
                      .reason = fmt::format("exponent {} drops bits of the weights, and tools disagree how",
                                            c.exponent),
                      .expected = fmt::format("multiples of {}", unit),
                      .hint = "compile the model file itself with --profile loihi"});
    const bool lowest = std::find(c.weight.begin(), c.weight.end(), mixed_weight_min) != c.weight.end();
    if (lowest && c.exponent == weight_exponent_max)
        report.error({.node = quoted(c.name),
                      .field = "weight",
                      .reason = "-256 * 2^7 is one beyond what a synapse can add",
                      .expected = "at least -254 with exponent 7",
                      .hint = "compile the model file itself with --profile loihi"});
}

void note_shifts(const IntNetwork& network, const Schedule& s, Report& report) {
    std::string list;
    for (std::size_t i = 0; i < s.shift.size(); ++i)
        list += fmt::format("{}'{}' {}", i == 0 ? "" : ", ", network.populations[i].name, s.shift[i]);
    report.note(
        {.field = "delay shift",
         .reason = "every synapse takes one step on Loihi; populations run later than in the model by this "
                   "many steps: " +
                   list});
}

// Where nothing overflows, the rules of Lava and of the chip are the same.
void check_overflow(const IntNetwork& network, Report& report) {
    if (network.profile != "lava") return;
    for (std::size_t i = 0; i < network.populations.size(); ++i)
        if (!never_wraps(network, i))
            report.warning({.node = quoted(network.populations[i].name),
                            .field = "range",
                            .reason = "some input can overflow a register, where the chip computes something "
                                      "else than Lava, whose integers these are",
                            .hint = "use smaller weights, or a larger decay of the current"});
}

void check_registers(const IntNetwork& network, Report& report) {
    check_profile(network, report);
    check_inputs(network, report);
    for (const IntPopulation& p : network.populations) {
        check_decays(p, "decay_u", p.decay_u, report);
        check_decays(p, "decay_v", p.decay_v, report);
        check_thresholds(p, report);
        check_bias(p, report);
        check_reset(p, report);
        check_range(p, "initial_v", p.initial_v, -((1 << 23) - 1), (1 << 23) - 1,
                    "start the neurons below the largest membrane potential", report);
    }
    for (const IntConnection& c : network.connections) check_weights(c, network.profile == "lava", report);
    check_overflow(network, report);
}

}  // namespace

std::optional<Placed> place_checked(const IntNetwork& network, const TargetOptions& options, Report& report) {
    Report found;
    check_registers(network, found);
    std::optional<Schedule> s = schedule(network, found);
    if (s) note_shifts(network, *s, found);
    const bool good = !found.has_errors();
    for (Diagnostic& d : found.diagnostics) report.diagnostics.push_back(std::move(d));
    if (!good) return std::nullopt;
    const PlaceOptions limits{options.chips, options.full_limits};
    const Wiring w = wiring(network, *s);
    Placed placed{std::move(*s), place(w, limits)};
    explain(w, placed.placement, limits, report);
    return placed;
}

void check(const IntNetwork& network, const TargetOptions& options, Report& report) {
    place_checked(as_emitted(network, options), options, report);
}

IntNetwork as_emitted(IntNetwork network, const TargetOptions& options) {
    if (options.hard_reset) network = with_hard_reset(std::move(network));
    return on_weight_grid(std::move(network));
}

IntNetwork with_hard_reset(IntNetwork network) {
    for (IntPopulation& p : network.populations) {
        if (!p.spiking) continue;
        p.reset = rt::Reset::to_value;
        p.reset_amount = {0};
    }
    return network;
}

}  // namespace synfire::loihi
