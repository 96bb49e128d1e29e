// One function per type of layer.
#include "compiler/frontend/json/linear_layers.hpp"

#include <array>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "compiler/frontend/json/fold_neuron.hpp"
#include "compiler/frontend/json/initialise.hpp"

namespace synfire::json {
namespace {

using Pair = std::array<std::size_t, 2>;

// One whole number for both axes, or [vertical, horizontal].
Pair read_pair(const LayerReader& r, const char* field, const Pair& otherwise, std::size_t least) {
    if (!r.layer.contains(field)) return otherwise;
    const Value& value = r.layer[field];
    const Pair pair = value.is_array() ? Pair{value[0].get<std::size_t>(), value[1].get<std::size_t>()}
                                       : Pair{value.get<std::size_t>(), value.get<std::size_t>()};
    for (const std::size_t side : pair)
        if (side < least)
            fail(inside(r.node.place, field), fmt::format("is {}", side), fmt::format("at least {}", least),
                 "a window has a size and moves");
    return pair;
}

// The output has ceil(input / stride) places; where the padding is odd, the far side has one more.
void pad_same(Window& w, const Shape& input) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::size_t in = input[axis + 1], out = (in + w.stride[axis] - 1) / w.stride[axis];
        const std::size_t needed = (out - 1) * w.stride[axis] + w.dilation[axis] * (w.kernel[axis] - 1) + 1;
        const std::size_t total = needed > in ? needed - in : 0;
        w.pad_before[axis] = total / 2;
        w.pad_after[axis] = total - total / 2;
    }
}

void require_image(const LayerReader& r, const Flow& flow) {
    if (flow.shape.size() != 3)
        fail(r.node.place, fmt::format("gets an input of shape {}", to_string(flow.shape)),
             "an image, [channels, height, width]", "check the input's shape and the layers before");
}

// kernel: as many positions as fit; what leaves must be of a size that this program reads.
void check_window(const LayerReader& r, const Window& w, const Shape& input) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::size_t padded = input[axis + 1] + w.pad_before[axis] + w.pad_after[axis];
        if (w.dilation[axis] * (w.kernel[axis] - 1) + 1 > padded)
            fail(inside(r.node.place, "kernel"),
                 fmt::format("reaches over {} places of a padded image of {}",
                             w.dilation[axis] * (w.kernel[axis] - 1) + 1, padded),
                 fmt::format("at most {}", padded), "check the input's shape, stride and dilation");
    }
}

void check_output(const LayerReader& r, const Shape& shape) {
    if (element_count(shape).value_or(max_elements) > max_model_values)
        fail(r.node.place, fmt::format("delivers an image of {}", to_string(shape)),
             fmt::format("at most {} values", max_model_values), "use a larger stride or less padding");
}

void note_second_stage(const LayerReader& r, const Flow& flow) {
    if (!flow.paths.front().name.empty())
        r.report.note(
            complaint(r.node.place, "no neurons before it: a further stage of the same connection", "", ""));
}

// Nothing where the model leaves the weights to their initialization.
std::vector<double> read_weight(const LayerReader& r, const Shape& shape, const char* what) {
    if (!r.layer.contains("weight")) {
        take(r.source, shape[0], r.node.place);  // a layer of that size will be there
        return {};
    }
    return read_tensor(r.layer["weight"], shape, what, inside(r.node.place, "weight"), r.source);
}

void dense(const LayerReader& r, Flow& flow) {
    if (flow.shape.size() != 1)
        fail(r.node.place, fmt::format("gets an input of shape {}", to_string(flow.shape)),
             "a flat input, [N]", "put {\"type\": \"flatten\"} before it");
    Dense d;
    d.outputs = r.layer["units"];
    d.inputs = flow.shape[0];
    d.weight = read_weight(r, {d.outputs, d.inputs}, "[units, inputs]");
    if (r.layer.contains("bias"))
        d.bias = read_tensor(r.layer["bias"], {d.outputs}, "[units]", inside(r.node.place, "bias"), r.source);
    if (!d.weight.empty()) d.drawn = drawn_tensor(r.layer["weight"], inside(r.node.place, "weight"));
    note_second_stage(r, flow);
    apply_dense(flow, std::move(d), r.layer.value("delay", 0), r.node.name, r.node.place, r.source);
}

