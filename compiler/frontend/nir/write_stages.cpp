// Windows in the conventions of PyTorch: padding alike on both sides, or "same".
#include "compiler/frontend/nir/write_stages.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/network/apply_stage.hpp"

namespace synfire::nir {
namespace {

constexpr std::size_t largest_matrix = std::size_t{1} << 24;

bool is_same(const Window& w) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::size_t total = w.dilation[axis] * (w.kernel[axis] - 1);
        if (w.stride[axis] != 1 || w.pad_before[axis] != total / 2 || w.pad_after[axis] != total - total / 2)
            return false;
    }
    return true;
}

bool is_identity(const IndexMap& map) {
    for (std::size_t i = 0; i < map.source.size(); ++i)
        if (map.source[i] != i) return false;
    return map.source.size() == map.inputs;
}

bool fits_node(const Stage& stage) {
    if (const auto* c = std::get_if<Convolution>(&stage))
        return c->window.pad_before == c->window.pad_after || is_same(c->window);
    const auto* pool = std::get_if<Pool>(&stage);
    if (pool == nullptr || pool->kind == Pool::Kind::maximum) return false;
    const Window& w = pool->window;
    const bool padded = w.pad_before != std::array<std::size_t, 2>{0, 0};
    return w.pad_before == w.pad_after && w.dilation == std::array<std::size_t, 2>{1, 1} &&
           (pool->kind == Pool::Kind::sum || pool->count_padding || !padded);
}

std::vector<double> spread(const std::vector<double>& values, std::size_t count) {
    std::vector<double> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i] = values[values.size() == 1 ? 0 : i];
    return all;
}

struct StageWriter {
    Flow flow;
    const std::string& name;
    WrittenGraph& graph;

    Flow then(const std::string& suffix, WrittenNode node, Shape shape) {
        flow.node = graph.chain(flow.node, name + suffix, std::move(node));
        flow.shape = std::move(shape);
        return flow;
    }

    // An image of one row may be a signal of one axis less.
    bool arrives_as(const Shape& image) const {
        return flow.shape == image || (image[1] == 1 && flow.shape == Shape{image[0], image[2]});
    }

    Flow matrix(std::size_t outputs, std::size_t inputs, std::vector<double> weight,
                const std::vector<double>& bias) {
        reshape(flow, {inputs}, name, graph);
        WrittenNode node{bias.empty() ? "Linear" : "Affine",
                         {{"weight", array({outputs, inputs}, std::move(weight))}},
                         {}};
        if (!bias.empty()) node.fields["bias"] = array({outputs}, bias);
        return then("", std::move(node), {outputs});
    }

    // What the stage makes of each single input, column by column.
    Flow as_matrix(const Stage& stage) {
        const std::size_t inputs = *element_count(flow.shape), count = outputs(stage, inputs);
        if (count != 0 && inputs > largest_matrix / count) {
            graph.refuse(
                name,
                fmt::format("needs a matrix of {} x {} values, for NIR has no node for it", count, inputs),
                "use paddings that are alike on both sides");
            return flow;
        }
        std::vector<double> x(inputs, 0.0);
        const std::vector<double> bias = apply_stage(stage, x);
        std::vector<double> weight(count * inputs);
        for (std::size_t i = 0; i < inputs; ++i) {
            x[i] = 1;
            const std::vector<double> y = apply_stage(stage, x);
            x[i] = 0;
            for (std::size_t o = 0; o < count; ++o) weight[o * inputs + i] = y[o] - bias[o];
        }
        const bool offsets = std::any_of(bias.begin(), bias.end(), [](double b) { return b != 0; });
        return matrix(count, inputs, std::move(weight), offsets ? bias : std::vector<double>{});
    }

    Flow operator()(const Dense& d) { return matrix(d.outputs, d.inputs, d.weight, d.bias); }

    Flow operator()(const Sparse& s) { return as_matrix(s); }

    Flow operator()(const Scale& s) {
        if (!s.offset.empty()) return as_matrix(s);
        const Shape shape = flow.shape;
        const std::size_t count = *element_count(shape);
        return then(".scale", {"Scale", {{"scale", array(shape, spread(s.factor, count))}}, {}}, shape);
    }

    Flow operator()(const IndexMap& map) { return is_identity(map) ? flow : as_matrix(map); }

