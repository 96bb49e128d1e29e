// kernel_shape, strides, dilations, pads, auto_pad and ceil_mode as the ONNX operators define them.
#include "compiler/frontend/onnx/image.hpp"

#include <algorithm>

namespace synfire::onnx {
namespace {

constexpr std::int64_t longest = std::int64_t{1} << 20;  // of kernels, strides and paddings

std::int64_t checked(std::int64_t value, std::int64_t least, const char* name) {
    if (value < least || value > longest)
        throw OperatorError(std::string(name) + " has the value " + std::to_string(value));
    return value;
}

// One value per spatial axis, or nothing.
const std::vector<std::int64_t>* per_axis(const Node& node, const char* name, std::size_t count) {
    const std::vector<std::int64_t>* values = ints_attribute(node, name);
    if (values != nullptr && values->size() != count)
        throw OperatorError(std::string(name) + " has " + std::to_string(values->size()) +
                            " values where its input needs " + std::to_string(count));
    return values;
}

std::string text_attribute(const Node& node, const std::string& name) {
    const auto found = node.attributes.find(name);
    const std::string* text =
        found == node.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
    return text != nullptr ? *text : "";
}

// SAME_UPPER and SAME_LOWER: as many positions as the stride alone gives; the odd one goes after or before.
void pad_same(ImageAxis& a, bool upper) {
    a.out = (a.in + a.stride - 1) / a.stride;
    const std::int64_t total = std::max<std::int64_t>(0, (a.out - 1) * a.stride + a.reach() - a.in);
    a.before = upper ? total / 2 : (total + 1) / 2;
    a.after = total - a.before;
}

void count_positions(ImageAxis& a, bool ceil_mode) {
    const std::int64_t room = a.in + a.before + a.after - a.reach();
    if (room < 0)
        throw OperatorError("its kernel of " + std::to_string(a.reach()) + " is larger than its input of " +
                            std::to_string(a.in + a.before + a.after) + " with padding");
    a.out = room / a.stride + 1;
    if (!ceil_mode || room % a.stride == 0) return;
    if (a.out * a.stride < a.in + a.before) ++a.out;  // a window must start before the padding behind
}

ImageAxis axis_of(const Node& node, std::size_t axis, std::size_t rank, std::size_t in, std::int64_t kernel) {
    ImageAxis a;
    a.in = static_cast<std::int64_t>(in);
    a.kernel = checked(kernel, 1, "kernel_shape");
    if (const auto* strides = per_axis(node, "strides", rank))
        a.stride = checked((*strides)[axis], 1, "strides");
    if (const auto* dilations = per_axis(node, "dilations", rank))
        a.dilation = checked((*dilations)[axis], 1, "dilations");
    const std::string automatic = text_attribute(node, "auto_pad");
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
        pad_same(a, automatic == "SAME_UPPER");
        return a;
    }
    if (automatic.empty() || automatic == "NOTSET") {
        if (const auto* pads = per_axis(node, "pads", 2 * rank)) {
            a.before = checked((*pads)[axis], 0, "pads");
            a.after = checked((*pads)[axis + rank], 0, "pads");
        }
    } else if (automatic != "VALID") {
        throw OperatorError("auto_pad '" + printable(automatic) + "' is not known");
    }
    count_positions(a, int_attribute(node, "ceil_mode", 0) != 0);
    return a;
}

std::size_t spatial_axes(const Shape& x) {
    if (x.size() < 3 || x.size() > 4)
        throw OperatorError("its input " + to_string(x) + " is neither [1, C, L] nor [1, C, H, W]");
    if (x[0] != 1) throw OperatorError("it is applied to " + std::to_string(x[0]) + " images at once");
    return x.size() - 2;
}

}  // namespace

std::size_t Image::positions() const {
    return static_cast<std::size_t>(axes[0].out) * static_cast<std::size_t>(axes[1].out);
}

Shape Image::output(std::size_t filters) const {
    Shape shape{1, filters};
    for (std::size_t axis = 2 - rank; axis < 2; ++axis)
        shape.push_back(static_cast<std::size_t>(axes[axis].out));
    return shape;
}

Shape Image::input() const {
    return {channels, static_cast<std::size_t>(axes[0].in), static_cast<std::size_t>(axes[1].in)};
}

Window Image::window() const {
    Window w;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const ImageAxis& a = axes[axis];
        w.kernel[axis] = static_cast<std::size_t>(a.kernel);
        w.stride[axis] = static_cast<std::size_t>(a.stride);
        w.dilation[axis] = static_cast<std::size_t>(a.dilation);
        w.pad_before[axis] = static_cast<std::size_t>(a.before);
        w.pad_after[axis] = static_cast<std::size_t>(std::max(a.after, a.reached_after()));
    }
    return w;
}

Image image_of(const Node& node, const Shape& x, const Shape* weight) {
    Image image;
    image.rank = spatial_axes(x);
    image.channels = x[1];
    const std::vector<std::int64_t>* kernel = per_axis(node, "kernel_shape", image.rank);
    if (kernel == nullptr && weight == nullptr) throw OperatorError("kernel_shape is missing");
    if (kernel == nullptr && weight->size() != image.rank + 2)
        throw OperatorError("weights " + to_string(*weight) + " fit no input " + to_string(x));
    for (std::size_t axis = 0; axis < image.rank; ++axis) {
        const std::int64_t size =
            kernel != nullptr ? (*kernel)[axis] : static_cast<std::int64_t>(weight->at(axis + 2));
        image.axes[axis + 2 - image.rank] = axis_of(node, axis, image.rank, x[axis + 2], size);
    }
    return image;
}

Image whole_image(const Shape& x) {
    Image image;
    image.rank = spatial_axes(x);
    image.channels = x[1];
    for (std::size_t axis = 0; axis < image.rank; ++axis) {
        ImageAxis& a = image.axes[axis + 2 - image.rank];
        a.in = a.kernel = checked(static_cast<std::int64_t>(x[axis + 2]), 1, "an axis");
    }
    return image;
}

}  // namespace synfire::onnx
