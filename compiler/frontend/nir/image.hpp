// Convolutions and pools as their nodes write them, in the conventions of PyTorch.
#pragma once

#include <optional>

#include "compiler/frontend/nir/graph.hpp"
#include "compiler/network/stage.hpp"

namespace synfire::nir {

bool is_convolution(const Node& node);
bool is_pool(const Node& node);

// Axes of the image without channels: 1 for Conv1d, else 2. The height of a one-dimensional image is 1.
std::size_t axes_of(const Node& node);

// Collects errors: sizes that are not whole numbers, "same" with a stride, a weight of another rank, groups
// that do not divide the filters.
std::optional<Window> window_of(const Graph& graph, const Node& node, Report& report);

// Channels that a convolution takes: its weight counts those of one group.
std::size_t channels_of(const Node& node);
std::size_t groups_of(const Node& node);

// [C, H, W] of an array [C, W] or [C, H, W], leading axes of 1 dropped or added; nothing where it is no
// image.
std::optional<Shape> image_of(const Shape& shape, std::size_t axes);

// [channels, ...] of what leaves, with as many axes as the node writes; nothing where the kernel does not
// fit.
std::optional<Shape> leaving_shape(const Window& window, const Shape& image, std::size_t channels,
                                   std::size_t axes);

}  // namespace synfire::nir
