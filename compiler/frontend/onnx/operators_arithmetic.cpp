// Operators on values: one small function each and one row each at the end.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/frontend/onnx/operator_rows.hpp"

namespace synfire::onnx {
namespace {

template <class Function>
Tensor elementwise(const Tensor& a, Element element, Function function) {
    Tensor result{a.shape, element, a.values};
    for (double& value : result.values) value = function(value);
    return result;
}

template <class Function>
Tensor elementwise(const Tensor& a, const Tensor& b, Element element, Function function) {
    Tensor result{broadcast(a.shape, b.shape), element, {}};
    result.values.resize(grown_count(result.shape, {&a, &b}));
    const std::vector<std::size_t> from_a = broadcast_indices(a.shape, result.shape);
    const std::vector<std::size_t> from_b = broadcast_indices(b.shape, result.shape);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = function(a.values[from_a[i]], b.values[from_b[i]]);
    return result;
}

template <double (*function)(double)>
Tensor unary(const Node&, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    return elementwise(a, a.element, function);
}

template <double (*function)(double, double)>
Tensor arithmetic(const Node&, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    return elementwise(a, operand(operands, 1), a.element, function);
}

// For operators that take any number of operands.
template <double (*function)(double, double)>
Tensor fold_left(const Node&, const Operands& operands) {
    Tensor result = operand(operands, 0);
    for (std::size_t i = 1; i < operands.size(); ++i)
        result = elementwise(result, operand(operands, i), result.element, function);
    return result;
}

template <bool (*function)(double, double)>
Tensor relation(const Node&, const Operands& operands) {
    return elementwise(operand(operands, 0), operand(operands, 1), Element::boolean,
                       [](double a, double b) { return function(a, b) ? 1.0 : 0.0; });
}

double negate(double a) {
    return -a;
}
double reciprocal(double a) {
    return 1 / a;
}
double absolute(double a) {
    return std::fabs(a);
}
double exponential(double a) {
    return std::exp(a);
}
double square_root(double a) {
    return std::sqrt(a);
}
double sigmoid(double a) {
    return 1 / (1 + std::exp(-a));
}
double hyperbolic_tangent(double a) {
    return std::tanh(a);
}
double rectify(double a) {
    return a > 0 ? a : 0;
}
double round_down(double a) {
    return std::floor(a);
}
double round_to_even(double a) {
    return std::nearbyint(a);
}
double round_up(double a) {
    return std::ceil(a);
}
double sign(double a) {
    return a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0;
}
double negation(double a) {
    return a != 0 ? 0.0 : 1.0;
}

double add(double a, double b) {
    return a + b;
}
double subtract(double a, double b) {
    return a - b;
}
double multiply(double a, double b) {
    return a * b;
}
double power(double a, double b) {
    return std::pow(a, b);
}
double smaller(double a, double b) {
    return std::min(a, b);
}
double larger(double a, double b) {
    return std::max(a, b);
}

bool greater(double a, double b) {
    return a > b;
}
bool greater_equal(double a, double b) {
    return a >= b;
}
bool less(double a, double b) {
    return a < b;
}
bool less_equal(double a, double b) {
    return a <= b;
}
bool equal(double a, double b) {
    return a == b;
}
bool both(double a, double b) {
    return a != 0 && b != 0;
}
bool either(double a, double b) {
    return a != 0 || b != 0;
}

Tensor divide(const Node&, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    if (a.element != Element::integer)
        return elementwise(a, operand(operands, 1), a.element, [](double x, double y) { return x / y; });
    return elementwise(a, operand(operands, 1), a.element, [](double x, double y) {
        if (y == 0) throw OperatorError("division of an integer by 0");
        return std::trunc(x / y);
    });
}

Tensor identity(const Node&, const Operands& operands) {
    return operand(operands, 0);
}

Tensor dropout(const Node& node, const Operands& operands) {
    const Tensor* training = optional_operand(operands, 2);
    if (training != nullptr &&
        std::any_of(training->values.begin(), training->values.end(), [](double x) { return x != 0; }))
        throw OperatorError("dropout in training mode");
    return identity(node, operands);
}

// TensorProto's numbers of the element types.
Tensor cast(const Node& node, const Operands& operands) {
    Tensor result = operand(operands, 0);
    const std::int64_t to = int_attribute(node, "to", 0);
    if (to == 1 || to == 10 || to == 11 || to == 16) {
        result.element = Element::real;
    } else if (to == 9) {
        result.element = Element::boolean;
        for (double& value : result.values) value = value != 0 ? 1 : 0;
    } else if (to >= 2 && to <= 13 && to != 8) {
        result.element = Element::integer;
        for (double& value : result.values) value = std::trunc(value);
    } else {
        throw OperatorError("a cast to element type " + std::to_string(to));
    }
    return result;
}

// The type of the second operand, its values are not read.
Tensor cast_like(const Node& node, const Operands& operands) {
    Node like = node;
    const Element element = operand(operands, 1).element;
    like.attributes["to"] = std::int64_t{element == Element::real ? 1 : element == Element::boolean ? 9 : 7};
    return cast(like, operands);
}

Tensor clip(const Node& node, const Operands& operands) {
    const auto limit = [&](std::size_t index, const char* name, double otherwise) {
        const Tensor* given = optional_operand(operands, index);
        if (given == nullptr) return real_attribute(node, name, otherwise);
        if (given->values.size() != 1) throw OperatorError("a limit that is not a scalar");
        return given->values[0];
    };
    const double low = limit(1, "min", -INFINITY);
    const double high = limit(2, "max", INFINITY);
    const Tensor& a = operand(operands, 0);
    return elementwise(a, a.element, [=](double x) { return std::min(std::max(x, low), high); });
}

Tensor where(const Node&, const Operands& operands) {
    const Tensor& condition = operand(operands, 0);
    const Tensor& yes = operand(operands, 1);
    const Tensor& no = operand(operands, 2);
    Tensor result{broadcast(condition.shape, broadcast(yes.shape, no.shape)), yes.element, {}};
    result.values.resize(grown_count(result.shape, {&condition, &yes, &no}));
    const std::vector<std::size_t> c = broadcast_indices(condition.shape, result.shape);
    const std::vector<std::size_t> y = broadcast_indices(yes.shape, result.shape);
    const std::vector<std::size_t> n = broadcast_indices(no.shape, result.shape);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = condition.values[c[i]] != 0 ? yes.values[y[i]] : no.values[n[i]];
    return result;
}

Tensor transpose_matrix(const Tensor& a) {
    Tensor result{{a.shape[1], a.shape[0]}, a.element, std::vector<double>(a.values.size())};
    for (std::size_t i = 0; i < a.shape[0]; ++i)
        for (std::size_t j = 0; j < a.shape[1]; ++j)
            result.values[j * a.shape[0] + i] = a.values[i * a.shape[1] + j];
    return result;
}

// [m, k] x [k, n], sums in ascending order of k.
Tensor multiply_matrices(const Tensor& a, const Tensor& b) {
    const std::size_t m = a.shape[0], k = a.shape[1], n = b.shape[1];
    if (b.shape[0] != k)
        throw OperatorError("matrices " + to_string(a.shape) + " and " + to_string(b.shape) +
                            " cannot be multiplied");
    grown_count({m, n}, {&a, &b});
    Tensor result = zeros({m, n});
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t l = 0; l < k; ++l) {
            const double factor = a.values[i * k + l];
            if (factor == 0) continue;
            for (std::size_t j = 0; j < n; ++j) result.values[i * n + j] += factor * b.values[l * n + j];
        }
    return result;
}

Tensor gemm(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const Tensor& b = operand(operands, 1);
    if (a.shape.size() != 2 || b.shape.size() != 2)
        throw OperatorError("Gemm of tensors that are no matrices");
    Tensor result = multiply_matrices(int_attribute(node, "transA", 0) != 0 ? transpose_matrix(a) : a,
                                      int_attribute(node, "transB", 0) != 0 ? transpose_matrix(b) : b);
    const double alpha = real_attribute(node, "alpha", 1);
    for (double& value : result.values) value *= alpha;
    const Tensor* c = optional_operand(operands, 2);
    if (c == nullptr) return result;
    if (broadcast(result.shape, c->shape) != result.shape) throw OperatorError("C does not fit to A x B");
    const double beta = real_attribute(node, "beta", 1);
    return elementwise(result, *c, Element::real, [beta](double x, double y) { return x + beta * y; });
}

// NumPy's matmul, where at most leading axes of length 1 exceed a matrix.
Tensor matmul(const Node&, const Operands& operands) {
    const auto matrix = [](const Tensor& t, bool left) {
        if (t.shape.empty()) throw OperatorError("MatMul of a scalar");
        Tensor m = t;
        if (t.shape.size() == 1) {
            m.shape = left ? Shape{1, t.shape[0]} : Shape{t.shape[0], 1};
            return m;
        }
        for (std::size_t axis = 0; axis + 2 < t.shape.size(); ++axis)
            if (t.shape[axis] != 1)
                throw OperatorError("MatMul of a stack of matrices " + to_string(t.shape));
        m.shape = {t.shape[t.shape.size() - 2], t.shape.back()};
        return m;
    };
    const Tensor& a = operand(operands, 0);
    const Tensor& b = operand(operands, 1);
    Tensor result = multiply_matrices(matrix(a, true), matrix(b, false));
    const std::size_t rank = std::max(a.shape.size(), b.shape.size());
    Shape shape(rank > 2 ? rank - 2 : 0, 1);
    if (a.shape.size() > 1) shape.push_back(result.shape[0]);
    if (b.shape.size() > 1) shape.push_back(result.shape[1]);
    result.shape = std::move(shape);
    return result;
}

constexpr Operator rows[] = {
    {"Abs", 1, 1, unary<absolute>},
    {"Add", 2, 2, arithmetic<add>},
    {"And", 2, 2, relation<both>},
    {"Cast", 1, 1, cast},
    {"CastLike", 2, 2, cast_like},
    {"Ceil", 1, 1, unary<round_up>},
    {"Clip", 1, 3, clip},
    {"Div", 2, 2, divide},
    {"Dropout", 1, 3, dropout},
    {"Equal", 2, 2, relation<equal>},
    {"Exp", 1, 1, unary<exponential>},
    {"Floor", 1, 1, unary<round_down>},
    {"Gemm", 2, 3, gemm},
    {"Greater", 2, 2, relation<greater>},
    {"GreaterOrEqual", 2, 2, relation<greater_equal>},
    {"Identity", 1, 1, identity},
    {"Less", 2, 2, relation<less>},
    {"LessOrEqual", 2, 2, relation<less_equal>},
    {"MatMul", 2, 2, matmul},
    {"Max", 1, 1024, fold_left<larger>},
    {"Min", 1, 1024, fold_left<smaller>},
    {"Mul", 2, 2, arithmetic<multiply>},
    {"Neg", 1, 1, unary<negate>},
    {"Not", 1, 1, unary<negation>},
    {"Or", 2, 2, relation<either>},
    {"Pow", 2, 2, arithmetic<power>},
    {"Reciprocal", 1, 1, unary<reciprocal>},
    {"Relu", 1, 1, unary<rectify>},
    {"Round", 1, 1, unary<round_to_even>},
    {"Sigmoid", 1, 1, unary<sigmoid>},
    {"Sign", 1, 1, unary<sign>},
    {"Sqrt", 1, 1, unary<square_root>},
    {"Sub", 2, 2, arithmetic<subtract>},
    {"Sum", 1, 1024, fold_left<add>},
    {"Tanh", 1, 1, unary<hyperbolic_tangent>},
    {"Where", 3, 3, where},
};

}  // namespace

std::span<const Operator> arithmetic_operators() {
    return rows;
}

}  // namespace synfire::onnx