    Flow operator()(const Convolution& c) {
        if (!fits_node(c) || !arrives_as(c.input)) return as_matrix(c);
        const bool signal = flow.shape.size() == 2;
        const Window& w = c.window;
        const auto pair = [&](const std::array<std::size_t, 2>& p) {
            return signal ? integer(static_cast<std::int64_t>(p[1])) : sizes({p[0], p[1]});
        };
        Shape kernel{c.filters, c.input[0] / c.groups, w.kernel[0], w.kernel[1]}, out = output_shape(c);
        if (signal) {
            kernel.erase(kernel.begin() + 2);
            out.erase(out.begin() + 1);
        }
        const bool same = w.pad_before != w.pad_after;
        graph.outgrows_package =
            graph.outgrows_package || c.groups != 1 || (!signal && !same && w.kernel[0] != w.kernel[1]);
        WrittenNode node{
            signal ? "Conv1d" : "Conv2d",
            {{"weight", array(kernel, c.weight)},
             {"bias", array({c.filters}, c.bias.empty() ? std::vector<double>(c.filters, 0.0) : c.bias)},
             {"stride", pair(w.stride)},
             {"padding", same ? text("same") : pair(w.pad_before)},
             {"dilation", pair(w.dilation)},
             {"groups", integer(static_cast<std::int64_t>(c.groups))},
             {"input_shape", pair({c.input[1], c.input[2]})}},
            {}};
        return then("", std::move(node), out);
    }

    Flow operator()(const Pool& pool) {
        if (pool.kind == Pool::Kind::maximum) {
            graph.refuse(name, "holds a maximum pool, which NIR has no node for",
                         "train with average or sum pools");
            return flow;
        }
        if (!fits_node(pool) || flow.shape != pool.input) return as_matrix(pool);
        const Window& w = pool.window;
        const auto pair = [](const std::array<std::size_t, 2>& p) { return sizes({p[0], p[1]}); };
        WrittenNode node{
            pool.kind == Pool::Kind::sum ? "SumPool2d" : "AvgPool2d",
            {{"kernel_size", pair(w.kernel)}, {"stride", pair(w.stride)}, {"padding", pair(w.pad_before)}},
            {}};
        return then(".pool", std::move(node), output_shape(pool));
    }
};

}  // namespace

Flow write_stage(const Stage& stage, Flow flow, const std::string& name, WrittenGraph& graph) {
    return std::visit(StageWriter{std::move(flow), name, graph}, stage);
}

bool reshape(Flow& flow, const Shape& wanted, const std::string& name, WrittenGraph& graph) {
    if (flow.shape == wanted) return true;
    if (wanted.size() != 1 || element_count(flow.shape) != wanted.front()) return false;
    flow.node = graph.chain(flow.node, name + ".flat", flatten(flow.shape));
    flow.shape = wanted;
    return true;
}

bool wants_image(const Stage& stage) {
    return std::holds_alternative<Convolution>(stage) || std::holds_alternative<Pool>(stage);
}

bool leaves_vector(const Stage& stage) {
    if (std::holds_alternative<Dense>(stage) || std::holds_alternative<Sparse>(stage)) return true;
    if (const auto* map = std::get_if<IndexMap>(&stage)) return !is_identity(*map);
    if (const auto* scale = std::get_if<Scale>(&stage)) return !scale->offset.empty();
    return !fits_node(stage);
}

bool add_offset(std::vector<Stage>& stages, const std::vector<double>& offset) {
    if (stages.empty()) return false;
    const auto join = [](std::vector<double>& bias, const std::vector<double>& more) {
        bias.resize(more.size(), 0.0);
        for (std::size_t i = 0; i < more.size(); ++i) bias[i] += more[i];
        return true;
    };
    if (auto* dense = std::get_if<Dense>(&stages.back())) return join(dense->bias, offset);
    if (auto* sparse = std::get_if<Sparse>(&stages.back())) return join(sparse->bias, offset);
    auto* c = std::get_if<Convolution>(&stages.back());
    if (c == nullptr) return false;
    const std::size_t plane = offset.size() / c->filters;
    std::vector<double> per_filter;
    for (std::size_t i = 0; i < offset.size(); ++i) {
        if (offset[i] != offset[i / plane * plane]) return false;
        if (i % plane == 0) per_filter.push_back(offset[i]);
    }
    return join(c->bias, per_filter);
}

}  // namespace synfire::nir
