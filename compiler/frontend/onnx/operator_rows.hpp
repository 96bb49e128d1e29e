// What the files of operators share: their rows, and access to operands and axes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {

std::span<const Operator>
arithmetic_operators();                        // values: elementwise functions, comparisons, matrix products
std::span<const Operator> layout_operators();  // constants, shapes and axes
std::span<const Operator> image_operators();   // convolutions, pools, batch normalization, reductions
std::span<const Operator> quantization_operators();
std::span<const Operator> selection_operators();  // blocks of a tensor

const Tensor& operand(const Operands& operands, std::size_t index);           // throws OperatorError
const Tensor* optional_operand(const Operands& operands, std::size_t index);  // null: left out

// The size of a result; it may exceed its operands only up to the size of an activation, so that a small file
// cannot ask for much memory. Throws OperatorError.
std::size_t grown_count(const Shape& shape, const Operands& operands);

// NumPy counts a negative axis from the end. Throws OperatorError.
std::size_t normal_axis(std::int64_t axis, std::size_t rank);

// Numbers of a tensor that holds indices; dimensions() where it holds a shape or axes. Throw OperatorError.
std::vector<std::int64_t> integers(const Tensor& tensor);
std::vector<std::int64_t> dimensions(const Tensor& tensor);

// The input 1 or the attribute "axes"; empty where both are missing.
std::vector<std::int64_t> axes_of(const Node& node, const Operands& operands);

// Which output every input of a reduction (ReduceSum, ReduceMean, ReduceMax) goes to.
struct Reduction {
    Shape shape;  // of the result
    std::vector<std::size_t> output;
    std::size_t per_output = 1;  // inputs
};
Reduction reduction_of(const Node& node, const Operands& operands);

}  // namespace synfire::onnx
