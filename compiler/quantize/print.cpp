// Canonical text: one line for the rules and one per input, population and connection; parameters as one
// value or as a range. Weights are also given as a checksum, so that a golden text pins every one of them.
#include "compiler/quantize/print.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace synfire {
namespace {

template <class Value>
std::string text(const std::vector<Value>& values) {
    if (values.empty()) return "none";
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *low == *high ? fmt::format("{}", *low)
                         : fmt::format("{}..{} ({} values)", *low, *high, values.size());
}

bool is_zero(const IntPerNeuron& values) {
    return std::all_of(values.begin(), values.end(), [](std::int32_t x) { return x == 0; });
}

std::string text(const rt::Register& r) {
    const char* overflow = r.overflow == rt::Overflow::clamp      ? "clamps"
                           : r.overflow == rt::Overflow::saturate ? "saturates"
                           : r.overflow == rt::Overflow::wrap     ? "wraps"
                                                                  : "wraps once";
    return fmt::format("{} bits {}", r.bits, overflow);
}

std::string text(const rt::Rules& r) {
    return fmt::format("rules: decay 2^-{}, accumulator shift {} {}, current {}, drive {}, membrane {}",
                       r.decay_bits, r.accumulator_shift, text(r.accumulator), text(r.current), text(r.drive),
                       text(r.membrane));
}

std::string reset_text(const IntPopulation& p) {
    switch (p.reset) {
        case rt::Reset::none:
            return "none";
        case rt::Reset::to_value:
            return "to " + text(p.reset_amount);
        case rt::Reset::subtract_at_once:
            return fmt::format("subtract {} at once", text(p.reset_amount));
        case rt::Reset::subtract_next_step:
            return fmt::format("subtract {} in the next step", text(p.reset_amount));
        case rt::Reset::subtract_no_delay:
            return fmt::format("subtract {} as snnTorch without delay", text(p.reset_amount));
        case rt::Reset::to_zero_no_delay:
            return "to 0 as snnTorch without delay";
    }
    return "?";
}

std::string text(const IntPopulation& p, const rt::Rules& rules) {
    std::string line =
        fmt::format("population {} {}: decay v {}", p.name, to_string(p.shape), text(p.decay_v));
    if (!unfiltered(p, rules)) line += ", decay u " + text(p.decay_u);
    if (!is_zero(p.bias)) line += ", bias " + text(p.bias);
    if (!is_zero(p.bias_u)) line += ", current bias " + text(p.bias_u);
    if (!is_zero(p.initial_v)) line += ", initial v " + text(p.initial_v);
    if (!is_zero(p.initial_u)) line += ", initial u " + text(p.initial_u);
    if (p.v_min != IntPerNeuron{no_v_min}) line += ", v at least " + text(p.v_min);
    if (p.periodic_reset.interval > 0)
        line += fmt::format(", cleared every {} steps from step {}", p.periodic_reset.interval,
                            p.periodic_reset.first);
    if (p.spiking)
        line += fmt::format(", spikes when v > {}, reset {}", text(p.threshold), reset_text(p));
    else
        line += ", no spikes";
    if (p.max_spikes > 1) line += fmt::format(", up to {} spikes per step", p.max_spikes);
    if (p.refractory_steps > 0) line += fmt::format(", refractory {} steps", p.refractory_steps);
    return line + ", scale " + text(p.scale);
}

// FNV-1a over the weights as little-endian 16-bit numbers.
std::uint32_t checksum(const std::vector<std::int16_t>& weight) {
    std::uint32_t hash = 2166136261U;
    for (std::int16_t w : weight) {
        const auto bits = static_cast<std::uint16_t>(w);
        for (std::uint32_t byte : {std::uint32_t{bits} & 255U, std::uint32_t{bits} >> 8U})
            hash = (hash ^ byte) * 16777619U;
    }
    return hash;
}

std::string text(const IntNetwork& network, const IntConnection& c) {
    std::string line = fmt::format("connection {}: {} -> {}", c.name, name_of(network, c.source),
                                   network.populations.at(c.target).name);
    if (c.delay > 0) line += fmt::format(", delay {} steps", c.delay);
    if (c.source_pool) line += ", max pool of what arrives";
    line += is_sparse(c) ? fmt::format(", sparse {} -> {}, {} synapses", c.inputs, c.outputs, c.weight.size())
                         : fmt::format(", dense {} -> {}", c.inputs, c.outputs);
    line +=
        fmt::format(", weights {} * 2^{}, checksum {:08x}", text(c.weight), c.exponent, checksum(c.weight));
    return c.sum_pool ? line + ", max pool of the sums" : line;
}

const char* name(SignalKind kind) {
    switch (kind) {
        case SignalKind::spikes:
            return "spikes";
        case SignalKind::counts:
            return "event counts";
        case SignalKind::real:
            return "real values";
    }
    return "?";
}

}  // namespace

std::string print(const IntNetwork& network) {
    std::string out =
        fmt::format("integers of {}, profile {}\n{}\n", network.name, network.profile, text(network.rules));
    for (const Input& i : network.inputs)
        out += fmt::format("input {} {}: {}\n", i.name, to_string(i.shape), name(i.kind));
    for (const IntPopulation& p : network.populations) out += text(p, network.rules) + "\n";
    for (const IntConnection& c : network.connections) out += text(network, c) + "\n";
    for (std::size_t o : network.outputs) out += fmt::format("output {}\n", network.populations.at(o).name);
    return out;
}

}  // namespace synfire
