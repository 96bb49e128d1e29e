// Gemm and MatMul: which operand is the signal, and which entry of the other one meets which neuron.
#include "compiler/frontend/onnx/linear_map.hpp"

#include <algorithm>
#include <utility>

namespace synfire::onnx {
namespace {

const Value* input(const Graph& graph, const Node& node, std::size_t index) {
    if (index >= node.inputs.size() || node.inputs[index] == absent) return nullptr;
    return &graph.values[static_cast<std::size_t>(node.inputs[index])];
}

struct Matrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    bool transposed = false;  // entry (r, c) is stored at [c, r]
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

double entry(const Matrix& m, const Tensor& tensor, std::size_t row, std::size_t column) {
    return tensor.values[m.transposed ? column * m.rows + row : row * m.columns + column];
}

std::vector<double> bias_of(const Graph& graph, const Node& node, std::size_t outputs) {
    const Value* c = input(graph, node, 2);
    if (c == nullptr) return {};
    if (c->constant == nullptr) throw OperatorError("its addend C is computed");
    const Shape& result = graph.values[static_cast<std::size_t>(node.outputs[0])].shape;
    const double beta = real_attribute(node, "beta", 1);
    std::vector<double> bias;
    for (const std::size_t index : broadcast_indices(c->constant->shape, result))
        bias.push_back(beta * c->constant->values[index]);
    if (bias.size() != outputs) SYNFIRE_BUG("a bias of another size than its layer");
    return bias;
}

}  // namespace

LinearMap linear_map(const Graph& graph, const Node& node) {
    const Value& left = *input(graph, node, 0);
    const Value& right = *input(graph, node, 1);
    if (left.constant == nullptr && right.constant == nullptr)
        throw OperatorError("two computed values are multiplied as matrices");
    if (left.constant != nullptr && right.constant != nullptr)
        throw OperatorError("its signal is constant and only its addend is computed");
    const bool signal_left = left.constant == nullptr;
    const Matrix a = matrix(left.shape, int_attribute(node, "transA", 0) != 0, true);
    const Matrix b = matrix(right.shape, int_attribute(node, "transB", 0) != 0, false);
    if (signal_left ? a.rows != 1 : b.columns != 1)
        throw OperatorError("the layer is applied to several rows of its input, not to one vector");
    const double alpha = real_attribute(node, "alpha", 1);

    LinearMap map;
    map.signal = node.inputs[signal_left ? 0 : 1];
    map.dense.inputs = a.columns;
    map.dense.outputs = signal_left ? b.columns : a.rows;
    map.dense.weight.resize(map.dense.outputs * map.dense.inputs);
    for (std::size_t o = 0; o < map.dense.outputs; ++o)
        for (std::size_t i = 0; i < map.dense.inputs; ++i)
            map.dense.weight[o * map.dense.inputs + i] =
                alpha * (signal_left ? entry(b, *right.constant, i, o) : entry(a, *left.constant, o, i));
    map.dense.bias = bias_of(graph, node, map.dense.outputs);
    return map;
}

Dense with_scaled_inputs(const Dense& dense, const PerNeuron& factor) {
    Dense result = dense;
    result.bias.clear();
    for (std::size_t o = 0; o < dense.outputs; ++o)
        for (std::size_t i = 0; i < dense.inputs; ++i) result.weight[o * dense.inputs + i] *= at(factor, i);
    return result;
}

Dense with_scaled_outputs(Dense dense, const PerNeuron& factor) {
    for (std::size_t o = 0; o < dense.outputs; ++o)
        for (std::size_t i = 0; i < dense.inputs; ++i) dense.weight[o * dense.inputs + i] *= at(factor, o);
    for (std::size_t o = 0; o < dense.bias.size(); ++o) dense.bias[o] *= at(factor, o);
    return dense;
}

std::vector<double> biased(const Dense& dense, const PerNeuron& c) {
    if (std::all_of(c.begin(), c.end(), [](double x) { return x == 0; })) return dense.bias;
    std::vector<double> bias = dense.bias;
    bias.resize(dense.outputs, 0.0);
    for (std::size_t o = 0; o < dense.outputs; ++o)
        for (std::size_t i = 0; i < dense.inputs; ++i)
            bias[o] += dense.weight[o * dense.inputs + i] * at(c, i);
    return bias;
}

}  // namespace synfire::onnx
