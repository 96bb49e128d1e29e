// Where the kernel of a convolution or pool meets its image.
#pragma once

#include <cstddef>

#include "compiler/network/stage.hpp"

namespace synfire {

// Calls visit(kernel index, input index) for every position of a kernel whose output is at (row, column) that
// lies inside the image; both indices count within one channel.
template <class Visit>
void for_each_inside(const Window& w, const Shape& input, std::size_t row, std::size_t column, Visit visit) {
    for (std::size_t y = 0; y < w.kernel[0]; ++y) {
        const std::size_t iy = row * w.stride[0] + y * w.dilation[0];
        if (iy < w.pad_before[0] || iy - w.pad_before[0] >= input[1]) continue;
        for (std::size_t x = 0; x < w.kernel[1]; ++x) {
            const std::size_t ix = column * w.stride[1] + x * w.dilation[1];
            if (ix < w.pad_before[1] || ix - w.pad_before[1] >= input[2]) continue;
            visit(y * w.kernel[1] + x, (iy - w.pad_before[0]) * input[2] + ix - w.pad_before[1]);
        }
    }
}

}  // namespace synfire
