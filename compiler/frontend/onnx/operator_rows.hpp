// What the two files of operators share: their rows, and access to operands.
#pragma once

#include <span>
#include <string>

#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {

std::span<const Operator>
arithmetic_operators();                        // values: elementwise functions, comparisons, matrix products
std::span<const Operator> layout_operators();  // constants, shapes and axes

const Tensor& operand(const Operands& operands, std::size_t index);           // throws OperatorError
const Tensor* optional_operand(const Operands& operands, std::size_t index);  // null: left out

// The size of a result; it may exceed its operands only up to the size of an activation, so that a small file
// cannot ask for much memory. Throws OperatorError.
std::size_t grown_count(const Shape& shape, const Operands& operands);

}  // namespace synfire::onnx
