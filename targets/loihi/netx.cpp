// Which networks netx can hold, and the layers of those it can. What netx ignores (refractory period, weight
// exponent), guesses (sign mode, weight bits) or gets wrong (a matrix of zeros) is refused here, never
// written.
#include "targets/loihi/netx.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/support/netx_weights.hpp"
#include "targets/loihi/hdf5_image.hpp"
#include "targets/loihi/limits.hpp"
#include "targets/loihi/registers.hpp"

namespace synfire::loihi {
namespace {

// A threshold that a 24-bit membrane cannot reach, as slayer writes it for layers without spikes.
constexpr std::int32_t never_fires = (1 << 18) - 1;

Diagnostic refusal(std::string node, std::string field, std::string reason, std::string hint) {
    return {.severity = Severity::warning,
            .node = "'" + node + "'",
            .field = std::move(field),
            .reason = "network.net is not written: " + std::move(reason),
            .hint = std::move(hint)};
}

const std::string use_script = "run_lava.py runs the network as it is";

std::optional<Diagnostic> refused_topology(const IntNetwork& n) {
    for (std::size_t i = 0; i < n.connections.size(); ++i) {
        const IntConnection& c = n.connections[i];
        const Presynaptic before = i == 0 ? Presynaptic{} : Presynaptic{Presynaptic::Kind::population, i - 1};
        if (n.inputs.size() == 1 && c.target == i && c.source == before && c.delay == 0) continue;
        return refusal(c.name, "source", "a .net file is a plain sequence of layers without delays",
                       use_script);
    }
    if (n.connections.size() != n.populations.size())
        return refusal(n.populations.back().name, "source", "no connection leads to this population",
                       use_script);
    if (n.inputs[0].kind != SignalKind::spikes)
        return refusal(n.inputs[0].name, "kind", "its loader takes an input for binary spikes", use_script);
    return std::nullopt;
}

std::optional<Diagnostic> refused_neuron(const IntNetwork& n, std::size_t i) {
    const IntPopulation& p = n.populations[i];
    const bool zero_reset =
        p.reset == rt::Reset::to_value &&
        std::all_of(p.reset_amount.begin(), p.reset_amount.end(), [](std::int32_t r) { return r == 0; });
    if (p.spiking && !zero_reset)
        return refusal(
            p.name, "reset", "its neurons know only a hard reset to zero",
            "run_lava.py carries the reset of the model; --hard-reset compiles the network with a reset "
            "to zero instead, which changes its spikes");
    if (p.spiking && p.refractory_steps > 0)
        return refusal(p.name, "refractory_steps", "its loader ignores refractory periods", use_script);
    if (std::any_of(p.initial_v.begin(), p.initial_v.end(), [](std::int32_t v) { return v != 0; }))
        return refusal(p.name, "initial_v", "its neurons start at zero", use_script);
    if (std::any_of(p.bias.begin(), p.bias.end(), [](std::int32_t b) {
            return b % (1 << state_shift) != 0 || std::abs(b >> state_shift) > INT16_MAX;
        }))
        return refusal(p.name, "bias", "its biases are 16-bit multiples of 64", use_script);
    if (!never_wraps(n, i))
        return refusal(p.name, "range", "some input can overflow a register, where Lava and Loihi differ",
                       "run_lava.py overflows as Loihi does; smaller weights avoid the overflow");
    return std::nullopt;
}

std::vector<std::int32_t> written_weights(const IntConnection& c) {
    std::vector<std::int32_t> w(c.weight.size());
    std::transform(c.weight.begin(), c.weight.end(), w.begin(),
                   [&c](int q) { return static_cast<std::int32_t>(rt::shift_floor(q, c.exponent)); });
    return w;
}

std::optional<Diagnostic> refused_weights(const IntConnection& c) {
    const std::vector<std::int32_t> w = written_weights(c);
    if (netx_keeps(w)) return std::nullopt;
    const auto [low, high] = std::minmax_element(w.begin(), w.end());
    if (*low == 0 && *high == 0)
        return refusal(c.name, "weight", "its loader fails on a matrix of zeros", use_script);
    return refusal(
        c.name, "weight",
        fmt::format("its loader would change weights {}..{} (exponent {} included)", *low, *high, c.exponent),
        use_script);
}

std::vector<std::int32_t> mantissas(const IntPerNeuron& values) {
    std::vector<std::int32_t> m(values.size());
    std::transform(values.begin(), values.end(), m.begin(),
                   [](std::int32_t v) { return v / (1 << state_shift); });
    return m;
}

// A scalar where all neurons agree, as slayer writes it; [n] otherwise.
void add_values(Hdf5Image& file, const std::string& path, const std::vector<std::int32_t>& values) {
    if (values.size() == 1)
        file.add(path, {}, values);
    else
        file.add(path, {values.size()}, values);
}

void add_layer(Hdf5Image& file, const std::string& layer, const IntPopulation& p, const IntConnection& c) {
    file.add_text(layer + "/type", "dense");
    file.add(layer + "/shape", {1}, {static_cast<std::int32_t>(c.outputs)});
    file.add(layer + "/inFeatures", {}, {static_cast<std::int32_t>(c.inputs)});
    file.add(layer + "/outFeatures", {}, {static_cast<std::int32_t>(c.outputs)});
    file.add(layer + "/weight", {c.outputs, c.inputs}, written_weights(c));
    if (std::any_of(p.bias.begin(), p.bias.end(), [](std::int32_t b) { return b != 0; })) {
        std::vector<std::int32_t> bias(c.outputs);
        for (std::size_t j = 0; j < c.outputs; ++j) bias[j] = at(p.bias, j) / (1 << state_shift);
        file.add(layer + "/bias", {c.outputs}, bias);
    }
    const std::string neuron = layer + "/neuron";
    file.add_text(neuron + "/type", "CUBA");
    add_values(file, neuron + "/iDecay", p.decay_u);
    add_values(file, neuron + "/vDecay", p.decay_v);
    add_values(file, neuron + "/vThMant",
               p.spiking ? mantissas(p.threshold) : std::vector<std::int32_t>{never_fires});
    file.add(neuron + "/refDelay", {}, {1});
    file.add(neuron + "/gradedSpike", {}, {0});
}

}  // namespace

bool netx_keeps(const std::vector<std::int32_t>& weights) {
    const NetxWeights loaded = netx_weights({weights});
    return loaded.trap.empty() && loaded.effective.front() == weights;
}

std::optional<Diagnostic> netx_refusal(const IntNetwork& network) {
    if (auto d = refused_topology(network)) return d;
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        if (auto d = refused_neuron(network, i)) return d;
        if (auto d = refused_weights(network.connections[i])) return d;
    }
    return std::nullopt;
}

std::string to_netx(const IntNetwork& network) {
    Hdf5Image file;
    file.add_text("layer/0/type", "input");
    file.add("layer/0/shape", {1}, {static_cast<std::int32_t>(network.connections[0].inputs)});
    for (std::size_t i = 0; i < network.populations.size(); ++i)
        add_layer(file, fmt::format("layer/{}", i + 1), network.populations[i], network.connections[i]);
    return file.bytes();
}

}  // namespace synfire::loihi
