// Which entry of a constant operand meets which value of the signal.
#include "compiler/frontend/onnx/linear_map.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "compiler/frontend/onnx/image.hpp"
#include "compiler/frontend/onnx/operator_rows.hpp"

namespace synfire::onnx {
namespace {

const Value& input(const Graph& graph, const Node& node, std::size_t index) {
    if (index >= node.inputs.size() || node.inputs[index] == absent)
        SYNFIRE_BUG("an operand that evaluation accepted is missing");
    return graph.values[static_cast<std::size_t>(node.inputs[index])];
}

struct Matrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    bool transposed = false;  // entry (r, c) is stored at [c, r]

    std::size_t index(std::size_t row, std::size_t column) const {
        return transposed ? column * rows + row : row * columns + column;
    }
};

// The last two axes; leading axes are 1 (evaluation has refused stacks of matrices).
Matrix matrix(const Shape& shape, bool transposed, bool left) {
    Matrix m;
    if (shape.size() == 1) {
        m.rows = left ? 1 : shape[0];
        m.columns = left ? shape[0] : 1;
    } else {
        m.rows = shape[shape.size() - 2];
        m.columns = shape.back();
    }
    m.transposed = transposed;
    if (transposed) std::swap(m.rows, m.columns);
    return m;
}

// y[r, c] = alpha * sum over k of a[r, k] b[k, c], where one of both is the signal. One row (or column) of a
// signal meets the whole matrix; of several, each meets it on its own.
Stage product_of(const Graph& graph, const Node& node, std::size_t signal) {
    const Value& other = input(graph, node, 1 - signal);
    if (other.constant == nullptr) throw OperatorError("two computed values are multiplied as matrices");
    const Matrix a = matrix(input(graph, node, 0).shape, int_attribute(node, "transA", 0) != 0, true);
    const Matrix b = matrix(input(graph, node, 1).shape, int_attribute(node, "transB", 0) != 0, false);
    const double alpha = real_attribute(node, "alpha", 1);
    const std::vector<double>& values = other.constant->values;
    const auto weight = [&](std::size_t r, std::size_t k, std::size_t c) {
        return alpha * values[signal == 0 ? b.index(k, c) : a.index(r, k)];
    };
    if (signal == 0 ? a.rows == 1 : b.columns == 1) {
        Dense dense{signal == 0 ? b.columns : a.rows, a.columns, {}, {}};
        for (std::size_t o = 0; o < dense.outputs; ++o)
            for (std::size_t k = 0; k < dense.inputs; ++k)
                dense.weight.push_back(signal == 0 ? weight(0, k, o) : weight(o, k, 0));
        return dense;
    }
    if (checked_count({a.rows, b.columns}) > max_activation / std::max<std::size_t>(1, a.columns))
        throw OperatorError("it is applied to " + std::to_string(signal == 0 ? a.rows : b.columns) +
                            " rows, which are too many synapses");
    Sparse sparse{
        a.rows * b.columns,
        input(graph, node, signal).shape.empty() ? 1 : a.columns * (signal == 0 ? a.rows : b.columns),
        {0},
        {},
        {},
        {}};
    for (std::size_t r = 0; r < a.rows; ++r)
        for (std::size_t c = 0; c < b.columns; ++c) {
            for (std::size_t k = 0; k < a.columns; ++k) {
                sparse.column.push_back(signal == 0 ? a.index(r, k) : b.index(k, c));
                sparse.weight.push_back(weight(r, k, c));
            }
            sparse.first.push_back(sparse.column.size());
        }
    return sparse;
}

Stage convolution_of(const Graph& graph, const Node& node, std::size_t signal) {
    if (signal != 0) throw OperatorError("its weights or its bias are computed");
    const TensorPtr& weight = input(graph, node, 1).constant;
    if (weight == nullptr) throw OperatorError("its weights are computed");
    const Image image = image_of(node, input(graph, node, 0).shape, &weight->shape);
    return Convolution{
        image.input(),  weight->shape[0], static_cast<std::size_t>(int_attribute(node, "group", 1)),
        image.window(), weight->values,   {}};
}

// A mean divides by its kernel, or by what lies inside the image. Where ceil_mode lets a window leave even
// the padding that counts, only the rest of that window counts: each position then has a divisor of its own.
std::vector<Stage> average_of(const Graph& graph, const Node& node) {
    const Image image = image_of(node, input(graph, node, 0).shape, nullptr);
    const auto& [rows, columns] = image.axes;
    Pool pool{Pool::Kind::average, image.input(), image.window(), false};
    if (int_attribute(node, "count_include_pad", 0) == 0) return {pool};
    pool.count_padding = true;
    if (rows.reached_after() <= rows.after && columns.reached_after() <= columns.after) return {pool};
    pool.kind = Pool::Kind::sum;
    const auto counted = [](const ImageAxis& a, std::int64_t position) {
        std::int64_t count = 0;
        for (std::int64_t k = 0; k < a.kernel; ++k)
            if (position * a.stride + k * a.dilation < a.before + a.in + a.after) ++count;
        return count;
    };
    Scale scale;
    for (std::size_t c = 0; c < image.channels; ++c)
        for (std::int64_t y = 0; y < rows.out; ++y)
            for (std::int64_t x = 0; x < columns.out; ++x)
                scale.factor.push_back(1.0 / static_cast<double>(counted(rows, y) * counted(columns, x)));
    return {pool, scale};
}

Pool whole(const Shape& shape, Pool::Kind kind) {
    const Image image = whole_image(shape);
    return Pool{kind, image.input(), image.window(), false};
}

Operands constants_of(const Graph& graph, const Node& node) {
    Operands operands;
    for (const int value : node.inputs)
        operands.push_back(value == absent ? nullptr
                                           : graph.values[static_cast<std::size_t>(value)].constant.get());
    return operands;
}

Reduction reduction(const Graph& graph, const Node& node) {
    const Tensor signal{input(graph, node, 0).shape, Element::real, {}};
    Operands operands = constants_of(graph, node);
    operands.at(0) = &signal;
    return reduction_of(node, operands);
}

// The inputs of every output stand side by side, as in the last axes of an image.
bool is_consecutive(const Reduction& r) {
    for (std::size_t i = 0; i < r.output.size(); ++i)
        if (r.output[i] != i / r.per_output) return false;
    return true;
}

Pool pool_of(const Reduction& r, Pool::Kind kind) {
    Pool pool{kind, {r.output.size() / r.per_output, 1, r.per_output}, {}, false};
    pool.window.kernel = {1, r.per_output};
    return pool;
}

std::vector<Stage> reduced(const Graph& graph, const Node& node) {
    const Reduction r = reduction(graph, node);
    const bool mean = node.op == "ReduceMean";
    if (is_consecutive(r)) return {pool_of(r, mean ? Pool::Kind::average : Pool::Kind::sum)};
    const std::size_t outputs = r.output.size() / r.per_output;
    std::vector<std::size_t> order(r.output.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return r.output[a] < r.output[b]; });
    Sparse sparse{outputs, r.output.size(), {0}, std::move(order), {}, {}};
    sparse.weight.assign(r.output.size(), mean ? 1.0 / static_cast<double>(r.per_output) : 1.0);
    for (std::size_t o = 0; o < outputs; ++o) sparse.first.push_back((o + 1) * r.per_output);
    return {std::move(sparse)};
}

}  // namespace

