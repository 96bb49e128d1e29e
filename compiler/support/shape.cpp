// Checked size arithmetic.
#include "compiler/support/shape.hpp"

#include <fmt/format.h>

namespace synfire {

std::optional<std::size_t> element_count(const Shape& shape) {
    std::size_t count = 1;
    for (std::size_t extent : shape) {
        if (extent == 0) return 0;
        if (count > max_elements / extent) return std::nullopt;
        count *= extent;
    }
    return count;
}

std::string to_string(const Shape& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace synfire
