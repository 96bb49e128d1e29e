// Sizes and broadcasting of tensors.
#include "compiler/frontend/onnx/tensor.hpp"

#include <algorithm>
#include <cmath>

namespace synfire::onnx {

std::size_t checked_count(const Shape& shape, std::size_t limit) {
    const std::optional<std::size_t> count = element_count(shape);
    if (!count || *count > limit)
        throw OperatorError("shape " + to_string(shape) + " has more than " + std::to_string(limit) +
                            " elements");
    return *count;
}

Tensor zeros(const Shape& shape) {
    return Tensor{shape, Element::real, std::vector<double>(checked_count(shape), 0.0)};
}

Tensor scalar(double value, Element element) {
    return Tensor{{}, element, {value}};
}

Shape broadcast(const Shape& a, const Shape& b) {
    Shape result(std::max(a.size(), b.size()), 1);
    for (std::size_t i = 0; i < result.size(); ++i) {
        const std::size_t from_a = i < a.size() ? a[a.size() - 1 - i] : 1;
        const std::size_t from_b = i < b.size() ? b[b.size() - 1 - i] : 1;
        if (from_a != from_b && from_a != 1 && from_b != 1)
            throw OperatorError("shapes " + to_string(a) + " and " + to_string(b) + " do not fit together");
        result[result.size() - 1 - i] = from_a == 1 ? from_b : from_a;
    }
    return result;
}

std::vector<std::size_t> broadcast_indices(const Shape& from, const Shape& to) {
    // Walks to in row-major order; an axis that from lacks or has with length 1 has stride 0.
    std::vector<std::size_t> strides(to.size(), 0);
    std::size_t stride = 1;
    for (std::size_t i = 0; i < from.size() && i < to.size(); ++i) {
        const std::size_t length = from[from.size() - 1 - i];
        strides[to.size() - 1 - i] = length == 1 ? 0 : stride;
        stride *= length;
    }
    std::vector<std::size_t> indices(checked_count(to));
    std::vector<std::size_t> position(to.size(), 0);
    std::size_t offset = 0;
    for (std::size_t& index : indices) {
        index = offset;
        for (std::size_t axis = to.size(); axis-- > 0;) {
            offset += strides[axis];
            if (++position[axis] < to[axis]) break;
            offset -= strides[axis] * to[axis];
            position[axis] = 0;
        }
    }
    return indices;
}

bool all_finite(const Tensor& tensor) {
    return std::all_of(tensor.values.begin(), tensor.values.end(), [](double x) { return std::isfinite(x); });
}

}  // namespace synfire::onnx