std::vector<Stage> linear_part(const Graph& graph, const Node& node, std::size_t operand) {
    if (node.op == "Conv") return {convolution_of(graph, node, operand)};
    if (node.op == "Gemm" || node.op == "MatMul") {
        if (operand > 1) throw OperatorError("its addend C is computed");
        return {product_of(graph, node, operand)};
    }
    if (node.op == "AveragePool") return average_of(graph, node);
    if (node.op == "GlobalAveragePool") return {whole(input(graph, node, 0).shape, Pool::Kind::average)};
    if (node.op == "ReduceMean" || node.op == "ReduceSum") return reduced(graph, node);
    return {moved(graph, node, operand)};
}

Pool maximum_of(const Graph& graph, const Node& node) {
    const Shape& shape = input(graph, node, 0).shape;
    if (node.op == "GlobalMaxPool") return whole(shape, Pool::Kind::maximum);
    if (node.op == "ReduceMax") {
        const Reduction r = reduction(graph, node);
        if (!is_consecutive(r)) throw OperatorError("its axes are not the last ones");
        return pool_of(r, Pool::Kind::maximum);
    }
    const Image image = image_of(node, shape, nullptr);
    return Pool{Pool::Kind::maximum, image.input(), image.window(), false};
}

IndexMap moved(const Graph& graph, const Node& node, std::size_t operand) {
    std::vector<TensorPtr> held;
    Operands operands = constants_of(graph, node);
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (operands[i] != nullptr || node.inputs[i] == absent || i == operand) continue;
        held.push_back(std::make_shared<const Tensor>(zeros(input(graph, node, i).shape)));
        operands[i] = held.back().get();
    }
    // Values of this operand differ by their number between two evaluations; what is constant does not.
    Tensor codes = zeros(input(graph, node, operand).shape);
    const std::size_t count = codes.values.size();
    operands[operand] = &codes;
    std::iota(codes.values.begin(), codes.values.end(), 0.0);
    const Tensor low = evaluate(node, operands);
    std::iota(codes.values.begin(), codes.values.end(), static_cast<double>(count));
    const Tensor high = evaluate(node, operands);
    IndexMap map{count, {}};
    for (std::size_t i = 0; i < low.values.size(); ++i)
        map.source.push_back(low.values[i] == high.values[i] ? IndexMap::nothing
                                                             : static_cast<std::size_t>(low.values[i]));
    return map;
}

}  // namespace synfire::onnx
