// A pair of sizes may be written as one number; padding may be a word.
#include "compiler/frontend/nir/image.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace synfire::nir {
namespace {

// Kernels, strides and paddings beyond this are damage; it also keeps every sum of sizes far from overflow.
constexpr double longest_side = 1 << 20;

struct WindowReader {
    const Graph& graph;
    const Node& node;
    Report& report;
    bool good = true;

    void fail(const char* field, const std::string& reason, const std::string& expected,
              const std::string& hint) {
        report.error(about(graph, node, field, reason, expected, hint));
        good = false;
    }

    std::array<std::size_t, 2> pair(const char* field, double low) {
        const std::size_t axes = axes_of(node);
        const std::vector<double>& numbers = data_of(node, field)->numbers;
        std::array<std::size_t, 2> sizes{1, 1};
        if (low == 0) sizes = {0, 0};
        if (numbers.size() != 1 && numbers.size() != axes) {
            fail(field, fmt::format("has {} values", numbers.size()),
                 axes == 1 ? "one value" : "one value, or {height, width}",
                 "one value per axis of the image");
            return sizes;
        }
        for (std::size_t axis = 0; axis < axes; ++axis) {
            const double x = numbers[numbers.size() == 1 ? 0 : axis];
            if (!(x >= low && x <= longest_side) || x != std::floor(x)) {
                fail(field, fmt::format("value {} is not a size", x),
                     fmt::format("whole numbers from {}", low), "check the layer's attributes");
                return sizes;
            }
            sizes[axis + 2 - axes] = static_cast<std::size_t>(x);
        }
        return sizes;
    }

    void kernel(Window& w) {
        if (is_pool(node)) {
            w.kernel = pair("kernel_size", 1);
            return;
        }
        const Shape& shape = data_of(node, "weight")->shape;
        const std::size_t axes = axes_of(node);
        if (shape.size() != axes + 2) {
            fail("weight", fmt::format("has shape {}", to_string(shape)),
                 axes == 1 ? "[filters, channels, width]" : "[filters, channels, height, width]",
                 "write the weight as the layer holds it");
            return;
        }
        for (std::size_t axis = 0; axis < axes; ++axis) w.kernel[axis + 2 - axes] = shape[axis + 2];
        w.dilation = pair("dilation", 1);
        const double groups = data_of(node, "groups")->numbers.front();
        const double filters = static_cast<double>(shape[0]);
        if (!(groups >= 1 && groups <= filters) || std::fmod(filters, groups) != 0)
            fail("groups", fmt::format("{} groups do not divide {} filters", groups, shape[0]),
                 "a divisor of both", "check the layer's attributes");
    }

    void padding(Window& w) {
        const Data& data = *data_of(node, "padding");
        if (data.kind != Data::Kind::strings) {
            w.pad_before = w.pad_after = pair("padding", 0);
            return;
        }
        const std::string word = data.strings.empty() ? "" : data.strings.front();
        if (is_pool(node) || (word != "same" && word != "valid")) {
            fail("padding", fmt::format("'{}' is not a padding", word.substr(0, 64)),
                 is_pool(node) ? "numbers" : "numbers, 'same' or 'valid'",
                 "write the number of rows and columns");
            return;
        }
        if (word == "valid") return;
        if (w.stride != std::array<std::size_t, 2>{1, 1}) {
            fail("padding", "'same' has no meaning with a stride", "numbers",
                 "write the number of rows and columns, as PyTorch demands");
            return;
        }
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const std::size_t total = w.dilation[axis] * (w.kernel[axis] - 1);
            w.pad_before[axis] = total / 2;
            w.pad_after[axis] = total - total / 2;
        }
    }
};

}  // namespace

bool is_convolution(const Node& node) {
    return node.type == "Conv1d" || node.type == "Conv2d";
}

bool is_pool(const Node& node) {
    return node.type == "SumPool2d" || node.type == "AvgPool2d";
}

std::size_t axes_of(const Node& node) {
    return node.type == "Conv1d" ? 1 : 2;
}

std::optional<Window> window_of(const Graph& graph, const Node& node, Report& report) {
    WindowReader reader{graph, node, report};
    Window window;
    reader.kernel(window);
    if (!reader.good) return std::nullopt;
    window.stride = reader.pair("stride", 1);
    if (reader.good) reader.padding(window);
    if (!reader.good) return std::nullopt;
    return window;
}

std::size_t groups_of(const Node& node) {
    return static_cast<std::size_t>(data_of(node, "groups")->numbers.front());
}

std::size_t channels_of(const Node& node) {
    return data_of(node, "weight")->shape[1] * groups_of(node);
}

std::optional<Shape> image_of(const Shape& shape, std::size_t axes) {
    Shape image = shape;
    while (image.size() > axes + 1 && image.front() == 1) image.erase(image.begin());
    if (image.size() == axes) image.insert(image.begin(), 1);
    if (image.size() != axes + 1) return std::nullopt;
    if (axes == 1) image.insert(image.begin() + 1, 1);
    return image;
}

std::optional<Shape> leaving_shape(const Window& window, const Shape& image, std::size_t channels,
                                   std::size_t axes) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::size_t padded = image[axis + 1] + window.pad_before[axis] + window.pad_after[axis];
        if (window.dilation[axis] * (window.kernel[axis] - 1) + 1 > padded) return std::nullopt;
    }
    Shape shape = output_shape(Pool{Pool::Kind::sum, image, window, true});
    shape[0] = channels;
    if (axes == 1) shape.erase(shape.begin() + 1);
    return shape;
}

}  // namespace synfire::nir
