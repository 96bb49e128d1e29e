// Rows and columns are laid out alike, one axis after the other. Kernel positions that an image position
// meets together are those whose offsets agree modulo the stride; sorted so, and by descending offset, they
// stand side by side in the order of the outputs.
#include "targets/mcu/convolution.hpp"

#include <algorithm>
#include <numeric>

#include "compiler/quantize/shared_weights.hpp"
#include "compiler/support/report.hpp"
#include "runtime/weights.hpp"
#include "targets/mcu/values.hpp"

namespace synfire::mcu {
namespace {

// What the engine takes for kernels on Cortex-M3, rounded up.
constexpr std::size_t code_bytes = 512;
// Of rt::Convolution where a pointer has four bytes.
constexpr std::size_t convolution_bytes = 44;
constexpr std::size_t longest_kernel = UINT8_MAX;  // of rt::Reach

bool fits(const std::vector<std::int16_t>& weights, Width width) {
    const int factor = 1 << width.factor_bits, half = 1 << (width.bits - 1);
    return std::all_of(weights.begin(), weights.end(),
                       [&](int w) { return w % factor == 0 && w / factor >= -half && w / factor < half; });
}

struct Axis {
    std::vector<std::size_t> order;  // the kernel position at each place of the stored kernel
    std::vector<rt::Reach> reach;
    std::size_t distance = 1;
};

Axis axis_of(const Convolution& c, std::size_t axis) {
    const Window& w = c.window;
    const std::size_t stride = w.stride[axis], dilation = w.dilation[axis], before = w.pad_before[axis];
    const std::size_t outputs = output_shape(c)[axis + 1];
    Axis result;
    // Never longer than the axis, as nothing is that far apart.
    result.distance = std::min(dilation / std::gcd(stride, dilation), outputs);
    result.order.resize(w.kernel[axis]);
    std::iota(result.order.begin(), result.order.end(), std::size_t{0});
    std::sort(result.order.begin(), result.order.end(), [&](std::size_t a, std::size_t b) {
        const std::size_t x = a * dilation % stride, y = b * dilation % stride;
        return x != y ? x < y : a > b;
    });
    for (std::size_t i = 0; i < c.input[axis + 1]; ++i) {
        rt::Reach reach{0, 0, 0};
        for (std::size_t place = 0; place < result.order.size(); ++place) {
            const std::size_t offset = result.order[place] * dilation, at = i + before;
            if (at < offset || (at - offset) % stride != 0 || (at - offset) / stride >= outputs) continue;
            const std::size_t output = (at - offset) / stride;
            if (reach.count == 0)
                reach = {static_cast<std::uint16_t>(output), static_cast<std::uint8_t>(place), 1};
            else if (place == std::size_t{reach.first} + reach.count &&
                     output == reach.output + reach.count * result.distance)
                ++reach.count;
            else
                SYNFIRE_BUG("kernel positions that are met together are not side by side");
        }
        result.reach.push_back(reach);
    }
    return result;
}

// Stored order: [channels][rows][columns][filters of a group].
std::vector<std::int16_t> stored_kernel(const Convolution& c, const std::vector<std::int16_t>& kernel,
                                        const Axis& rows, const Axis& columns, int factor) {
    const std::size_t in_group = c.input[0] / c.groups, filters = c.filters / c.groups;
    const std::size_t height = rows.order.size(), width = columns.order.size();
    std::vector<std::int16_t> stored;
    for (std::size_t channel = 0; channel < c.input[0]; ++channel)
        for (std::size_t y : rows.order)
            for (std::size_t x : columns.order)
                for (std::size_t f = 0; f < filters; ++f) {
                    const std::size_t filter = channel / in_group * filters + f;
                    const std::size_t k = ((filter * in_group + channel % in_group) * height + y) * width + x;
                    stored.push_back(static_cast<std::int16_t>(kernel[k] / factor));
                }
    return stored;
}

std::optional<SharedKernel> kernel_of(const IntConnection& c) {
    if (!c.convolution) return std::nullopt;
    const auto [height, width] = c.convolution->window.kernel;
    const std::size_t filters = c.convolution->filters / c.convolution->groups;
    if (height > longest_kernel || width > longest_kernel || width * filters > UINT16_MAX)
        return std::nullopt;
    const std::optional<std::vector<std::int16_t>> kernel = shared_weights(c);
    if (!kernel) return std::nullopt;
    SharedKernel shared;
    shared.shape = *c.convolution;
    // All synapses are in the kernel, and kernel positions that reach none are 0.
    shared.width = narrowest(*kernel);
    shared.width.bits = std::max(shared.width.bits, 8);
    const Axis rows = axis_of(shared.shape, 0), columns = axis_of(shared.shape, 1);
    shared.weight = stored_kernel(shared.shape, *kernel, rows, columns, 1 << shared.width.factor_bits);
    shared.rows = rows.reach;
    shared.columns = columns.reach;
    shared.row_distance = rows.distance;
    shared.column_distance = columns.distance;
    return shared;
}

}  // namespace

Width narrowest(const std::vector<std::int16_t>& weights) {
    for (const int bits : {2, 4, 8})
        for (int factor_bits = 0; factor_bits + bits <= 16; ++factor_bits)
            if (fits(weights, {bits, factor_bits})) return {bits, factor_bits};
    return {16, 0};
}

SynapseBytes synapse_bytes(const IntConnection& c, int bits) {
    const auto width = static_cast<std::uint32_t>(bits);
    SynapseBytes bytes;
    bytes.dense = c.inputs * rt::row_bytes(static_cast<std::uint32_t>(c.outputs), width);
    bytes.sparse = (c.weight.size() * width + 7) / 8 + 2 * c.weight.size() + 4 * (c.inputs + 1);
    if (!is_sparse(c) || c.weight.empty()) bytes.sparse = bytes.dense;
    return bytes;
}

std::vector<std::optional<SharedKernel>> shared_kernels(const IntNetwork& network) {
    std::vector<std::optional<SharedKernel>> kernels;
    std::size_t saved = 0;
    for (const IntConnection& c : network.connections) {
        kernels.push_back(reads_values(network, c) ? std::nullopt : kernel_of(c));
        if (!kernels.back()) continue;
        const SynapseBytes bytes = synapse_bytes(c, narrowest(c.weight).bits);
        const std::size_t least = std::min(bytes.dense, bytes.sparse);
        const std::size_t own = flash_bytes(placed(*kernels.back(), 1), kernels.back()->weight.size());
        if (own < least)
            saved += least - own;
        else
            kernels.back().reset();
    }
    if (saved <= code_bytes) kernels.assign(network.connections.size(), std::nullopt);
    return kernels;
}

std::size_t channels_of_sums(const IntNetwork& network, std::size_t population,
                             const std::vector<std::optional<SharedKernel>>& kernels,
                             const std::function<bool(const IntConnection&)>& drawn) {
    std::size_t channels = 1;
    bool pays = false;  // runs of filters, which a depthwise convolution does not have
    for (std::size_t k = 0; k < kernels.size(); ++k) {
        const IntConnection& c = network.connections[k];
        if (c.target != population) continue;
        if (drawn(c)) return 1;
        if (!kernels[k]) continue;
        const Convolution& shape = kernels[k]->shape;
        if (channels != 1 && channels != shape.filters) return 1;
        channels = shape.filters;
        pays = pays || shape.filters > shape.groups;
    }
    return pays ? channels : 1;
}

ConvolutionTable placed(const SharedKernel& kernel, std::size_t channels_of_sums) {
    const Convolution& shape = kernel.shape;
    const Shape out = output_shape(shape);
    ConvolutionTable t;
    t.rows = kernel.rows;
    t.columns = kernel.columns;
    const auto same = [](const rt::Reach& a, const rt::Reach& b) {
        return a.output == b.output && a.first == b.first && a.count == b.count;
    };
    t.square = std::equal(t.rows.begin(), t.rows.end(), t.columns.begin(), t.columns.end(), same);
    t.channels = shape.input[0] / shape.groups;
    t.filters = shape.filters / shape.groups;
    t.kernel_row = shape.window.kernel[1] * t.filters;
    t.kernel = shape.window.kernel[0] * t.kernel_row;
    const std::size_t filter = channels_of_sums == 1 ? out[1] * out[2] : 1;  // from one's sum to the next's
    t.group = t.filters * filter;
    t.output_column = channels_of_sums;
    t.output_row = out[2] * t.output_column;
    t.row_distance = kernel.row_distance * t.output_row;
    t.column_distance = kernel.column_distance * t.output_column;
    t.bytes = kernel.width.bits / 8;
    t.whole_rows = t.filters == 1 || t.column_distance == t.filters * filter;
    t.distance = t.filters == 1 ? t.column_distance : filter;
    return t;
}

std::size_t flash_bytes(const ConvolutionTable& convolution, std::size_t weights) {
    return weights * static_cast<std::size_t>(convolution.bytes) + convolution_bytes +
           sizeof(rt::Reach) *
               (convolution.rows.size() + (convolution.square ? 0 : convolution.columns.size()));
}

}  // namespace synfire::mcu
