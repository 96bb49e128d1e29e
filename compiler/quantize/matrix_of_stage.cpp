// One row after the other, entries in ascending columns.
#include "compiler/quantize/matrix_of_stage.hpp"

#include <algorithm>
#include <map>

#include "compiler/network/window.hpp"
#include "compiler/support/report.hpp"

namespace synfire {
namespace {

Matrix empty_sparse(std::size_t outputs, std::size_t inputs) {
    Matrix m;
    m.outputs = outputs;
    m.inputs = inputs;
    m.first.reserve(outputs + 1);
    m.first.push_back(0);
    return m;
}

void add_entry(Matrix& m, std::size_t column, double weight) {
    m.column.push_back(static_cast<std::uint32_t>(column));
    m.weight.push_back(weight);
}

void end_row(Matrix& m) {
    m.first.push_back(static_cast<std::uint32_t>(m.column.size()));
}

std::size_t count(const Shape& shape) {
    return element_count(shape).value_or(0);
}

struct ToMatrix {
    std::size_t arriving;

    Matrix operator()(const Dense& d) const { return {d.outputs, d.inputs, {}, {}, d.weight, d.bias}; }

    Matrix operator()(const Sparse& s) const {
        Matrix m{s.outputs, s.inputs, {}, {}, s.weight, s.bias};
        m.first.assign(s.first.begin(), s.first.end());
        m.column.assign(s.column.begin(), s.column.end());
        return m;
    }

    Matrix operator()(const Scale& s) const {
        Matrix m = empty_sparse(arriving, arriving);
        for (std::size_t i = 0; i < arriving; ++i) {
            add_entry(m, i, at(s.factor, i));
            end_row(m);
            if (!s.offset.empty()) m.bias.push_back(at(s.offset, i));
        }
        return m;
    }

    Matrix operator()(const Convolution& c) const {
        const Shape out = output_shape(c);
        const std::size_t in_group = c.input[0] / c.groups, out_group = c.filters / c.groups;
        const std::size_t kernel = c.window.kernel[0] * c.window.kernel[1], plane = c.input[1] * c.input[2];
        Matrix m = empty_sparse(count(out), count(c.input));
        for (std::size_t f = 0; f < c.filters; ++f)
            for (std::size_t row = 0; row < out[1]; ++row)
                for (std::size_t column = 0; column < out[2]; ++column) {
                    for (std::size_t i = 0; i < in_group; ++i) {
                        const double* weight = c.weight.data() + (f * in_group + i) * kernel;
                        const std::size_t image = (f / out_group * in_group + i) * plane;
                        for_each_inside(c.window, c.input, row, column, [&](std::size_t k, std::size_t p) {
                            add_entry(m, image + p, weight[k]);
                        });
                    }
                    end_row(m);
                    if (!c.bias.empty()) m.bias.push_back(c.bias[f]);
                }
        return m;
    }

    Matrix operator()(const Pool& p) const {
        if (p.kind == Pool::Kind::maximum) SYNFIRE_BUG("a maximum pool is no matrix");
        const Shape out = output_shape(p);
        const std::size_t plane = p.input[1] * p.input[2];
        Matrix m = empty_sparse(count(out), count(p.input));
        for (std::size_t c = 0; c < out[0]; ++c)
            for (std::size_t row = 0; row < out[1]; ++row)
                for (std::size_t column = 0; column < out[2]; ++column) {
                    const std::size_t before = m.column.size();
                    for_each_inside(p.window, p.input, row, column,
                                    [&](std::size_t, std::size_t at) { add_entry(m, c * plane + at, 1); });
                    const std::size_t kernel = p.window.kernel[0] * p.window.kernel[1];
                    const std::size_t inside = m.column.size() - before;
                    if (p.kind == Pool::Kind::average)
                        for (std::size_t k = before; k < m.weight.size(); ++k)
                            m.weight[k] /= static_cast<double>(p.count_padding ? kernel : inside);
                    end_row(m);
                }
        return m;
    }

    Matrix operator()(const IndexMap& map) const {
        Matrix m = empty_sparse(map.source.size(), map.inputs);
        for (std::size_t source : map.source) {
            if (source != IndexMap::nothing) add_entry(m, source, 1);
            end_row(m);
        }
        return m;
    }
};

Matrix dense_after(const Matrix& first, const Matrix& second) {
    Matrix product;
    product.outputs = second.outputs;
    product.inputs = first.inputs;
    product.weight.assign(product.outputs * product.inputs, 0.0);
    for (std::size_t o = 0; o < second.outputs; ++o) {
        double* row = product.weight.data() + o * product.inputs;
        for (std::size_t k = second.begin(o); k < second.end(o); ++k) {
            const double w = second.weight[k];
            const std::size_t inner = second.column_of(o, k);
            if (w == 0) continue;
            for (std::size_t e = first.begin(inner); e < first.end(inner); ++e)
                row[first.column_of(inner, e)] += w * first.weight[e];
        }
    }
    return product;
}

Matrix sparse_after(const Matrix& first, const Matrix& second) {
    Matrix product = empty_sparse(second.outputs, first.inputs);
    for (std::size_t o = 0; o < second.outputs; ++o) {
        std::map<std::size_t, double> row;
        for (std::size_t k = second.begin(o); k < second.end(o); ++k) {
            const std::size_t inner = second.column[k];
            for (std::size_t e = first.begin(inner); e < first.end(inner); ++e)
                row[first.column[e]] += second.weight[k] * first.weight[e];
        }
        for (const auto& [column, weight] : row) add_entry(product, column, weight);
        end_row(product);
    }
    return product;
}

}  // namespace

MatrixExtent extent_of(const Stage& stage, std::size_t arriving) {
    return {static_cast<double>(outputs(stage, arriving)), static_cast<double>(fan_in(stage)),
            !std::holds_alternative<Dense>(stage)};
}

bool is_linear(const Stage& stage) {
    const Pool* pool = std::get_if<Pool>(&stage);
    return pool == nullptr || pool->kind != Pool::Kind::maximum;
}

Matrix matrix_of(const Stage& stage, std::size_t arriving) {
    return std::visit(ToMatrix{arriving}, stage);
}

Matrix identity(std::size_t n) {
    return ToMatrix{n}(Scale{{1.0}, {}});
}

Matrix after(const Matrix& first, const Matrix& second) {
    Matrix product =
        first.sparse() && second.sparse() ? sparse_after(first, second) : dense_after(first, second);
    product.bias = second.bias;
    if (first.bias.empty()) return product;
    if (product.bias.empty()) product.bias.assign(second.outputs, 0.0);
    for (std::size_t o = 0; o < second.outputs; ++o)
        for (std::size_t k = second.begin(o); k < second.end(o); ++k)
            if (second.weight[k] != 0)
                product.bias[o] += second.weight[k] * first.bias[second.column_of(o, k)];
    return product;
}

}  // namespace synfire
