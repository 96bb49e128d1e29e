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

// What the input block of a .net file does to values: x * weight + bias on v, the same for every neuron.
struct Transform {
    std::int32_t weight = 0, bias = 0;
};

// The input block that the first population is, in networks that take whole numbers.
std::optional<Transform> transform_of(const IntNetwork& n) {
    if (n.profile != "lava" || n.inputs[0].kind != SignalKind::real) return std::nullopt;
    const IntConnection& c = n.connections[0];
    const IntPopulation& p = n.populations[0];
    if (is_sparse(c) || c.inputs != c.outputs || c.delay != 0 || !unfiltered(p, n.rules)) return std::nullopt;
    const Transform t{c.weight[0], p.bias[0] / (1 << state_shift)};
    for (std::size_t i = 0; i < c.weight.size(); ++i)
        if (c.weight[i] != (i % (c.inputs + 1) == 0 ? t.weight : 0)) return std::nullopt;
    for (std::size_t j = 0; j < c.outputs; ++j)
        if (at(p.bias, j) != t.bias * (1 << state_shift)) return std::nullopt;
    return t;
}

// What leads to a population: the layer before it, and itself.
struct Layer {
    const IntConnection* feed = nullptr;
    const IntConnection* recurrent = nullptr;
};

// One per population; a connection that no layer of a .net file has goes to `other`.
std::vector<Layer> layers_of(const IntNetwork& n, const IntConnection*& other) {
    std::vector<Layer> layers(n.populations.size());
    for (const IntConnection& c : n.connections) {
        const std::size_t i = c.target;
        const Presynaptic before = i == 0 ? Presynaptic{} : Presynaptic{Presynaptic::Kind::population, i - 1};
        // Networks of lava-dl count the step that a synapse takes.
        const int delay = n.profile == "lava" && !(i == 0 && transform_of(n)) ? 1 : 0;
        Layer& layer = layers[i];
        if (c.source == before && c.delay == delay && layer.feed == nullptr)
            layer.feed = &c;
        else if (c.source == Presynaptic{Presynaptic::Kind::population, i} && c.delay == 1 &&
                 layer.recurrent == nullptr)
            layer.recurrent = &c;
        else
            other = &c;
    }
    return layers;
}

std::optional<Diagnostic> refused_topology(const IntNetwork& n) {
    const IntConnection* other = nullptr;
    const std::vector<Layer> layers = layers_of(n, other);
    if (n.inputs.size() > 1)
        return refusal(n.inputs[1].name, "inputs", "a .net file has one input", use_script);
    if (other != nullptr)
        return refusal(other->name, "source",
                       "a .net file is a sequence of layers, each of which may feed itself, without delays",
                       use_script);
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].feed == nullptr)
            return refusal(n.populations[i].name, "source", "no connection leads to this population",
                           use_script);
    if (n.inputs[0].kind == SignalKind::spikes || transform_of(n)) return std::nullopt;
    return refusal(n.inputs[0].name, "kind", "its loader takes an input for binary spikes", use_script);
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
    if (n.profile != "lava" && !never_wraps(n, i))
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

// Both matrices get one exponent when they are loaded.
std::optional<Diagnostic> refused_weights(const Layer& layer) {
    const IntConnection& c = *layer.feed;
    std::vector<std::vector<std::int32_t>> written{written_weights(c)};
    if (layer.recurrent != nullptr) written.push_back(written_weights(*layer.recurrent));
    const NetxWeights loaded = netx_weights(written);
    if (loaded.trap.empty() && loaded.effective == written) return std::nullopt;
    const auto [low, high] = std::minmax_element(written[0].begin(), written[0].end());
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

void add_neuron(Hdf5Image& file, const std::string& neuron, const IntPopulation& p) {
    file.add_text(neuron + "/type", "CUBA");
    add_values(file, neuron + "/iDecay", p.decay_u);
    add_values(file, neuron + "/vDecay", p.decay_v);
    add_values(file, neuron + "/vThMant",
               p.spiking ? mantissas(p.threshold) : std::vector<std::int32_t>{never_fires});
    file.add(neuron + "/refDelay", {}, {1});
    file.add(neuron + "/gradedSpike", {}, {0});
}

void add_layer(Hdf5Image& file, const std::string& layer, const IntPopulation& p, const Layer& synapses) {
    const IntConnection& c = *synapses.feed;
    file.add_text(layer + "/type", synapses.recurrent == nullptr ? "dense" : "dense_rec");
    file.add(layer + "/shape", {1}, {static_cast<std::int32_t>(c.outputs)});
    file.add(layer + "/inFeatures", {}, {static_cast<std::int32_t>(c.inputs)});
    file.add(layer + "/outFeatures", {}, {static_cast<std::int32_t>(c.outputs)});
    file.add(layer + "/weight", {c.outputs, c.inputs}, written_weights(c));
    if (synapses.recurrent != nullptr)
        file.add(layer + "/weight_rec", {c.outputs, c.outputs}, written_weights(*synapses.recurrent));
    if (std::any_of(p.bias.begin(), p.bias.end(), [](std::int32_t b) { return b != 0; })) {
        std::vector<std::int32_t> bias(c.outputs);
        for (std::size_t j = 0; j < c.outputs; ++j) bias[j] = at(p.bias, j) / (1 << state_shift);
        file.add(layer + "/bias", {c.outputs}, bias);
    }
    add_neuron(file, layer + "/neuron", p);
}

void add_input_block(Hdf5Image& file, const IntPopulation& p, const Transform& transform) {
    file.add_text("layer/0/type", "input");
    file.add("layer/0/shape", {1}, {static_cast<std::int32_t>(neurons(p))});
    file.add("layer/0/weight", {}, {transform.weight});
    file.add("layer/0/bias", {}, {transform.bias});
    add_neuron(file, "layer/0/neuron", p);
}

}  // namespace

bool netx_keeps(const std::vector<std::int32_t>& weights) {
    const NetxWeights loaded = netx_weights({weights});
    return loaded.trap.empty() && loaded.effective.front() == weights;
}

std::optional<Diagnostic> netx_refusal(const IntNetwork& network) {
    if (auto d = refused_topology(network)) return d;
    const IntConnection* none = nullptr;
    const std::vector<Layer> layers = layers_of(network, none);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (auto d = refused_neuron(network, i)) return d;
        if (i == 0 && transform_of(network)) continue;
        if (auto d = refused_weights(layers[i])) return d;
    }
    return std::nullopt;
}

std::string to_netx(const IntNetwork& network) {
    Hdf5Image file;
    const IntConnection* none = nullptr;
    const std::vector<Layer> layers = layers_of(network, none);
    const std::optional<Transform> transform = transform_of(network);
    if (transform) {
        add_input_block(file, network.populations[0], *transform);
    } else {
        file.add_text("layer/0/type", "input");
        file.add("layer/0/shape", {1}, {static_cast<std::int32_t>(layers[0].feed->inputs)});
    }
    const std::size_t first = transform ? 1 : 0;
    for (std::size_t i = first; i < layers.size(); ++i)
        add_layer(file, fmt::format("layer/{}", i + 1 - first), network.populations[i], layers[i]);
    return file.bytes();
}

}  // namespace synfire::loihi
