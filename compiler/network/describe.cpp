// Four digits are enough for eyes; the canonical text (print.hpp) has them all.
#include "compiler/network/describe.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/network/per_neuron.hpp"
#include "compiler/network/print.hpp"

namespace synfire {
namespace {

std::string number(const std::vector<double>& values) {
    const std::string text = print_short(values);
    return text.find("..") == std::string::npos ? text : "(" + text + ")";
}

// " + 0.5", " - 0.5", or nothing.
std::string added(const PerNeuron& values) {
    if (all_equal(values, 0)) return "";
    const bool one = all_equal(values, values[0]);
    return one && values[0] < 0 ? fmt::format(" - {:.4g}", -values[0]) : " + " + number(values);
}

std::string kept(const PerNeuron& fraction, const char* variable) {
    if (all_equal(fraction, 0)) return "";
    if (all_equal(fraction, 1)) return fmt::format("{} + ", variable);
    return fmt::format("{} {} + ", number(fraction), variable);
}

struct ResetEquation {
    std::string operator()(const NoReset&) const { return "no reset"; }
    std::string operator()(const HardReset& r) const { return fmt::format("then v = {}", number(r.value)); }
    std::string operator()(const SoftReset& r) const {
        return fmt::format("then v -= {}{}", number(r.amount), r.next_step ? " in the next step" : "");
    }
    std::string operator()(const NoDelayReset& r) const {
        return r.to_zero ? "then v = 0, as snnTorch without delay"
                         : fmt::format("then v -= {}, as snnTorch without delay", number(r.amount));
    }
};

const char* text(SignalKind kind) {
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

// Text in double quotes as Graphviz reads it.
std::string quoted(const std::string& label) {
    std::string out = "\"";
    for (char c : label) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' || static_cast<unsigned char>(c) >= ' ' ? std::string(1, c) : std::string("?");
    }
    return out + "\"";
}

std::string node(const Presynaptic& source) {
    return fmt::format("{}{}", source.kind == Presynaptic::Kind::input ? "input" : "population",
                       source.index);
}

// "conv 5x5, max pool 2x2": what fits on an edge.
std::string edge_label(const Connection& c) {
    std::string label;
    for (const std::string& stage : stage_texts(c)) {
        const std::size_t end = stage.find(", weights");
        label += (label.empty() ? "" : "\n") + stage.substr(0, end);
    }
    if (c.delay > 0) label += fmt::format("{}delay {}", label.empty() ? "" : "\n", c.delay);
    return label;
}

}  // namespace

std::string equation(const Population& p) {
    if (p.rectifier)
        return fmt::format(
            "v = I{}, ReLU{}, to be converted with calibration data", added(p.bias),
            std::isfinite(p.rectifier->most) ? fmt::format(" up to {:.4g}", p.rectifier->most) : "");
    std::string line;
    const bool filtered = !all_equal(p.alpha, 0);
    if (filtered) line += fmt::format("i = {}I, ", kept(p.alpha, "i"));
    line += fmt::format("v = {}{}{}", kept(p.beta, "v"), filtered ? "i" : "I", added(p.bias));
    if (!p.v_min.empty()) line += fmt::format(" at least {}", number(p.v_min));
    if (p.periodic_reset.interval > 0)
        line += fmt::format(", cleared every {} steps", p.periodic_reset.interval);
    if (!p.spiking) return line + ", no spikes";
    const Spiking& s = *p.spiking;
    if (s.max_spikes > 1)
        line += fmt::format(", sends floor(v / {}) spikes, at most {}", number(s.threshold), s.max_spikes);
    else
        line += fmt::format(", spikes when v {} {}",
                            s.compare == Compare::greater ? ">" : ">=", number(s.threshold));
    line += ", " + std::visit(ResetEquation{}, s.reset);
    if (s.refractory_steps > 0) line += fmt::format(", held for {} steps", s.refractory_steps);
    return line;
}

std::vector<std::string> stage_texts(const Connection& connection) {
    std::vector<std::string> texts;
    for (const Stage& stage : connection.stages) texts.push_back(print_short(stage));
    return texts;
}

std::string describe(const Network& network) {
    std::string out =
        fmt::format("{}\n\n{:<20} {:<16} {:>8}  {}\n", network.name, "input", "shape", "values", "kind");
    const auto add = [&](const std::string& line) { out += line; };
    for (const Input& i : network.inputs)
        add(fmt::format("{:<20} {:<16} {:>8}  {}\n", i.name, to_string(i.shape), neurons(i), text(i.kind)));
    add(fmt::format("\n{:<20} {:<16} {:>8} {:>8}  {}\n", "population", "shape", "neurons", "fan-in",
                    "equation (I: sum over the connections)"));
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const Population& population = network.populations[p];
        const bool output =
            std::find(network.outputs.begin(), network.outputs.end(), p) != network.outputs.end();
        add(fmt::format("{:<20} {:<16} {:>8} {:>8}  {}{}\n", population.name, to_string(population.shape),
                        neurons(population), fan_in(network, p), equation(population),
                        output ? " (output)" : ""));
    }
    add(fmt::format("\n{:<20} {:<28} {:>6} {:>9}  {}\n", "connection", "from -> to", "delay", "weights",
                    "stages"));
    for (const Connection& c : network.connections) {
        const std::string ends = name_of(network, c.source) + " -> " + network.populations[c.target].name;
        const std::vector<std::string> stages = stage_texts(c);
        add(fmt::format("{:<20} {:<28} {:>6} {:>9}  {}\n", c.name, ends, c.delay, stored_weights(c),
                        stages.empty() ? "one to one" : fmt::format("{}", fmt::join(stages, "; "))));
    }
    return out;
}

std::string to_dot(const Network& network) {
    std::string out = fmt::format(
        "digraph {} {{\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=12];\n"
        "  edge [fontname=\"sans-serif\", fontsize=10];\n",
        quoted(network.name));
    for (std::size_t i = 0; i < network.inputs.size(); ++i)
        out += fmt::format("  input{} [shape=plaintext, label={}];\n", i,
                           quoted(network.inputs[i].name + "\n" + to_string(network.inputs[i].shape)));
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const Population& population = network.populations[p];
        const bool output =
            std::find(network.outputs.begin(), network.outputs.end(), p) != network.outputs.end();
        std::string label = population.name + "\n" + to_string(population.shape);
        label += population.spiking     ? "\nthreshold " + print_short(population.spiking->threshold)
                 : population.rectifier ? "\nReLU"
                                        : "\nno spikes";
        out += fmt::format("  population{} [shape=box, style={}, label={}];\n", p,
                           output ? "\"rounded,bold\"" : "rounded", quoted(label));
    }
    for (const Connection& c : network.connections)
        out += fmt::format("  {} -> population{} [label={}];\n", node(c.source), c.target,
                           quoted(edge_label(c)));
    return out + "}\n";
}

}  // namespace synfire
