// Canonical text: one line per input, population and connection; parameters as one value or as a range.
#include "compiler/network/print.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace synfire {
namespace {

std::string text(const PerNeuron& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (low == values.end()) return "none";
    return *low == *high ? fmt::format("{}", *low)
                         : fmt::format("{}..{} ({} values)", *low, *high, values.size());
}

bool is_zero(const PerNeuron& values) {
    return std::all_of(values.begin(), values.end(), [](double x) { return x == 0; });
}

struct ResetText {
    std::string operator()(const NoReset&) const { return "none"; }
    std::string operator()(const HardReset& r) const { return "to " + text(r.value); }
    std::string operator()(const SoftReset& r) const {
        return fmt::format("subtract {} {}", text(r.amount), r.next_step ? "in the next step" : "at once");
    }
};

std::string text(const Population& p) {
    std::string line = fmt::format("population {} {}: beta {}", p.name, to_string(p.shape), text(p.beta));
    if (!is_zero(p.alpha)) line += ", alpha " + text(p.alpha);
    if (!is_zero(p.bias)) line += ", bias " + text(p.bias);
    if (!is_zero(p.initial_v)) line += ", initial v " + text(p.initial_v);
    if (!p.spiking) return line + ", no spikes";
    line += fmt::format(", spikes when v {} {}, reset {}",
                        p.spiking->compare == Compare::greater ? ">" : ">=", text(p.spiking->threshold),
                        std::visit(ResetText{}, p.spiking->reset));
    if (p.spiking->refractory_steps > 0)
        line += fmt::format(", refractory {} steps", p.spiking->refractory_steps);
    return line;
}

struct StageText {
    std::string operator()(const Dense& d) const {
        return fmt::format("dense {} -> {}, weights {}{}", d.inputs, d.outputs, text(d.weight),
                           d.bias.empty() || is_zero(d.bias) ? "" : ", bias " + text(d.bias));
    }
};

std::string text(const Network& network, const Connection& c) {
    std::string line = fmt::format("connection {}: {} -> {}", c.name, name_of(network, c.source),
                                   network.populations.at(c.target).name);
    if (c.delay > 0) line += fmt::format(", delay {} steps", c.delay);
    for (const Stage& stage : c.stages) line += ", " + std::visit(StageText{}, stage);
    return line;
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

std::string print(const Network& network) {
    std::string out = fmt::format("network {}\n", network.name);
    for (const Input& i : network.inputs)
        out += fmt::format("input {} {}: {}\n", i.name, to_string(i.shape), name(i.kind));
    for (const Population& p : network.populations) out += text(p) + "\n";
    for (const Connection& c : network.connections) out += text(network, c) + "\n";
    for (std::size_t o : network.outputs) out += fmt::format("output {}\n", network.populations.at(o).name);
    return out;
}

}  // namespace synfire
