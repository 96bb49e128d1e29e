// Shapes of arrays and the checked size arithmetic that every untrusted size goes through.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace synfire {

using Shape = std::vector<std::size_t>;

// Arrays of untrusted files may not have more elements than this (8 GiB of doubles).
inline constexpr std::size_t max_elements = std::size_t{1} << 30;

// The number of elements, or nothing where it exceeds max_elements (no overflow on the way).
std::optional<std::size_t> element_count(const Shape& shape);

// "[2, 34, 34]"
std::string to_string(const Shape& shape);

}  // namespace synfire
