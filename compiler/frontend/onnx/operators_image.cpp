// Operators on images and one-dimensional signals, and reductions: one small function each and one row each
// at the end. Plain loops of their own, so that the numeric check compares two ways to compute a layer.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "compiler/frontend/onnx/image.hpp"
#include "compiler/frontend/onnx/operator_rows.hpp"

namespace synfire::onnx {
namespace {

struct Filters {
    std::size_t count = 0;
    std::size_t groups = 1;
    std::size_t channels = 0;  // per group
};

Filters filters_of(const Node& node, const Image& image, const Shape& w) {
    const std::int64_t groups = int_attribute(node, "group", 1);
    if (w.size() != image.rank + 2)
        throw OperatorError("weights " + to_string(w) + " fit no input of " + std::to_string(image.rank) +
                            " spatial axes");
    for (std::size_t axis = 0; axis < image.rank; ++axis)
        if (static_cast<std::int64_t>(w[axis + 2]) != image.axes[axis + 2 - image.rank].kernel)
            throw OperatorError("weights " + to_string(w) + " have another size than kernel_shape");
    if (groups < 1 || groups > static_cast<std::int64_t>(image.channels))
        throw OperatorError("group has the value " + std::to_string(groups));
    const auto g = static_cast<std::size_t>(groups);
    if (image.channels % g != 0 || w[0] % g != 0 || w[0] == 0 || w[1] != image.channels / g)
        throw OperatorError("weights " + to_string(w) + " do not fit " + std::to_string(image.channels) +
                            " channels in " + std::to_string(g) + " groups");
    return {w[0], g, w[1]};
}

// Spreads every input that is not 0 over the outputs that its windows reach.
void spread_channel(const Image& image, const double* x, const double* weight, double* y) {
    const auto& [rows, columns] = image.axes;
    for (std::int64_t oy = 0; oy < rows.out; ++oy)
        for (std::int64_t ky = 0; ky < rows.kernel; ++ky) {
            const std::int64_t iy = image.input_index(0, oy, ky);
            if (iy < 0 || iy >= rows.in) continue;
            for (std::int64_t kx = 0; kx < columns.kernel; ++kx) {
                const double w = weight[ky * columns.kernel + kx];
                for (std::int64_t ox = 0; ox < columns.out; ++ox) {
                    const std::int64_t ix = image.input_index(1, ox, kx);
                    if (ix >= 0 && ix < columns.in) y[oy * columns.out + ox] += w * x[iy * columns.in + ix];
                }
            }
        }
}

Tensor convolve(const Node& node, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    const Tensor& w = operand(operands, 1);
    const Image image = image_of(node, x.shape, &w.shape);
    const Filters f = filters_of(node, image, w.shape);
    Tensor y{image.output(f.count), Element::real, {}};
    y.values.assign(grown_count(y.shape, operands), 0.0);
    const std::size_t plane = image.input()[1] * image.input()[2],
                      kernel = w.values.size() / f.count / f.channels;
    for (std::size_t c = 0; c < image.channels; ++c) {
        const double* from = x.values.data() + c * plane;
        if (std::all_of(from, from + plane, [](double v) { return v == 0; })) continue;
        const std::size_t group = c / f.channels, per_group = f.count / f.groups;
        for (std::size_t o = group * per_group; o < (group + 1) * per_group; ++o)
            spread_channel(image, from, w.values.data() + (o * f.channels + c % f.channels) * kernel,
                           y.values.data() + o * image.positions());
    }
    const Tensor* bias = optional_operand(operands, 2);
    if (bias == nullptr) return y;
    if (bias->values.size() != f.count) throw OperatorError("its bias has another size than its filters");
    for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += bias->values[i / image.positions()];
    return y;
}

// Sum, number and maximum of the inputs in one window.
struct Windowed {
    double sum = 0;
    double most = -std::numeric_limits<double>::infinity();
    std::int64_t inside = 0;
    std::int64_t padded = 0;  // positions inside the padded input, which ceil_mode may leave
};

Windowed windowed(const Image& image, const double* x, std::int64_t oy, std::int64_t ox) {
    const auto& [rows, columns] = image.axes;
    Windowed w;
    for (std::int64_t ky = 0; ky < rows.kernel; ++ky)
        for (std::int64_t kx = 0; kx < columns.kernel; ++kx) {
            const std::int64_t iy = image.input_index(0, oy, ky), ix = image.input_index(1, ox, kx);
            if (iy < rows.in + rows.after && ix < columns.in + columns.after) ++w.padded;
            if (iy < 0 || iy >= rows.in || ix < 0 || ix >= columns.in) continue;
            const double value = x[iy * columns.in + ix];
            w.sum += value;
            w.most = std::max(w.most, value);
            ++w.inside;
        }
    return w;
}

template <class Function>
Tensor pooled(const Image& image, const Tensor& x, const Operands& operands, Function function) {
    Tensor y{image.output(image.channels), Element::real, {}};
    y.values.reserve(grown_count(y.shape, operands));
    const std::size_t plane = image.input()[1] * image.input()[2];
    for (std::size_t c = 0; c < image.channels; ++c)
        for (std::int64_t oy = 0; oy < image.axes[0].out; ++oy)
            for (std::int64_t ox = 0; ox < image.axes[1].out; ++ox)
                y.values.push_back(function(windowed(image, x.values.data() + c * plane, oy, ox)));
    return y;
}

double mean(const Windowed& w, bool count_padding) {
    const std::int64_t count = count_padding ? w.padded : w.inside;
    return count == 0 ? 0 : w.sum / static_cast<double>(count);
}

double maximum(const Windowed& w) {
    if (w.inside == 0) throw OperatorError("one of its windows lies in the padding");
    return w.most;
}

Tensor average_pool(const Node& node, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    const bool count_padding = int_attribute(node, "count_include_pad", 0) != 0;
    return pooled(image_of(node, x.shape, nullptr), x, operands,
                  [count_padding](const Windowed& w) { return mean(w, count_padding); });
}

Tensor max_pool(const Node& node, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    return pooled(image_of(node, x.shape, nullptr), x, operands, maximum);
}

Tensor global_average_pool(const Node&, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    return pooled(whole_image(x.shape), x, operands, [](const Windowed& w) { return mean(w, false); });
}

Tensor global_max_pool(const Node&, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    return pooled(whole_image(x.shape), x, operands, maximum);
}

// (x - mean) / sqrt(var + epsilon) * scale + B, channel by channel.
Tensor normalize(const Node& node, const Operands& operands) {
    if (int_attribute(node, "training_mode", 0) != 0)
        throw OperatorError("batch normalization in training mode");
    const Tensor& x = operand(operands, 0);
    const std::size_t channels = x.shape.size() < 2 ? 0 : x.shape[1];
    for (std::size_t i = 1; i < 5; ++i)
        if (channels == 0 || operand(operands, i).values.size() != channels)
            throw OperatorError("its parameters fit no axis 1 of " + to_string(x.shape));
    const double epsilon = real_attribute(node, "epsilon", 1e-5F);
    Tensor y = x;
    const std::size_t inner = x.values.size() / x.shape[0] / channels;
    for (std::size_t i = 0; i < y.values.size(); ++i) {
        const std::size_t c = i / inner % channels;
        y.values[i] = (x.values[i] - operands[3]->values[c]) / std::sqrt(operands[4]->values[c] + epsilon) *
                          operands[1]->values[c] +
                      operands[2]->values[c];
    }
    return y;
}

template <class Function>
Tensor reduced(const Node& node, const Operands& operands, double start, Function function) {
    const Tensor& x = operand(operands, 0);
    const Reduction r = reduction_of(node, operands);
    Tensor y{r.shape, x.element, {}};
    y.values.assign(x.values.size() / std::max<std::size_t>(1, r.per_output), start);
    for (std::size_t i = 0; i < x.values.size(); ++i) {
        double& result = y.values[r.output[i]];
        result = function(result, x.values[i]);
    }
    return y;
}

Tensor reduce_sum(const Node& node, const Operands& operands) {
    return reduced(node, operands, 0, [](double a, double b) { return a + b; });
}

Tensor reduce_mean(const Node& node, const Operands& operands) {
    Tensor y = reduce_sum(node, operands);
    const double count =
        static_cast<double>(operand(operands, 0).values.size()) / static_cast<double>(y.values.size());
    for (double& value : y.values) value /= count;
    return y;
}

Tensor reduce_max(const Node& node, const Operands& operands) {
    return reduced(node, operands, -std::numeric_limits<double>::infinity(),
                   [](double a, double b) { return std::max(a, b); });
}

constexpr Operator rows[] = {
    {"AveragePool", 1, 1, average_pool},
    {"BatchNormalization", 5, 5, normalize},
    {"Conv", 2, 3, convolve},
    {"GlobalAveragePool", 1, 1, global_average_pool},
    {"GlobalMaxPool", 1, 1, global_max_pool},
    {"MaxPool", 1, 1, max_pool},
    {"ReduceMax", 1, 2, reduce_max},
    {"ReduceMean", 1, 2, reduce_mean},
    {"ReduceSum", 1, 2, reduce_sum},
};

}  // namespace

std::span<const Operator> image_operators() {
    return rows;
}

Reduction reduction_of(const Node& node, const Operands& operands) {
    const Shape& x = operand(operands, 0).shape;
    const std::vector<std::int64_t> axes = axes_of(node, operands);
    std::vector<bool> drop(x.size(), axes.empty() && int_attribute(node, "noop_with_empty_axes", 0) == 0);
    for (const std::int64_t axis : axes) drop[normal_axis(axis, x.size())] = true;
    Reduction r;
    Shape kept = x;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!drop[i]) continue;
        r.per_output *= x[i];
        kept[i] = 1;
    }
    r.output = broadcast_indices(kept, x);
    const bool keep = int_attribute(node, "keepdims", 1) != 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (keep || !drop[i]) r.shape.push_back(kept[i]);
    return r;
}

}  // namespace synfire::onnx
