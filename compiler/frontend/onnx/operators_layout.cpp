// Operators on shapes and axes, and constants: one small function each and one row each at the end.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/frontend/onnx/operator_rows.hpp"

namespace synfire::onnx {
namespace {

Tensor reshaped(const Tensor& a, Shape shape) {
    if (checked_count(shape) != a.values.size())
        throw OperatorError("shape " + to_string(a.shape) + " cannot become " + to_string(shape));
    return Tensor{std::move(shape), a.element, a.values};
}

Tensor reshape(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    Shape shape;
    std::size_t known = 1;
    std::ptrdiff_t open = -1;
    for (const std::int64_t wanted : dimensions(operand(operands, 1))) {
        std::size_t length = wanted > 0 ? static_cast<std::size_t>(wanted) : 1;
        if (wanted < -1 || (wanted == -1 && open >= 0)) throw OperatorError("a shape with more than one -1");
        if (wanted == -1) open = static_cast<std::ptrdiff_t>(shape.size());
        if (wanted == 0 && int_attribute(node, "allowzero", 0) == 0) {
            if (shape.size() >= a.shape.size()) throw OperatorError("a 0 beyond the axes of the input");
            length = a.shape[shape.size()];
        } else if (wanted == 0) {
            length = 0;
        }
        shape.push_back(length);
        known = checked_count(shape);
    }
    if (open >= 0) shape[static_cast<std::size_t>(open)] = known == 0 ? 0 : a.values.size() / known;
    return reshaped(a, std::move(shape));
}

Tensor flatten(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const std::int64_t axis = int_attribute(node, "axis", 1);
    const std::size_t split = axis == static_cast<std::int64_t>(a.shape.size())
                                  ? a.shape.size()
                                  : normal_axis(axis, a.shape.size());
    Shape shape{1, 1};
    for (std::size_t i = 0; i < a.shape.size(); ++i) shape[i < split ? 0 : 1] *= a.shape[i];
    return reshaped(a, std::move(shape));
}

Tensor squeeze(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const std::vector<std::int64_t> axes = axes_of(node, operands);
    std::vector<bool> drop(a.shape.size(), false);
    for (const std::int64_t axis : axes) drop[normal_axis(axis, a.shape.size())] = true;
    Shape shape;
    for (std::size_t i = 0; i < a.shape.size(); ++i)
        if (axes.empty() ? a.shape[i] != 1 : !drop[i]) shape.push_back(a.shape[i]);
    return reshaped(a, std::move(shape));
}

Tensor unsqueeze(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const std::vector<std::int64_t> axes = axes_of(node, operands);
    if (axes.size() > max_rank) throw OperatorError("more than " + std::to_string(max_rank) + " new axes");
    const std::size_t rank = a.shape.size() + axes.size();
    std::vector<bool> added(rank, false);
    for (const std::int64_t axis : axes) added[normal_axis(axis, rank)] = true;
    Shape shape;
    std::size_t next = 0;
    for (std::size_t i = 0; i < rank; ++i)
        shape.push_back(added[i] || next >= a.shape.size() ? 1 : a.shape[next++]);
    return reshaped(a, std::move(shape));
}

Tensor transpose(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const std::size_t rank = a.shape.size();
    std::vector<std::size_t> order(rank);
    for (std::size_t i = 0; i < rank; ++i) order[i] = rank - 1 - i;
    if (const std::vector<std::int64_t>* given = ints_attribute(node, "perm")) {
        if (given->size() != rank) throw OperatorError("a permutation of another rank");
        std::vector<bool> used(rank, false);
        for (std::size_t i = 0; i < rank; ++i) {
            order[i] = normal_axis((*given)[i], rank);
            if (used[order[i]]) throw OperatorError("a permutation that repeats an axis");
            used[order[i]] = true;
        }
    }
    std::vector<std::size_t> strides(rank, 1);
    for (std::size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * a.shape[i];
    Tensor result{{}, a.element, std::vector<double>(a.values.size())};
    for (const std::size_t axis : order) result.shape.push_back(a.shape[axis]);
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        std::size_t rest = i, from = 0;
        for (std::size_t axis = rank; axis-- > 0;) {
            from += rest % result.shape[axis] * strides[order[axis]];
            rest /= result.shape[axis];
        }
        result.values[i] = a.values[from];
    }
    return result;
}

// Since opset 15 a part of the shape may be asked for; positions beyond its ends are its ends.
Tensor shape_of(const Node& node, const Operands& operands) {
    const Shape& shape = operand(operands, 0).shape;
    const auto rank = static_cast<std::int64_t>(shape.size());
    const auto position = [&](const char* name, std::int64_t otherwise) {
        const std::int64_t given = int_attribute(node, name, otherwise);
        return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
    };
    Tensor result{{}, Element::integer, {}};
    for (std::int64_t i = position("start", 0); i < position("end", rank); ++i)
        result.values.push_back(static_cast<double>(shape[static_cast<std::size_t>(i)]));
    result.shape = {result.values.size()};
    return result;
}

// Outer x axis x inner: how Concat and Gather see a tensor.
struct AxisView {
    std::size_t outer = 1;
    std::size_t length = 1;
    std::size_t inner = 1;
};

AxisView view(const Shape& shape, std::size_t axis) {
    AxisView v;
    for (std::size_t i = 0; i < axis; ++i) v.outer *= shape[i];
    v.length = shape[axis];
    for (std::size_t i = axis + 1; i < shape.size(); ++i) v.inner *= shape[i];
    return v;
}

Tensor concat(const Node& node, const Operands& operands) {
    const Tensor& first = operand(operands, 0);
    const std::size_t axis = normal_axis(int_attribute(node, "axis", 0), first.shape.size());
    Tensor result{first.shape, first.element, {}};
    result.shape[axis] = 0;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        Shape shape = operand(operands, i).shape;
        if (shape.size() != first.shape.size()) throw OperatorError("tensors of different rank");
        result.shape[axis] += shape[axis];
        shape[axis] = first.shape[axis];
        if (shape != first.shape) throw OperatorError("tensors of different shape");
    }
    result.values.reserve(checked_count(result.shape));
    for (std::size_t outer = 0; outer < view(result.shape, axis).outer; ++outer)
        for (const Tensor* part : operands) {
            const AxisView v = view(part->shape, axis);
            const auto begin = part->values.begin() + static_cast<std::ptrdiff_t>(outer * v.length * v.inner);
            result.values.insert(result.values.end(), begin,
                                 begin + static_cast<std::ptrdiff_t>(v.length * v.inner));
        }
    return result;
}

Tensor gather(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const Tensor& indices = operand(operands, 1);
    const std::size_t axis = normal_axis(int_attribute(node, "axis", 0), a.shape.size());
    const AxisView v = view(a.shape, axis);
    Tensor result{Shape(a.shape.begin(), a.shape.begin() + static_cast<std::ptrdiff_t>(axis)), a.element, {}};
    result.shape.insert(result.shape.end(), indices.shape.begin(), indices.shape.end());
    result.shape.insert(result.shape.end(), a.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
                        a.shape.end());
    result.values.reserve(checked_count(result.shape));
    const std::vector<std::int64_t> wanted = integers(indices);
    for (std::size_t outer = 0; outer < v.outer; ++outer)
        for (const std::int64_t index : wanted) {
            const std::size_t from = outer * v.length + normal_axis(index, v.length);
            const auto begin = a.values.begin() + static_cast<std::ptrdiff_t>(from * v.inner);
            result.values.insert(result.values.end(), begin, begin + static_cast<std::ptrdiff_t>(v.inner));
        }
    return result;
}

Tensor tile(const Node&, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const std::vector<std::int64_t> repeats = dimensions(operand(operands, 1));
    if (repeats.size() != a.shape.size()) throw OperatorError("repeats for other axes than its input has");
    Tensor result = a;
    for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
        if (repeats[axis] < 1) throw OperatorError("a repeat of " + std::to_string(repeats[axis]));
        const AxisView v = view(result.shape, axis);
        const auto times = static_cast<std::size_t>(repeats[axis]);
        Tensor longer{result.shape, a.element, {}};
        if (times > max_activation) throw OperatorError("too many repeats");
        longer.shape[axis] *= times;
        longer.values.reserve(grown_count(longer.shape, operands));
        for (std::size_t outer = 0; outer < v.outer; ++outer)
            for (std::size_t k = 0; k < times; ++k)
                for (std::size_t i = 0; i < v.length * v.inner; ++i)
                    longer.values.push_back(result.values[outer * v.length * v.inner + i]);
        result = std::move(longer);
    }
    return result;
}

