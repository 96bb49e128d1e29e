// Checked access to the JSON of golden vectors: every number in its range, every array of its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/support/shape.hpp"

namespace synfire::golden {

using nlohmann::json;

// No public vector comes near these; they bound what a damaged file can make us allocate.
inline constexpr std::size_t max_neurons = 1 << 16;
inline constexpr std::size_t max_steps = 1 << 16;
inline constexpr std::size_t max_weights = 1 << 24;

inline std::int64_t integer(const json& value, const std::string& what, std::int64_t low, std::int64_t high) {
    if (!value.is_number_integer()) throw std::runtime_error(what + " is not a whole number");
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        throw std::runtime_error(what + " is out of range");
    const auto number = value.get<std::int64_t>();
    if (number < low || number > high)
        throw std::runtime_error(what + " " + std::to_string(number) + " is not in " + std::to_string(low) +
                                 ".." + std::to_string(high));
    return number;
}

inline std::int32_t int32(const json& value, const std::string& what) {
    return static_cast<std::int32_t>(integer(value, what, INT32_MIN, INT32_MAX));
}

inline std::size_t count(const json& value, const std::string& what, std::size_t most) {
    return static_cast<std::size_t>(integer(value, what, 0, static_cast<std::int64_t>(most)));
}

// An array of exactly `size` 32-bit numbers.
inline std::vector<std::int32_t> integers(const json& values, const std::string& what, std::size_t size) {
    if (!values.is_array() || values.size() != size)
        throw std::runtime_error(what + " does not hold " + std::to_string(size) + " values");
    std::vector<std::int32_t> result;
    result.reserve(size);
    for (const json& value : values) result.push_back(int32(value, what));
    return result;
}

inline Shape shape(const json& values, const std::string& what, std::size_t most) {
    Shape result;
    for (const json& value : values) result.push_back(count(value, what, most));
    const auto elements = element_count(result);
    if (!elements || *elements == 0 || *elements > most)
        throw std::runtime_error(what + " " + to_string(result) + " is empty or too large");
    return result;
}

// A tensor {"shape": [...], "data": [row-major integers]}.
struct Tensor {
    Shape shape;
    std::vector<std::int32_t> data;
};

inline Tensor tensor(const json& value, const std::string& what, std::size_t most) {
    Tensor result{shape(value.at("shape"), what + " shape", most), {}};
    result.data = integers(value.at("data"), what, *element_count(result.shape));
    return result;
}

}  // namespace synfire::golden
