// Canonical text: one line per input, population and connection; parameters as one value or as a range.
#include "compiler/network/print.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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
    std::string operator()(const NoDelayReset& r) const {
        return (r.to_zero ? "to 0" : "subtract " + text(r.amount)) + " as snnTorch without delay";
    }
};

std::string rectifier_text(const Population& p) {
    const std::string bias = is_zero(p.bias) ? "" : ", bias " + text(p.bias);
    const double most = p.rectifier->most;
    return fmt::format("population {} {}: ReLU{}{}, not converted to neurons", p.name, to_string(p.shape),
                       std::isfinite(most) ? fmt::format(" up to {}", most) : "", bias);
}

std::string text(const Population& p) {
    if (p.rectifier) return rectifier_text(p);
    std::string line = fmt::format("population {} {}: beta {}", p.name, to_string(p.shape), text(p.beta));
    if (!is_zero(p.alpha)) line += ", alpha " + text(p.alpha);
    if (!is_zero(p.bias)) line += ", bias " + text(p.bias);
    if (!is_zero(p.initial_v)) line += ", initial v " + text(p.initial_v);
    if (!is_zero(p.initial_i)) line += ", initial i " + text(p.initial_i);
    if (!p.v_min.empty()) line += ", v at least " + text(p.v_min);
    if (p.periodic_reset.interval > 0)
        line += fmt::format(", cleared every {} steps from step {}", p.periodic_reset.interval,
                            p.periodic_reset.first);
    if (!p.spiking) return line + ", no spikes";
    line += fmt::format(", spikes when v {} {}, reset {}",
                        p.spiking->compare == Compare::greater ? ">" : ">=", text(p.spiking->threshold),
                        std::visit(ResetText{}, p.spiking->reset));
    if (p.spiking->max_spikes > 1) line += fmt::format(", up to {} spikes per step", p.spiking->max_spikes);
    if (p.spiking->refractory_steps > 0)
        line += fmt::format(", refractory {} steps", p.spiking->refractory_steps);
    return line;
}

std::string window_text(const Window& w) {
    const auto pair = [](const std::array<std::size_t, 2>& p) { return fmt::format("{}x{}", p[0], p[1]); };
    std::string text = pair(w.kernel);
    if (w.stride != std::array<std::size_t, 2>{1, 1}) text += ", stride " + pair(w.stride);
    if (w.dilation != std::array<std::size_t, 2>{1, 1}) text += ", dilation " + pair(w.dilation);
    const std::array<std::size_t, 2> none{0, 0};
    if (w.pad_before == none && w.pad_after == none) return text;
    text += ", padding " + pair(w.pad_before);
    return w.pad_before == w.pad_after ? text : text + " before, " + pair(w.pad_after) + " after";
}

// How a list of parameters is written: exactly, or for eyes.
using ValuesText = std::string (*)(const std::vector<double>&);

struct StageText {
    ValuesText text;

    std::string bias_text(const std::vector<double>& bias) const {
        return bias.empty() || is_zero(bias) ? "" : ", bias " + text(bias);
    }
    std::string operator()(const Dense& d) const {
        return fmt::format("dense {} -> {}, weights {}{}", d.inputs, d.outputs, text(d.weight),
                           bias_text(d.bias));
    }
    std::string operator()(const Sparse& s) const {
        return fmt::format("sparse {} -> {}, {} synapses, weights {}{}", s.inputs, s.outputs, s.weight.size(),
                           text(s.weight), bias_text(s.bias));
    }
    std::string operator()(const Scale& s) const {
        return fmt::format("scale {}{}", text(s.factor),
                           s.offset.empty() || is_zero(s.offset) ? "" : ", offset " + text(s.offset));
    }
    std::string operator()(const Convolution& c) const {
        return fmt::format("convolution {} -> {}, kernel {}{}, weights {}{}", to_string(c.input),
                           to_string(output_shape(c)), window_text(c.window),
                           c.groups == 1 ? "" : fmt::format(", {} groups", c.groups), text(c.weight),
                           bias_text(c.bias));
    }
    std::string operator()(const Pool& p) const {
        const char* kind = p.kind == Pool::Kind::sum       ? "sum pool"
                           : p.kind == Pool::Kind::average ? "average pool"
                                                           : "max pool";
        return fmt::format("{} {} -> {}, kernel {}", kind, to_string(p.input), to_string(output_shape(p)),
                           window_text(p.window));
    }
    std::string operator()(const IndexMap& m) const {
        return fmt::format("index map {} -> {}", m.inputs, m.source.size());
    }
};

std::string text(const Network& network, const Connection& c) {
    std::string line = fmt::format("connection {}: {} -> {}", c.name, name_of(network, c.source),
                                   network.populations.at(c.target).name);
    if (c.delay > 0) line += fmt::format(", delay {} steps", c.delay);
    for (const Stage& stage : c.stages) line += ", " + std::visit(StageText{text}, stage);
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

std::string print_short(const std::vector<double>& values) {
    if (values.empty()) return "none";
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *low == *high ? fmt::format("{:.4g}", *low) : fmt::format("{:.4g}..{:.4g}", *low, *high);
}

std::string print_short(const Stage& stage) {
    return std::visit(StageText{print_short}, stage);
}

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