void conv2d(const LayerReader& r, Flow& flow) {
    require_image(r, flow);
    Convolution c;
    c.input = flow.shape;
    c.filters = r.layer["filters"];
    c.groups = r.layer.value("groups", std::size_t{1});
    if (c.input[0] % c.groups != 0 || c.filters % c.groups != 0)
        fail(inside(r.node.place, "groups"),
             fmt::format("{} groups do not divide {} channels and {} filters", c.groups, c.input[0],
                         c.filters),
             "a divisor of both", "check the shape of the input, [channels, height, width]");
    Window& w = c.window;
    w.kernel = read_pair(r, "kernel", {1, 1}, 1);
    w.stride = read_pair(r, "stride", {1, 1}, 1);
    w.dilation = read_pair(r, "dilation", {1, 1}, 1);
    const Value padding = r.layer.value("padding", Value(0));
    if (padding == "same")
        pad_same(w, c.input);
    else if (padding != "valid")
        w.pad_before = w.pad_after = read_pair(r, "padding", {0, 0}, 0);
    check_window(r, w, c.input);
    check_output(r, output_shape(c));
    c.weight = read_weight(r, {c.filters, c.input[0] / c.groups, w.kernel[0], w.kernel[1]},
                           "[filters, channels / groups, height, width]");
    if (r.layer.contains("bias"))
        c.bias =
            read_tensor(r.layer["bias"], {c.filters}, "[filters]", inside(r.node.place, "bias"), r.source);
    note_second_stage(r, flow);
    apply_convolution(flow, std::move(c), r.layer.value("delay", 0), r.node.name, r.node.place, r.source);
}

void pool2d(const LayerReader& r, Flow& flow) {
    require_image(r, flow);
    const std::string mode = r.layer["mode"];
    Pool pool;
    pool.kind = mode == "max" ? Pool::Kind::maximum : mode == "avg" ? Pool::Kind::average : Pool::Kind::sum;
    pool.input = flow.shape;
    Window& w = pool.window;
    w.kernel = read_pair(r, "kernel", {1, 1}, 1);
    w.stride = read_pair(r, "stride", w.kernel, 1);
    w.pad_before = w.pad_after = read_pair(r, "padding", {0, 0}, 0);
    for (std::size_t axis = 0; axis < 2; ++axis)
        if (w.pad_before[axis] > w.kernel[axis] / 2)
            fail(inside(r.node.place, "padding"),
                 fmt::format("{} is more than half the kernel of {}", w.pad_before[axis], w.kernel[axis]),
                 fmt::format("at most {}", w.kernel[axis] / 2), "every window needs a place in the image");
    check_window(r, w, pool.input);
    check_output(r, output_shape(pool));
    apply_pool(flow, pool, r.node.place, r.source);
}

void batchnorm(const LayerReader& r, Flow& flow) {
    // One value per channel of [C, H, W], or per element of [N].
    const std::size_t channels = flow.shape[0];
    const std::size_t n = *element_count(flow.shape);
    const auto read = [&](const char* field, double otherwise) {
        if (!r.layer.contains(field)) return PerNeuron(channels, otherwise);
        return read_tensor(r.layer[field], {channels}, "one value per channel", inside(r.node.place, field),
                           r.source);
    };
    const PerNeuron gamma = read("scale", 1);
    const PerNeuron beta = read("shift", 0);
    const PerNeuron mean = read("mean", 0);
    const PerNeuron variance = read("var", 1);
    const double eps = r.layer.value("eps", 1e-5);
    take(r.source, 2 * n, r.node.place);
    PerNeuron scale(n);
    PerNeuron shift(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t c = i / (n / channels);
        if (!(variance[c] + eps > 0))
            fail(inside(r.node.place, "var"),
                 fmt::format("value {} at index {} is not a variance", variance[c], c), "var + eps > 0",
                 "give the running variance of the training");
        scale[i] = gamma[c] / std::sqrt(variance[c] + eps);
        shift[i] = beta[c] - mean[c] * scale[i];
    }
    apply_elementwise(flow, scale, shift);
    r.report.note(complaint(
        r.node.place,
        fmt::format("folded into the weights: scale {}, shift {}", shown_values(scale), shown_values(shift)),
        "", ""));
}

void scale(const LayerReader& r, Flow& flow) {
    const PerNeuron value =
        read_per_neuron(r.layer["value"], flow.shape, inside(r.node.place, "value"), r.source);
    apply_elementwise(flow, value, {0.0});
    r.report.note(complaint(inside(r.node.place, "value"),
                            fmt::format("folded into the weights: {}", shown_values(value)), "", ""));
}

void flatten(const LayerReader&, Flow& flow) {
    flow.shape = {*element_count(flow.shape)};
}

void identity(const LayerReader&, Flow&) {}

using Apply = void (*)(const LayerReader&, Flow&);

const std::map<std::string, Apply>& rows() {
    static const std::map<std::string, Apply> table = {
        {"dense", dense}, {"conv2d", conv2d},   {"pool2d", pool2d},    {"batchnorm", batchnorm},
        {"scale", scale}, {"flatten", flatten}, {"identity", identity}};
    return table;
}

}  // namespace

bool is_linear_layer(const std::string& type) {
    return rows().count(type) != 0;
}

void apply_layer(const LayerReader& reader, Flow& flow) {
    rows().at(reader.layer["type"].get<std::string>())(reader, flow);
}

}  // namespace synfire::json
