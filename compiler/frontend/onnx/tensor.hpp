// Values of an ONNX graph in float64, whatever their type in the file: float32 constants are widened as
// stored.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "compiler/support/shape.hpp"

namespace synfire::onnx {

enum class Element { real, integer, boolean };

struct Tensor {
    Shape shape;
    Element element = Element::real;
    std::vector<double> values;  // row-major; booleans are 0 and 1
};

using TensorPtr = std::shared_ptr<const Tensor>;

// What an operator cannot do with its operands, in a sentence without the node; the caller knows the node.
struct OperatorError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Values computed per step may not have more elements than this: 4 million neurons in one population.
inline constexpr std::size_t max_activation = std::size_t{1} << 22;

inline constexpr std::size_t max_rank = 16;

// element_count with a refusal instead of nothing. Throws OperatorError.
std::size_t checked_count(const Shape& shape, std::size_t limit = max_elements);

Tensor zeros(const Shape& shape);
Tensor scalar(double value, Element element = Element::real);

// NumPy's rule. Throws OperatorError where the shapes do not fit.
Shape broadcast(const Shape& a, const Shape& b);

// For every element of to, the element of from that broadcasting takes. from must broadcast to to.
std::vector<std::size_t> broadcast_indices(const Shape& from, const Shape& to);

bool all_finite(const Tensor& tensor);

}  // namespace synfire::onnx
