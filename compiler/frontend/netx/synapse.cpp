#include "compiler/frontend/netx/synapse.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "compiler/support/netx_weights.hpp"

namespace synfire::netx {
namespace {

constexpr double longest_delay = 62;
constexpr std::int64_t most_sum = std::int64_t{1} << 23;  // a convolution's sum wraps at 24 bits

using Integers = std::vector<std::int32_t>;

// A matrix [outputs, inputs]; a vector is cut into one row per output.
Integers matrix(const Layer& layer, const std::string& field, std::size_t outputs, std::size_t inputs,
                Report& report) {
    Shape shape = layer.fields.numbers(field).shape;
    while (shape.size() > 2 && shape.back() == 1) shape.pop_back();
    const std::size_t size = layer.fields.numbers(field).numbers.size();
    if (shape.size() == 1 && size % outputs == 0) shape = {outputs, size / outputs};
    if (shape != Shape{outputs, inputs})
        layer.fields.refuse(field, fmt::format("has shape {}", to_string(shape)),
                            fmt::format("[{}, {}]: {} values arrive", outputs, inputs, inputs),
                            "check the layer's shape and the layer before it");
    Integers weights(size);
    const std::vector<double> values = layer.fields.truncated(field, report);
    for (std::size_t i = 0; i < size; ++i) {
        if (std::abs(values[i]) > INT32_MAX)
            layer.fields.refuse(field, fmt::format("value {} at index {}", values[i], i), "-256..255",
                                "export the quantized network");
        weights[i] = static_cast<std::int32_t>(values[i]);
    }
    return weights;
}

// The layer's weight, and its weight_rec where it is recurrent, as netx loads them.
std::vector<Integers> loaded_weights(const Layer& layer, std::size_t inputs, std::size_t outputs,
                                     Report& report) {
    std::vector<Integers> matrices{matrix(layer, "weight", outputs, inputs, report)};
    if (layer.type == "dense_rec") matrices.push_back(matrix(layer, "weight_rec", outputs, outputs, report));
    NetxWeights loaded = netx_weights(matrices);
    if (!loaded.trap.empty())
        layer.fields.refuse("weight", loaded.trap,
                            "even weights from -256 to 254, some of them positive, as slayer exports them",
                            "change the weights; Lava would run another network than the one in the file");
    std::size_t changed = 0, total = 0;
    for (std::size_t m = 0; m < matrices.size(); ++m)
        for (std::size_t i = 0; i < matrices[m].size(); ++i, ++total)
            changed += matrices[m][i] != loaded.effective[m][i];
    if (changed != 0)
        report.warning(layer.fields.about(
            "weight",
            fmt::format("netx changes {} of {} weights when it loads them (clipping or lost low bits); the "
                        "changed ones are used",
                        changed, total),
            "even weights from -256 to 254", "export the quantized network"));
    return loaded.effective;
}

std::vector<int> delays_of(const Layer& layer, std::size_t outputs, std::size_t inputs, Report& report) {
    std::vector<int> delays(outputs * inputs, 0);
    if (!layer.fields.has("delay")) return delays;
    const hdf5::Data& data = layer.fields.numbers("delay");
    const std::size_t size = data.numbers.size();
    const bool whole = data.shape == Shape{outputs, inputs};
    if (!whole && size != 1 && (data.shape.size() != 1 || (size != outputs && size != inputs)))
        layer.fields.refuse("delay", fmt::format("has shape {}", to_string(data.shape)),
                            fmt::format("one value, [{0}], [{1}] or [{0}, {1}]", outputs, inputs),
                            "give one delay per layer, output, input or synapse");
    std::size_t clamped = 0;
    for (std::size_t k = 0; k < delays.size(); ++k) {
        std::size_t from = 0;
        if (whole)
            from = k;
        else if (size == outputs)
            from = k / inputs;
        else if (size == inputs)
            from = k % inputs;
        const double d = std::trunc(data.numbers[from]);
        if (d < 0)
            layer.fields.refuse("delay", fmt::format("value {} at index {}", data.numbers[from], from),
                                fmt::format("0..{} steps", longest_delay), "delays cannot be negative");
        clamped += d > longest_delay;
        delays[k] = static_cast<int>(std::min(d, longest_delay));
    }
    if (clamped != 0)
        report.warning(layer.fields.about(
            "delay",
            fmt::format("{} synapses have more than {} steps, and netx clamps them", clamped, longest_delay),
            fmt::format("0..{} steps", longest_delay), "train with a smaller maximum delay"));
    return delays;
}

// Those synapses of the matrix that have the delay.
Sparse with_delay(const Integers& weights, const std::vector<int>& delays, int delay, std::size_t outputs,
                  std::size_t inputs) {
    Sparse s{outputs, inputs, {0}, {}, {}, {}};
    for (std::size_t o = 0; o < outputs; ++o) {
        for (std::size_t i = 0; i < inputs; ++i) {
            const std::size_t k = o * inputs + i;
            if (weights[k] == 0 || delays[k] != delay) continue;
            s.column.push_back(i);
            s.weight.push_back(weights[k]);
        }
        s.first.push_back(s.column.size());
    }
    return s;
}

Connection connection(const std::string& name, const Presynaptic& source, std::size_t target, int delay,
                      Stage stage) {
    Connection c;
    c.name = name;
    c.source = source;
    c.target = target;
    c.delay = delay;
    c.stages.push_back(std::move(stage));
    return c;
}

// Throws where a convolution's sum can leave 24 bits: Lava wraps it there.
void check_sums(const Layer& layer, const Convolution& c) {
    const std::size_t taps = c.weight.size() / c.filters;
    for (std::size_t f = 0; f < c.filters; ++f) {
        double low = 0, high = 0;
        for (std::size_t k = f * taps; k < (f + 1) * taps; ++k) (c.weight[k] < 0 ? low : high) += c.weight[k];
        if (low < -static_cast<double>(most_sum) || high >= static_cast<double>(most_sum))
            layer.fields.refuse("weight", fmt::format("filter {} can sum up to {}..{}", f, low, high),
                                "sums of 24 bits, where Lava's convolutions wrap", "scale the weights down");
    }
}

}  // namespace

std::vector<Connection> dense_connections(const Layer& layer, const Presynaptic& source, std::size_t inputs,
                                          std::size_t target, std::size_t outputs, Report& report) {
    const std::vector<Integers> weights = loaded_weights(layer, inputs, outputs, report);
    const bool recurrent = weights.size() > 1;
    if (recurrent && layer.fields.has("delay"))
        layer.fields.refuse("delay",
                            "belongs to a recurrent layer, where netx drops the weights' exponent and uses "
                            "it for the recurrent weights as well",
                            "no delay", "remove the delays of the recurrent layer");
    const std::vector<int> delays = delays_of(layer, outputs, inputs, report);
    std::vector<Connection> connections;
    const auto dense = [](const Integers& w, std::size_t o, std::size_t i) {
        return Dense{o, i, std::vector<double>(w.begin(), w.end()), {}};
    };
    const auto [shortest, longest] = std::minmax_element(delays.begin(), delays.end());
    if (*shortest == *longest) {
        connections.push_back(
            connection(layer.name, source, target, 1 + *shortest, dense(weights[0], outputs, inputs)));
    } else {
        for (int d = *shortest; d <= *longest; ++d) {
            Sparse synapses = with_delay(weights[0], delays, d, outputs, inputs);
            if (!synapses.weight.empty())
                connections.push_back(connection(fmt::format("{}.delay{}", layer.name, d), source, target,
                                                 1 + d, std::move(synapses)));
        }
    }
    if (recurrent)
        connections.push_back(connection(layer.name + ".recurrent", {Presynaptic::Kind::population, target},
                                         target, 1, dense(weights[1], outputs, outputs)));
    return connections;
}

Convolution convolution_of(const Layer& layer, const Shape& image, Report& report) {
    const Fields& f = layer.fields;
    constexpr std::int64_t longest_side = 1 << 20;
    Shape kernel = f.numbers("weight").shape;
    if (kernel.size() == 5 && kernel.back() == 1) kernel.pop_back();
    if (kernel.size() != 4)
        f.refuse("weight", fmt::format("has shape {}", to_string(kernel)),
                 "[filters, channels / groups, height, width]", "export the network with lava-dl");
    Convolution c;
    c.input = image;
    c.filters = kernel[0];
    c.groups = static_cast<std::size_t>(f.integer("groups", 1, longest_side));
    c.window.kernel = {kernel[2], kernel[3]};
    c.window.stride = f.pair("stride", 1, longest_side);
    c.window.pad_before = c.window.pad_after = f.pair("padding", 0, longest_side);
    c.window.dilation = f.pair("dilation", 1, longest_side);
    if (image[0] % c.groups != 0 || c.filters % c.groups != 0 || kernel[1] != image[0] / c.groups)
        f.refuse("weight", fmt::format("has shape {}", to_string(kernel)),
                 fmt::format("[filters, {} / {}, height, width]: an image of {} arrives, and there are {} "
                             "groups, which divide channels and filters",
                             image[0], c.groups, to_string(image), c.groups),
                 "check groups and the layer before it");
    c.weight = f.truncated("weight", report);
    check_sums(layer, c);
    for (std::size_t axis = 0; axis < 2; ++axis)
        if (c.window.dilation[axis] * (c.window.kernel[axis] - 1) >=
            image[axis + 1] + 2 * c.window.pad_before[axis])
            f.refuse(
                "weight",
                fmt::format("the kernel {} is larger than the image {}", to_string(kernel), to_string(image)),
                "a kernel inside the padded image", "check kernel, padding and the layer before it");
    const Shape computed = output_shape(c);
    if (computed != f.shape("shape"))
        f.refuse("shape", fmt::format("holds {}", to_string(f.shape("shape"))),
                 fmt::format("{}, from the weights, stride, padding and dilation", to_string(computed)),
                 "export the network with lava-dl");
    return c;
}

}  // namespace synfire::netx
