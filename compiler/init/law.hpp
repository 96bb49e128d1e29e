// The distribution that the weights of one connection are drawn from, independently of each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace synfire {

struct NormalLaw {
    double sd = 0;
    double mean = 0;
};

// Between mean - half_width and mean + half_width; the variance is half_width^2 / 3.
struct UniformLaw {
    double half_width = 0;
    double mean = 0;
};

// sign * Exp(rate), all weights of one sign as Dale's law has it: mean 1 / rate, mean square 2 / rate^2.
struct ExponentialLaw {
    double rate = 1;
    double sign = 1;
};

using Law = std::variant<NormalLaw, UniformLaw, ExponentialLaw>;

double mean(const Law& law);
double mean_square(const Law& law);
double variance(const Law& law);
std::string to_string(const Law& law);

// The same distribution with all weights multiplied.
Law scaled(const Law& law, double factor);

// Which weights of which tensor.
struct Stream {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
};

// out[k] = weight first + k of the stream: row-major in the tensor's shape.
void draw(const Law& law, Stream stream, std::uint64_t first, std::span<double> out);

// out[k] = weight index[k] of the stream.
void draw(const Law& law, Stream stream, std::span<const std::uint64_t> index, std::span<double> out);

}  // namespace synfire
