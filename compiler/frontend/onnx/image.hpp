// How Conv and the pools move over their input: attributes and shapes of a node, read once for evaluation and
// for the stages of a connection.
#pragma once

#include <array>

#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/network/stage.hpp"

namespace synfire::onnx {

struct ImageAxis {
    std::int64_t in = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t before = 0;  // padding
    std::int64_t after = 0;
    std::int64_t out = 1;

    std::int64_t reach() const { return dilation * (kernel - 1) + 1; }
    // Padding behind the input that the windows read; more than `after` where ceil_mode adds a window.
    std::int64_t reached_after() const { return (out - 1) * stride + reach() - in - before; }
};

struct Image {
    std::size_t channels = 1;
    std::array<ImageAxis, 2> axes;  // height and width; a one-dimensional signal has the height 1
    std::size_t rank = 2;           // spatial axes in the file

    std::size_t positions() const;            // of the window
    Shape output(std::size_t filters) const;  // as in the file, with batch
    Window window() const;                    // as the stages of a connection have it
    Shape input() const;                      // [C, H, W]
    std::int64_t input_index(std::size_t axis, std::int64_t position, std::int64_t k) const {
        const ImageAxis& a = axes[axis];
        return position * a.stride + k * a.dilation - a.before;
    }
};

// x: [1, C, L] or [1, C, H, W]. weight: Conv's; null for pools, whose kernel is an attribute. Throws
// OperatorError.
Image image_of(const Node& node, const Shape& x, const Shape* weight);

// A pool over all spatial axes (GlobalAveragePool, GlobalMaxPool).
Image whole_image(const Shape& x);

}  // namespace synfire::onnx
