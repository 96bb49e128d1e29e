// Which connections are stored as a kernel that all places of an image share, and the tables of those
// (runtime/convolution.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "runtime/convolution.hpp"

namespace synfire::mcu {

struct Width {
    int bits = 16;         // of every weight once it is divided by 2^factor_bits
    int factor_bits = 15;  // a power of two that divides all weights
};

// The fewest bits, 2, 4, 8 or 16, that hold all weights without loss, and the smallest power of two to divide
// them by for that: Loihi's mixed-sign weights are even and reach -256, half of each fits one byte.
Width narrowest(const std::vector<std::int16_t>& weights);

// What a connection takes as a matrix, and as a list of synapses; where it has none, those take no less.
struct SynapseBytes {
    std::size_t dense = 0;
    std::size_t sparse = 0;
};
SynapseBytes synapse_bytes(const IntConnection& connection, int bits);

// A kernel, and how its rows and columns lie on those of the image.
struct SharedKernel {
    Convolution shape;                 // without weights
    Width width;                       // 8 or 16 bits
    std::vector<std::int16_t> weight;  // divided, in the order of rt::Convolution::weights
    std::vector<rt::Reach> rows;       // of the image
    std::vector<rt::Reach> columns;
    std::size_t row_distance = 1;     // between the outputs of successive kernel rows
    std::size_t column_distance = 1;  // likewise
};

// rt::Convolution, with distances that fit the order of a population's sums.
struct ConvolutionTable {
    std::vector<rt::Reach> rows, columns;
    bool square = false;  // both are the same table
    std::size_t kernel = 0, group = 0, channels = 0, filters = 0, kernel_row = 0, output_row = 0,
                output_column = 0, row_distance = 0, column_distance = 0, distance = 0;
    int bytes = 1;
    bool whole_rows = false;
};

// By connection: its kernel, where that takes less flash than the synapses one by one. None at all where all
// together save less than the code takes.
std::vector<std::optional<SharedKernel>> shared_kernels(const IntNetwork& network);

// How many channels of a population have their sums side by side; 1: sums lie in the order of the neurons,
// as connections need it of which `drawn` holds.
std::size_t channels_of_sums(const IntNetwork& network, std::size_t population,
                             const std::vector<std::optional<SharedKernel>>& kernels,
                             const std::function<bool(const IntConnection&)>& drawn);

ConvolutionTable placed(const SharedKernel& kernel, std::size_t channels_of_sums);

// With all its tables.
std::size_t flash_bytes(const ConvolutionTable& convolution, std::size_t weights);

}  // namespace synfire::mcu
