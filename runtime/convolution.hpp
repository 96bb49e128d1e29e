// Convolutions whose kernel is stored once: every event adds the kernel to the sums that it reaches. The
// weights of all filters lie side by side, as the sums of all channels do (Population sums in engine.hpp), so
// that one row of the kernel is one run of additions. Freestanding C++17.
#pragma once

#include <stdint.h>

#include "runtime/column.hpp"

namespace synfire::rt {

constexpr uint8_t convolution_bits = 1;  // Connection::bits of one

// Where one row of the image meets the kernel; the same for columns. Kernel rows are stored in the order of
// the output rows that they lead to, those that an image row meets together side by side.
struct Reach {
    uint16_t output;  // the first output row
    uint8_t first;    // the kernel row that leads there
    uint8_t count;    // of kernel rows from `first` on
};

// Distances are in numbers of sums or weights.
struct Convolution {
    const void* weights;       // [channels][kernel rows][kernel columns][filters of a group]
    const Reach* rows;         // [height of the image]
    const Reach* columns;      // [width]
    uint32_t kernel;           // weights of one channel
    uint32_t group;            // from the sums of one group to those of the next
    uint16_t height;           // of the image
    uint16_t width;            // of the image
    uint16_t channels;         // of a group
    uint16_t filters;          // of a group
    uint16_t kernel_row;       // weights of one row
    uint16_t output_row;       // from the sums of one output row to those of the next
    uint16_t output_column;    // likewise
    uint16_t row_distance;     // between the output rows that successive kernel rows lead to
    uint16_t column_distance;  // likewise
    uint16_t distance;         // between the sums that a row of the kernel leads to
    uint8_t bytes;             // of a weight: 1 or 2
    bool whole_rows;           // the sums that a kernel row leads to are equally far from each other
};

template <class Weight>
[[gnu::always_inline]] inline void add_four(int32_t* sum, const Weight* weights) {
    const Weight a = weights[0], b = weights[1], c = weights[2], d = weights[3];
    sum[0] += a;
    sum[1] += b;
    sum[2] += c;
    sum[3] += d;
}

// Adds `rows` kernel rows of `run` weights each to sums that are `distance` apart. noinline: a function of
// its own has registers for all of this.
template <class Weight>
[[gnu::noinline]] void add_block(const Convolution& c, int32_t* sum, const Weight* weights, uint32_t run,
                                 uint32_t rows) {
    const uint32_t distance = c.distance, eights = distance == 1 ? run / 8 : 0, rest = run - 8 * eights;
    // From the end of one row to the start of the next.
    const auto next_sum = static_cast<int32_t>(c.row_distance) - static_cast<int32_t>(run * distance);
    const auto next_weight = static_cast<int32_t>(c.kernel_row) - static_cast<int32_t>(run);
    for (; rows > 0; --rows, weights += next_weight, sum += next_sum) {
        for (uint32_t k = eights; k > 0; --k, weights += 8, sum += 8) {
            add_four(sum, weights);
            add_four(sum + 4, weights + 4);
        }
        for (uint32_t k = rest; k > 0; --k, sum += distance) *sum += *weights++;
    }
}

// Adds the kernel for all events. Those are followed row by row, as they ascend; where they do not, from the
// start.
template <class Weight>
[[gnu::noinline]] void add_kernels(int32_t* sum, const Convolution& c, Events events) {
    const uint16_t* event = events.neurons;
    const uint16_t* const end = event + events.count;
    while (event != end) {
        // The place of a row in the image, the kernel of its channel and the sums of that one's group.
        uint32_t first = 0, y = 0, channels = c.channels;
        const auto* kernel = static_cast<const Weight*>(c.weights);
        int32_t* group = sum;
        for (; event != end && *event >= first; first += c.width, ++y) {
            if (y == c.height) {
                y = 0;
                kernel += c.kernel;
                if (--channels == 0) {
                    channels = c.channels;
                    group += c.group;
                }
            }
            const Reach row = c.rows[y];
            const Weight* const row_weights = kernel + row.first * c.kernel_row;
            int32_t* const row_sums = group + row.output * c.output_row;
            for (; event != end && uint32_t{*event} - first < c.width; ++event) {
                const Reach column = c.columns[*event - first];
                const uint32_t filters = c.filters;
                const Weight* weights = row_weights + column.first * filters;
                int32_t* to = row_sums + column.output * c.output_column;
                if (c.whole_rows) {
                    add_block(c, to, weights, column.count * filters, row.count);
                    continue;
                }
                for (uint32_t x = column.count; x > 0; --x, weights += filters, to += c.column_distance)
                    add_block(c, to, weights, filters, row.count);
            }
        }
    }
}

}  // namespace synfire::rt
