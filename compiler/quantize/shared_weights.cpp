// Sizes are composed from the stages; weights are compared synapse by synapse, and then counted: a kernel
// entry that is not 0 must stand at every place that it reaches.
#include "compiler/quantize/shared_weights.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace synfire {
namespace {

// A stage as a convolution without weights. Pools are those of one channel per group.
std::optional<Convolution> as_convolution(const Stage& stage) {
    if (const auto* c = std::get_if<Convolution>(&stage))
        return Convolution{c->input, c->filters, c->groups, c->window, {}, {}};
    const auto* pool = std::get_if<Pool>(&stage);
    if (pool == nullptr || pool->kind == Pool::Kind::maximum) return std::nullopt;
    return Convolution{pool->input, pool->input[0], pool->input[0], pool->window, {}, {}};
}

// second after first, as one kernel: a tap of the second is a tap of the first, `stride` of the first apart.
std::optional<Convolution> after(const Convolution& first, const Convolution& second) {
    if (second.input != output_shape(first)) return std::nullopt;
    Convolution both{first.input, second.filters, std::gcd(first.groups, second.groups), {}, {}, {}};
    const Shape out = output_shape(second);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const Window &a = first.window, &b = second.window;
        const std::size_t step = b.dilation[axis] * a.stride[axis];
        const std::size_t reach =
            (a.kernel[axis] - 1) * a.dilation[axis] + (b.kernel[axis] - 1) * step;  // first tap to last
        const std::size_t apart =
            std::gcd(a.kernel[axis] > 1 ? a.dilation[axis] : 0, b.kernel[axis] > 1 ? step : std::size_t{0});
        both.window.dilation[axis] = std::max<std::size_t>(apart, 1);
        both.window.kernel[axis] = reach / both.window.dilation[axis] + 1;
        both.window.stride[axis] = a.stride[axis] * b.stride[axis];
        both.window.pad_before[axis] = a.pad_before[axis] + b.pad_before[axis] * a.stride[axis];
        const std::size_t end = (out[axis + 1] - 1) * both.window.stride[axis] + reach + 1;
        const std::size_t inside = first.input[axis + 1] + both.window.pad_before[axis];
        both.window.pad_after[axis] = end > inside ? end - inside : 0;
    }
    if (output_shape(both) != out) return std::nullopt;
    return both;
}

// How many outputs along an axis have tap k of the kernel inside the image.
std::size_t places_of(const Convolution& c, const Shape& out, std::size_t axis, std::size_t k) {
    const Window& w = c.window;
    const std::size_t at = k * w.dilation[axis], before = w.pad_before[axis], stride = w.stride[axis];
    const std::size_t first = at >= before ? 0 : (before - at + stride - 1) / stride;
    const std::size_t end = c.input[axis + 1] + before;  // positions at + output * stride below it
    const std::size_t last = end > at ? std::min(out[axis + 1], (end - at + stride - 1) / stride) : 0;
    return last > first ? last - first : 0;
}

// The tap of the kernel that leads from an input coordinate to an output coordinate; nothing: none does.
std::optional<std::size_t> tap(const Window& w, std::size_t axis, std::size_t input, std::size_t output) {
    const std::size_t from = output * w.stride[axis], to = input + w.pad_before[axis];
    if (to < from || (to - from) % w.dilation[axis] != 0) return std::nullopt;
    const std::size_t k = (to - from) / w.dilation[axis];
    return k < w.kernel[axis] ? std::optional(k) : std::nullopt;
}

struct Kernel {
    const Convolution& shape;
    Shape out;
    std::size_t in_group, out_group;
    std::vector<std::int16_t> weight;
    std::vector<std::size_t> found;  // synapses of each entry

    // Returns false where the synapse from input i to output o cannot be one of the kernel's.
    bool add(std::size_t o, std::size_t i, std::int16_t w) {
        const std::size_t plane = out[1] * out[2], image = shape.input[1] * shape.input[2];
        const std::size_t filter = o / plane, channel = i / image;
        const Window& window = shape.window;
        const auto ky = tap(window, 0, i % image / shape.input[2], o % plane / out[2]);
        const auto kx = tap(window, 1, i % shape.input[2], o % out[2]);
        if (!ky || !kx || channel / in_group != filter / out_group) return w == 0;
        const std::size_t k =
            ((filter * in_group + channel % in_group) * window.kernel[0] + *ky) * window.kernel[1] + *kx;
        if (found[k]++ == 0) weight[k] = w;
        return weight[k] == w;
    }

    bool complete() const {
        const auto [rows, columns] = shape.window.kernel;
        for (std::size_t k = 0; k < weight.size(); ++k)
            if (weight[k] != 0 && found[k] != places_of(shape, out, 0, k / columns % rows) *
                                                  places_of(shape, out, 1, k % columns))
                return false;
        return true;
    }
};

// Nothing where the kernel has more entries than there are synapses: it reaches mostly beyond the image, and
// is not worth its memory.
std::optional<std::size_t> kernel_size(const IntConnection& c, const Convolution& shape) {
    const std::optional<std::size_t> size = element_count(
        {shape.filters, shape.input[0] / shape.groups, shape.window.kernel[0], shape.window.kernel[1]});
    return size && *size <= c.weight.size() ? size : std::nullopt;
}

}  // namespace

std::optional<Convolution> convolution_of(const std::vector<Stage>& stages, std::size_t first,
                                          std::size_t last) {
    std::optional<Convolution> all;
    for (std::size_t s = first; s < last; ++s) {
        if (std::holds_alternative<Scale>(stages[s])) continue;
        const std::optional<Convolution> next = as_convolution(stages[s]);
        all = all && next ? after(*all, *next) : next;
        if (!all) return std::nullopt;
    }
    return all;
}

std::optional<std::vector<std::int16_t>> shared_weights(const IntConnection& c) {
    if (!c.convolution) return std::nullopt;
    const Convolution& shape = *c.convolution;
    const Shape out = output_shape(shape);
    const std::optional<std::size_t> size = kernel_size(c, shape);
    if (!size || element_count(shape.input) != c.inputs || element_count(out) != c.outputs)
        return std::nullopt;
    Kernel kernel{shape,
                  out,
                  shape.input[0] / shape.groups,
                  shape.filters / shape.groups,
                  std::vector<std::int16_t>(*size, 0),
                  std::vector<std::size_t>(*size, 0)};
    bool same = true;
    for (std::size_t o = 0; same && o < c.outputs; ++o)
        for_each_synapse(c, o, [&](std::size_t i, std::int16_t w) { same = same && kernel.add(o, i, w); });
    if (!same || !kernel.complete()) return std::nullopt;
    return std::move(kernel.weight);
}

void keep_shared(IntConnection& c, Report& report) {
    if (!c.convolution || shared_weights(c)) return;
    const bool large = !kernel_size(c, *c.convolution);
    c.convolution.reset();
    if (large) return;
    Diagnostic d;
    d.node = "'" + c.name + "'";
    d.field = "weight";
    d.reason = fmt::format(
        "its {} synapses do not share the weights of one kernel, as the border, factors per neuron or the "
        "rounding differ; they are stored one by one",
        c.weight.size());
    report.note(std::move(d));
}

}  // namespace synfire
