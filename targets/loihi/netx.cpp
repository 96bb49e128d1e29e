// Which networks netx can hold, and the layers of those it can: convolutions from the first layer on,
// matrices elsewhere. What netx ignores (refractory period, weight exponent), guesses (sign mode, weight
// bits) or gets wrong (a matrix of zeros) is refused here, never written.
#include "targets/loihi/netx.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/quantize/shared_weights.hpp"
#include "compiler/support/netx_weights.hpp"
#include "targets/loihi/hdf5_image.hpp"
#include "targets/loihi/limits.hpp"
#include "targets/loihi/registers.hpp"

namespace synfire::loihi {
namespace {

// A threshold that a 24-bit membrane cannot reach, as slayer writes it for layers without spikes.
constexpr std::int32_t never_fires = (1 << 18) - 1;
// Where the sum of a convolution wraps in Lava.
constexpr std::int64_t most_sum = std::int64_t{1} << 23;
// Weights of one layer; larger ones would not be simulated by anybody.
constexpr std::size_t largest_matrix = std::size_t{1} << 26;

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
    if (c.weight.empty() || c.inputs != c.outputs || c.delay != 0 || !unfiltered(p, n.rules))
        return std::nullopt;
    const Transform t{c.weight[0], p.bias[0] / (1 << state_shift)};
    std::size_t same = 0;  // on the diagonal
    bool other = false;
    for (std::size_t o = 0; o < c.outputs; ++o)
        for_each_synapse(c, o, [&](std::size_t i, std::int16_t w) {
            same += i == o && w == t.weight;
            other = other || (i != o && w != 0);
        });
    if (other || same != c.outputs) return std::nullopt;
    for (std::size_t j = 0; j < c.outputs; ++j)
        if (at(p.bias, j) != t.bias * (1 << state_shift)) return std::nullopt;
    return t;
}

// What leads to a population: the layer before it, and itself.
struct Layer {
    const IntConnection* feed = nullptr;
    const IntConnection* recurrent = nullptr;
    std::vector<std::int16_t> kernel{};  // of a conv layer; empty: a matrix
};

// The kernel of a connection that netx has as a conv layer: those pad both sides alike.
std::optional<std::vector<std::int16_t>> conv_kernel(const Layer& layer) {
    const IntConnection& c = *layer.feed;
    if (!c.convolution || c.source_pool || c.sum_pool || layer.recurrent != nullptr) return std::nullopt;
    Convolution alike = *c.convolution;
    alike.window.pad_after = alike.window.pad_before;
    if (output_shape(alike) != output_shape(*c.convolution)) return std::nullopt;
    return shared_weights(c);
}

// One per population; a connection that no layer of a .net file has goes to `other`.
std::vector<Layer> connected_layers(const IntNetwork& n, const IntConnection*& other) {
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

// The same, of a network that is not refused, with the kernels of those that are conv layers: in front of
// them stands the input or another image.
std::vector<Layer> layers_of(const IntNetwork& n) {
    const IntConnection* none = nullptr;
    std::vector<Layer> layers = connected_layers(n, none);
    std::optional<Shape> image;  // nothing: any
    for (std::size_t i = transform_of(n) ? 1 : 0; i < layers.size(); ++i) {
        auto kernel = conv_kernel(layers[i]);
        if (!kernel || (image && *image != layers[i].feed->convolution->input)) break;
        layers[i].kernel = std::move(*kernel);
        image = output_shape(*layers[i].feed->convolution);
    }
    return layers;
}

std::optional<Diagnostic> refused_topology(const IntNetwork& n) {
    const IntConnection* other = nullptr;
    const std::vector<Layer> layers = connected_layers(n, other);
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

std::vector<std::int32_t> shifted(const std::vector<std::int16_t>& weights, int exponent) {
    std::vector<std::int32_t> w(weights.size());
    std::transform(weights.begin(), weights.end(), w.begin(),
                   [&](int q) { return static_cast<std::int32_t>(rt::shift_floor(q, exponent)); });
    return w;
}

// Those of a matrix.
std::vector<std::int32_t> written_weights(const IntConnection& c) {
    return shifted(dense_weights(c), c.exponent);
}

// netx takes the weights of conv layers as they are.
std::optional<Diagnostic> refused_kernel(const Layer& layer) {
    const std::vector<std::int32_t> kernel = shifted(layer.kernel, layer.feed->exponent);
    const std::size_t taps = kernel.size() / layer.feed->convolution->filters;
    for (std::size_t k = 0; k < kernel.size(); k += taps) {
        std::int64_t low = 0, high = 0;
        for (std::size_t w = k; w < k + taps; ++w) (kernel[w] < 0 ? low : high) += kernel[w];
        if (low < -most_sum || high >= most_sum)
            return refusal(layer.feed->name, "weight",
                           fmt::format("its convolution would wrap sums of {}..{} at 24 bits", low, high),
                           use_script);
    }
    return std::nullopt;
}

std::optional<Diagnostic> refused_size(const IntConnection& c) {
    const auto size = element_count({c.outputs, c.inputs});
    if (size && *size <= largest_matrix) return std::nullopt;
    return refusal(c.name, "weight",
                   fmt::format("{} x {} weights are too many for a matrix", c.outputs, c.inputs),
                   "mapping.json places the network all the same; netx holds convolutions behind the input "
                   "or other convolutions as they are");
}

// Both matrices get one exponent when they are loaded.
std::optional<Diagnostic> refused_weights(const Layer& layer) {
    const IntConnection& c = *layer.feed;
    if (!layer.kernel.empty()) return refused_kernel(layer);
    if (auto d = refused_size(c)) return d;
    std::vector<std::vector<std::int32_t>> written{written_weights(c)};
    if (layer.recurrent != nullptr) {
        if (auto d = refused_size(*layer.recurrent)) return d;
        written.push_back(written_weights(*layer.recurrent));
    }
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

// A scalar where all neurons agree, as slayer writes it; of an image [channels] where those of a channel do,
// else in Lava's order [width, height, channels]; [n] otherwise.
void add_values(Hdf5Image& file, const std::string& path, const std::vector<std::int32_t>& values,
                const Shape& image) {
    if (values.size() == 1) return file.add(path, {}, values);
    if (image.size() != 3) return file.add(path, {values.size()}, values);
    const std::size_t channels = image[0], height = image[1], width = image[2], plane = height * width;
    std::vector<std::int32_t> turned;
    bool shared = true;
    for (std::size_t x = 0; x < width; ++x)
        for (std::size_t y = 0; y < height; ++y)
            for (std::size_t c = 0; c < channels; ++c) {
                turned.push_back(values[c * plane + y * width + x]);
                shared = shared && turned.back() == values[c * plane];
            }
    if (shared) turned.resize(channels);
    file.add(path, shared ? Shape{channels} : Shape{width, height, channels}, turned);
}

// image: [channels, height, width] of a conv layer, else empty.
void add_neuron(Hdf5Image& file, const std::string& neuron, const IntPopulation& p, const Shape& image = {}) {
    file.add_text(neuron + "/type", "CUBA");
    add_values(file, neuron + "/iDecay", p.decay_u, image);
    add_values(file, neuron + "/vDecay", p.decay_v, image);
    add_values(file, neuron + "/vThMant",
               p.spiking ? mantissas(p.threshold) : std::vector<std::int32_t>{never_fires}, image);
    file.add(neuron + "/refDelay", {}, {1});
    file.add(neuron + "/gradedSpike", {}, {0});
}

void add_bias(Hdf5Image& file, const std::string& layer, const IntPopulation& p, const Shape& image) {
    if (std::all_of(p.bias.begin(), p.bias.end(), [](std::int32_t b) { return b == 0; })) return;
    std::vector<std::int32_t> bias(neurons(p));
    for (std::size_t j = 0; j < bias.size(); ++j) bias[j] = at(p.bias, j) / (1 << state_shift);
    add_values(file, layer + "/bias", bias, image);
}

std::vector<std::int32_t> to_int32(const Shape& shape) {
    return {shape.begin(), shape.end()};
}

void add_conv(Hdf5Image& file, const std::string& layer, const IntPopulation& p, const Layer& synapses) {
    const Convolution& c = *synapses.feed->convolution;
    const Shape out = output_shape(c);
    const auto add_pair = [&](const char* name, const std::array<std::size_t, 2>& pair) {
        file.add(layer + "/" + name, {2}, to_int32({pair[0], pair[1]}));
    };
    file.add_text(layer + "/type", "conv");
    file.add(layer + "/shape", {3}, to_int32(out));
    file.add(layer + "/inChannels", {}, to_int32({c.input[0]}));
    file.add(layer + "/outChannels", {}, to_int32({c.filters}));
    add_pair("kernelSize", c.window.kernel);
    add_pair("stride", c.window.stride);
    add_pair("padding", c.window.pad_before);
    add_pair("dilation", c.window.dilation);
    file.add(layer + "/groups", {}, to_int32({c.groups}));
    file.add(layer + "/weight", {c.filters, c.input[0] / c.groups, c.window.kernel[0], c.window.kernel[1]},
             shifted(synapses.kernel, synapses.feed->exponent));
    add_bias(file, layer, p, out);
    add_neuron(file, layer + "/neuron", p, out);
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
    add_bias(file, layer, p, {});
    add_neuron(file, layer + "/neuron", p);
}

// What the first layer reads.
Shape input_shape(const Layer& first) {
    return first.kernel.empty() ? Shape{first.feed->inputs} : first.feed->convolution->input;
}

// shape: [n], or that of an image.
void add_input_block(Hdf5Image& file, const IntPopulation& p, const Transform& transform,
                     const Shape& shape) {
    file.add_text("layer/0/type", "input");
    file.add("layer/0/shape", {shape.size()}, to_int32(shape));
    file.add("layer/0/weight", {}, {transform.weight});
    file.add("layer/0/bias", {}, {transform.bias});
    add_neuron(file, "layer/0/neuron", p, shape);
}

}  // namespace

bool netx_keeps(const std::vector<std::int32_t>& weights) {
    const NetxWeights loaded = netx_weights({weights});
    return loaded.trap.empty() && loaded.effective.front() == weights;
}

std::optional<Diagnostic> netx_refusal(const IntNetwork& network) {
    if (auto d = refused_topology(network)) return d;
    const std::vector<Layer> layers = layers_of(network);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (auto d = refused_neuron(network, i)) return d;
        if (i == 0 && transform_of(network)) continue;
        if (auto d = refused_weights(layers[i])) return d;
    }
    return std::nullopt;
}

std::string to_netx(const IntNetwork& network) {
    Hdf5Image file;
    const std::vector<Layer> layers = layers_of(network);
    const std::optional<Transform> transform = transform_of(network);
    const std::size_t first = transform ? 1 : 0;
    Shape shape = first < layers.size() ? input_shape(layers[first]) : Shape{neurons(network.populations[0])};
    if (transform) {
        add_input_block(file, network.populations[0], *transform, shape);
    } else {
        file.add_text("layer/0/type", "input");
        file.add("layer/0/shape", {shape.size()}, to_int32(shape));
    }
    std::size_t groups = 1;
    for (std::size_t i = first; i < layers.size(); ++i) {
        const IntPopulation& p = network.populations[i];
        if (!layers[i].kernel.empty()) {
            add_conv(file, fmt::format("layer/{}", groups++), p, layers[i]);
            continue;
        }
        if (i > first && !layers[i - 1].kernel.empty())
            file.add_text(fmt::format("layer/{}/type", groups++), "flatten");
        add_layer(file, fmt::format("layer/{}", groups++), p, layers[i]);
    }
    return file.bytes();
}

}  // namespace synfire::loihi