Tensor filled(const Node& node, const Operands& operands) {
    Shape shape;
    for (const std::int64_t length : dimensions(operand(operands, 0))) {
        if (length < 0) throw OperatorError("a negative size");
        shape.push_back(static_cast<std::size_t>(length));
    }
    const auto value = node.attributes.find("value");
    Tensor result{shape, Element::real, {}};
    double fill = 0;
    if (value != node.attributes.end())
        if (const TensorPtr* tensor = std::get_if<TensorPtr>(&value->second); tensor != nullptr) {
            if ((*tensor)->values.size() != 1) throw OperatorError("a fill value that is not a scalar");
            fill = (*tensor)->values[0];
            result.element = (*tensor)->element;
        }
    result.values.assign(checked_count(shape, max_activation), fill);
    return result;
}

Tensor expand(const Node&, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    Shape shape;
    for (const std::int64_t length : dimensions(operand(operands, 1))) {
        if (length < 0) throw OperatorError("a negative size");
        shape.push_back(static_cast<std::size_t>(length));
    }
    Tensor result{broadcast(a.shape, shape), a.element, {}};
    grown_count(result.shape, {&a});
    for (const std::size_t index : broadcast_indices(a.shape, result.shape))
        result.values.push_back(a.values[index]);
    return result;
}

