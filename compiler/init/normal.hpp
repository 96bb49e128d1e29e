// Standard normal numbers that are the same bits on every host, with every compiler and on every thread:
// value k of a stream is a function of (seed, stream, k) alone, and only operations that IEEE 754 rounds
// correctly are used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace synfire {

// The number z with Phi(z) = p, for p in [2^-54, 1 - 2^-54]; relative error about 1e-16. (Wichura, "Algorithm
// AS 241: The percentage points of the normal distribution", Applied Statistics 37, 1988: PPND16; its
// logarithm is written out, because those of two C libraries differ in the last bit.)
double inverse_normal(double p);

// ln x for normal numbers x > 0; within two units of the last place.
double natural_logarithm(double x);

// A uniform number of (0, 1), never 0 or 1, from 64 random bits: (bits / 2^11 + 1/2) * 2^-53.
double uniform_of(std::uint64_t bits);

// out[k] = the standard normal number first + k of the stream.
void draw_normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t first, std::span<double> out);

// out[k] = the uniform number first + k of the stream.
void draw_uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t first, std::span<double> out);

// The numbers of arbitrary indices: out[k] = number index[k].
void draw_normal(std::uint64_t seed, std::uint64_t stream, std::span<const std::uint64_t> index,
                 std::span<double> out);
void draw_uniform(std::uint64_t seed, std::uint64_t stream, std::span<const std::uint64_t> index,
                  std::span<double> out);

}  // namespace synfire
