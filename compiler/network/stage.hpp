// The stages that a connection chains between its source and its target: weight matrices, convolutions, pools
// and index maps. All but maximum pooling are linear. Arrays are row-major without batch and time; images are
// [channels, height, width], and a one-dimensional signal is an image of height 1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "compiler/support/shape.hpp"

namespace synfire {

// Integer weights that a seed gives again: weight k is unit * (integer k of the stream), which lies within
// -largest .. largest (runtime/drawn_weight.hpp).
struct DrawnWeights {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::vector<std::uint32_t> table;  // [2 * largest], ascending: the distribution in units of 2^-32
    double unit = 1;
};

// The first `count` weights.
std::vector<double> draw(const DrawnWeights& drawn, std::size_t count);

// Fully connected synapses. Here as in the other stages with weights, none at all are weights that have yet
// to be initialized.
struct Dense {
    std::size_t outputs = 0;
    std::size_t inputs = 0;
    std::vector<double> weight;           // [outputs, inputs]
    std::vector<double> bias;             // [outputs], added to i in every step; empty: none
    std::optional<DrawnWeights> drawn{};  // where the weights came from, for targets that draw them again
};

// Synapses between some pairs only, listed output by output.
struct Sparse {
    std::size_t outputs = 0;
    std::size_t inputs = 0;
    std::vector<std::size_t> first;   // [outputs + 1]: those of output o are first[o] .. first[o + 1] - 1
    std::vector<std::size_t> column;  // the input of each, ascending within an output
    std::vector<double> weight;       // of each
    std::vector<double> bias;         // [outputs]; empty: none
};

// One factor and one offset per value: y = factor * x + offset.
struct Scale {
    std::vector<double> factor;  // one value, or one per input
    std::vector<double> offset;  // likewise; empty: none
};

// How a kernel moves over an image. All pairs are {height, width}.
struct Window {
    std::array<std::size_t, 2> kernel{1, 1};
    std::array<std::size_t, 2> stride{1, 1};
    std::array<std::size_t, 2> dilation{1, 1};
    std::array<std::size_t, 2> pad_before{0, 0};  // top, left
    std::array<std::size_t, 2> pad_after{0, 0};   // bottom, right

    friend bool operator==(const Window&, const Window&) = default;
};

// Cross-correlation, as PyTorch's Conv1d and Conv2d; the border is padded with zeros.
struct Convolution {
    Shape input;  // [C, H, W]
    std::size_t filters = 0;
    std::size_t groups = 1;  // divides C and filters
    Window window;
    std::vector<double> weight;  // [filters, C / groups, kernel height, kernel width]
    std::vector<double> bias;    // [filters]; empty: none
};

// Sum, mean or maximum of each window, channel by channel.
struct Pool {
    enum class Kind { sum, average, maximum } kind = Kind::sum;
    Shape input;  // [C, H, W]
    Window window;
    bool count_padding = true;  // an average divides by the whole kernel, padding included

    friend bool operator==(const Pool&, const Pool&) = default;
};

// y[o] = x[source[o]], or 0 where source[o] is `nothing`: permutations, slices, places in a concatenation.
struct IndexMap {
    static constexpr std::size_t nothing = static_cast<std::size_t>(-1);

    std::size_t inputs = 0;
    std::vector<std::size_t> source;  // [outputs]
};

// A new kind of stage is one alternative here; the compiler then names every place that must learn it.
using Stage = std::variant<Dense, Sparse, Scale, Convolution, Pool, IndexMap>;

// [filters or C, H, W] of what leaves; a side is 0 where the kernel does not fit. Sizes must have been
// checked.
Shape output_shape(const Convolution& convolution);
Shape output_shape(const Pool& pool);

// The number of values that leave a stage which `arriving` values enter.
std::size_t outputs(const Stage& stage, std::size_t arriving);

// The most inputs that one output of the stage depends on.
std::size_t fan_in(const Stage& stage);

// The number of weights that a stage holds once it is initialized.
std::size_t stored_weights(const Stage& stage);

// Whether the stage has weights and none were given yet.
bool lacks_weights(const Stage& stage);

// Dense without synapses that are 0.
Sparse to_sparse(const Dense& dense);

}  // namespace synfire
