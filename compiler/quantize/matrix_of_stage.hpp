// Linear stages as matrices.
#pragma once

#include "compiler/quantize/fold.hpp"

namespace synfire {

// The size of the matrix, known before it is formed.
struct MatrixExtent {
    double outputs = 0;
    double row = 0;  // most entries of one row
    bool sparse = false;
};
MatrixExtent extent_of(const Stage& stage, std::size_t arriving);

// False for maximum pools.
bool is_linear(const Stage& stage);

// The matrix and bias of one linear stage that `arriving` values enter.
Matrix matrix_of(const Stage& stage, std::size_t arriving);

Matrix identity(std::size_t n);

// second after first: W = W2 * W1, b = W2 * b1 + b2. Zeros are skipped, so that a product with an identity is
// the other matrix, bit for bit. Dense where either is.
Matrix after(const Matrix& first, const Matrix& second);

}  // namespace synfire