Tensor constant(const Node& node, const Operands&) {
    for (const auto& [name, attribute] : node.attributes) {
        if (const TensorPtr* tensor = std::get_if<TensorPtr>(&attribute)) return **tensor;
        if (const double* real = std::get_if<double>(&attribute)) return scalar(*real);
        if (const std::int64_t* integer = std::get_if<std::int64_t>(&attribute))
            return scalar(static_cast<double>(*integer), Element::integer);
        if (const auto* reals = std::get_if<std::vector<double>>(&attribute))
            return Tensor{{reals->size()}, Element::real, *reals};
        if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute)) {
            Tensor result{{list->size()}, Element::integer, {}};
            for (const std::int64_t value : *list) result.values.push_back(static_cast<double>(value));
            return result;
        }
    }
    throw OperatorError("a constant without a numeric value");
}

constexpr Operator rows[] = {
    {"Concat", 1, 1024, concat}, {"Constant", 0, 0, constant},   {"ConstantOfShape", 1, 1, filled},
    {"Expand", 2, 2, expand},    {"Flatten", 1, 1, flatten},     {"Gather", 2, 2, gather},
    {"Reshape", 2, 2, reshape},  {"Shape", 1, 1, shape_of},      {"Squeeze", 1, 2, squeeze},
    {"Tile", 2, 2, tile},        {"Transpose", 1, 1, transpose}, {"Unsqueeze", 1, 2, unsqueeze},
};

}  // namespace

std::span<const Operator> layout_operators() {
    return rows;
}

std::size_t normal_axis(std::int64_t axis, std::size_t rank) {
    const auto signed_rank = static_cast<std::int64_t>(rank);
    if (axis < -signed_rank || axis >= signed_rank)
        throw OperatorError("axis " + std::to_string(axis) + " of " + std::to_string(rank) + " axes");
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

std::vector<std::int64_t> integers(const Tensor& tensor) {
    std::vector<std::int64_t> values;
    for (const double value : tensor.values) {
        if (std::fabs(value) > 0x1p52) throw OperatorError("an index beyond 2^52");
        values.push_back(static_cast<std::int64_t>(value));
    }
    return values;
}

std::vector<std::int64_t> dimensions(const Tensor& tensor) {
    if (tensor.values.size() > max_rank)
        throw OperatorError("more than " + std::to_string(max_rank) + " axes");
    return integers(tensor);
}

// Since opset 13 the axes are an input, before that an attribute.
std::vector<std::int64_t> axes_of(const Node& node, const Operands& operands) {
    if (const Tensor* given = optional_operand(operands, 1)) return dimensions(*given);
    const std::vector<std::int64_t>* attribute = ints_attribute(node, "axes");
    return attribute != nullptr ? *attribute : std::vector<std::int64_t>{};
}

}  // namespace synfire::onnx
