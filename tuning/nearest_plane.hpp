// Rounding under a quadratic form: whole numbers q close to real t, so that (q - t)' H (q - t) is small.
// Where H holds the moments of what arrives, rounding errors of inputs that spike together cancel each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace synfire {

// [n, n], row-major, both triangles.
struct SymmetricMatrix {
    std::size_t n = 0;
    std::vector<double> values;

    SymmetricMatrix(std::size_t size = 0) : n(size), values(size * size, 0.0) {}
    double& operator()(std::size_t i, std::size_t j) { return values[i * n + j]; }
    double operator()(std::size_t i, std::size_t j) const { return values[i * n + j]; }
};

// H = R' R with R upper triangular, its rows and columns reordered so that large diagonals come last.
struct Factor {
    std::vector<std::size_t> order;  // of the matrix, by position
    SymmetricMatrix r;               // only the upper triangle is used
};

// h: positive definite. Pivots that rounding errors make smaller than a tiny part of the diagonal are raised
// to it.
Factor factorize(const SymmetricMatrix& h);

// Babai's nearest plane (Combinatorica 6, 1986), which GPTQ uses for large networks (Frantar et al., ICLR
// 2023): one coordinate after the other is rounded, each where the errors before it are compensated best. |q|
// <= most.
std::vector<std::int32_t> nearest_plane(const Factor& factor, const std::vector<double>& t,
                                        std::int32_t most);

// Improves q by changes of single coordinates until none helps; returns (q - t)' H (q - t).
double descend(const SymmetricMatrix& h, const std::vector<double>& t, std::int32_t most,
               std::vector<std::int32_t>& q);

// Goes on from where descend() ends, with changes of two coordinates by one each; n^2 operations per pass.
double descend_in_pairs(const SymmetricMatrix& h, const std::vector<double>& t, std::int32_t most,
                        std::vector<std::int32_t>& q);

// (q - t)' H (q - t).
double error_of(const SymmetricMatrix& h, const std::vector<double>& t, const std::vector<std::int32_t>& q);

}  // namespace synfire
