// Plain loops over outputs, so that each stage can be read as its definition.
#include "compiler/network/apply_stage.hpp"

#include <algorithm>
#include <limits>

#include "compiler/network/window.hpp"

namespace synfire {
namespace {

struct Apply {
    const std::vector<double>& x;

    std::vector<double> operator()(const Dense& dense) const {
        std::vector<double> y(dense.outputs, 0.0);
        std::vector<std::size_t> active;
        for (std::size_t i = 0; i < dense.inputs; ++i)
            if (x[i] != 0) active.push_back(i);
        for (std::size_t o = 0; o < dense.outputs; ++o) {
            const double* row = dense.weight.data() + o * dense.inputs;
            for (std::size_t i : active) y[o] += row[i] * x[i];
            if (!dense.bias.empty()) y[o] += dense.bias[o];
        }
        return y;
    }

    std::vector<double> operator()(const Sparse& sparse) const {
        std::vector<double> y(sparse.outputs, 0.0);
        for (std::size_t o = 0; o < sparse.outputs; ++o) {
            for (std::size_t k = sparse.first[o]; k < sparse.first[o + 1]; ++k)
                if (x[sparse.column[k]] != 0) y[o] += sparse.weight[k] * x[sparse.column[k]];
            if (!sparse.bias.empty()) y[o] += sparse.bias[o];
        }
        return y;
    }

    std::vector<double> operator()(const Scale& s) const {
        std::vector<double> y = x;
        for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] *= s.factor[s.factor.size() == 1 ? 0 : i];
            if (!s.offset.empty()) y[i] += s.offset[s.offset.size() == 1 ? 0 : i];
        }
        return y;
    }

    std::vector<double> operator()(const Convolution& c) const {
        const Shape out = output_shape(c);
        const std::size_t in_group = c.input[0] / c.groups, out_group = c.filters / c.groups;
        const std::size_t kernel = c.window.kernel[0] * c.window.kernel[1], plane = c.input[1] * c.input[2];
        std::vector<double> y(out[0] * out[1] * out[2], 0.0);
        std::size_t at = 0;
        for (std::size_t f = 0; f < c.filters; ++f)
            for (std::size_t row = 0; row < out[1]; ++row)
                for (std::size_t column = 0; column < out[2]; ++column, ++at) {
                    double sum = 0;
                    for (std::size_t i = 0; i < in_group; ++i) {
                        const double* weight = c.weight.data() + (f * in_group + i) * kernel;
                        const double* image = x.data() + (f / out_group * in_group + i) * plane;
                        for_each_inside(c.window, c.input, row, column, [&](std::size_t k, std::size_t p) {
                            if (image[p] != 0) sum += weight[k] * image[p];
                        });
                    }
                    y[at] = c.bias.empty() ? sum : sum + c.bias[f];
                }
        return y;
    }

    std::vector<double> operator()(const Pool& p) const {
        const Shape out = output_shape(p);
        std::vector<double> y;
        y.reserve(out[0] * out[1] * out[2]);
        for (std::size_t c = 0; c < out[0]; ++c)
            for (std::size_t row = 0; row < out[1]; ++row)
                for (std::size_t column = 0; column < out[2]; ++column)
                    y.push_back(pooled(p, x.data() + c * p.input[1] * p.input[2], row, column));
        return y;
    }

    // A window that lies in the padding gives 0.
    static double pooled(const Pool& p, const double* image, std::size_t row, std::size_t column) {
        double sum = 0, most = -std::numeric_limits<double>::infinity();
        std::size_t inside = 0;
        for_each_inside(p.window, p.input, row, column, [&](std::size_t, std::size_t at) {
            sum += image[at];
            most = std::max(most, image[at]);
            ++inside;
        });
        if (inside == 0 || p.kind == Pool::Kind::sum) return sum;
        if (p.kind == Pool::Kind::maximum) return most;
        const std::size_t kernel = p.window.kernel[0] * p.window.kernel[1];
        return sum / static_cast<double>(p.count_padding ? kernel : inside);
    }

    std::vector<double> operator()(const IndexMap& m) const {
        std::vector<double> y;
        y.reserve(m.source.size());
        for (std::size_t source : m.source) y.push_back(source == IndexMap::nothing ? 0.0 : x[source]);
        return y;
    }
};

}  // namespace

std::vector<double> apply_stage(const Stage& stage, const std::vector<double>& x) {
    return std::visit(Apply{x}, stage);
}

}  // namespace synfire
