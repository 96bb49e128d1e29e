// Sizes of stages.
#include "compiler/network/stage.hpp"

#include <algorithm>

#include "compiler/support/report.hpp"
#include "runtime/drawn_weight.hpp"

namespace synfire {
namespace {

// Positions of the kernel along one axis.
std::size_t positions(std::size_t extent, const Window& w, std::size_t axis) {
    const std::size_t padded = extent + w.pad_before[axis] + w.pad_after[axis];
    const std::size_t reach = w.dilation[axis] * (w.kernel[axis] - 1) + 1;
    return padded < reach ? 0 : (padded - reach) / w.stride[axis] + 1;
}

std::size_t count(const Shape& shape) {
    const auto elements = element_count(shape);
    if (!elements) SYNFIRE_BUG("a stage of shape " + to_string(shape) + " got past the checks");
    return *elements;
}

struct Outputs {
    std::size_t arriving;

    std::size_t operator()(const Dense& d) const { return d.outputs; }
    std::size_t operator()(const Sparse& s) const { return s.outputs; }
    std::size_t operator()(const Scale&) const { return arriving; }
    std::size_t operator()(const Convolution& c) const { return count(output_shape(c)); }
    std::size_t operator()(const Pool& p) const { return count(output_shape(p)); }
    std::size_t operator()(const IndexMap& m) const { return m.source.size(); }
};

std::size_t area(const std::array<std::size_t, 2>& sides) {
    return sides[0] * sides[1];
}

struct FanIn {
    std::size_t operator()(const Dense& d) const { return d.inputs; }
    std::size_t operator()(const Sparse& s) const {
        std::size_t most = 0;
        for (std::size_t o = 0; o < s.outputs; ++o) most = std::max(most, s.first[o + 1] - s.first[o]);
        return most;
    }
    std::size_t operator()(const Scale&) const { return 1; }
    std::size_t operator()(const Convolution& c) const {
        return c.input[0] / c.groups * area(c.window.kernel);
    }
    std::size_t operator()(const Pool& p) const {
        return std::min(area(p.window.kernel), p.input[1] * p.input[2]);
    }
    std::size_t operator()(const IndexMap&) const { return 1; }
};

struct StoredWeights {
    std::size_t operator()(const Dense& d) const { return d.outputs * d.inputs; }
    std::size_t operator()(const Sparse& s) const { return s.column.size(); }
    std::size_t operator()(const Scale& s) const { return s.factor.size(); }
    std::size_t operator()(const Convolution& c) const {
        return c.filters * (c.input[0] / c.groups) * area(c.window.kernel);
    }
    std::size_t operator()(const Pool&) const { return 0; }
    std::size_t operator()(const IndexMap&) const { return 0; }
};

}  // namespace

std::vector<double> draw(const DrawnWeights& drawn, std::size_t count) {
    const auto largest = static_cast<std::int32_t>(drawn.table.size() / 2);
    std::vector<double> weights(count);
    for (std::size_t k = 0; k < count; ++k)
        weights[k] = drawn.unit * rt::drawn_weight(drawn.seed, drawn.stream, k, drawn.table.data(), largest);
    return weights;
}

Shape output_shape(const Convolution& c) {
    return {c.filters, positions(c.input[1], c.window, 0), positions(c.input[2], c.window, 1)};
}

Shape output_shape(const Pool& p) {
    return {p.input[0], positions(p.input[1], p.window, 0), positions(p.input[2], p.window, 1)};
}

std::size_t outputs(const Stage& stage, std::size_t arriving) {
    return std::visit(Outputs{arriving}, stage);
}

std::size_t fan_in(const Stage& stage) {
    return std::visit(FanIn{}, stage);
}

std::size_t stored_weights(const Stage& stage) {
    return std::visit(StoredWeights{}, stage);
}

bool lacks_weights(const Stage& stage) {
    return std::visit(
        [&](const auto& s) {
            if constexpr (requires { s.weight; }) return s.weight.empty() && stored_weights(stage) > 0;
            return false;
        },
        stage);
}

Sparse to_sparse(const Dense& dense) {
    Sparse sparse{dense.outputs, dense.inputs, {0}, {}, {}, dense.bias};
    for (std::size_t o = 0; o < dense.outputs; ++o) {
        for (std::size_t i = 0; i < dense.inputs; ++i) {
            const double w = dense.weight[o * dense.inputs + i];
            if (w == 0) continue;
            sparse.column.push_back(i);
            sparse.weight.push_back(w);
        }
        sparse.first.push_back(sparse.column.size());
    }
    return sparse;
}

}  // namespace synfire
