// Connections as the quantizer sees them: all linear stages multiplied into one matrix, with a maximum pool
// at most at either end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/network/network.hpp"

namespace synfire {

// A real matrix by rows; where `column` is empty every row has all inputs, else row o has the entries
// first[o] .. first[o + 1] - 1 in ascending columns.
struct Matrix {
    std::size_t outputs = 0;
    std::size_t inputs = 0;
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> column;
    std::vector<double> weight;
    std::vector<double> bias;  // [outputs]; empty: none

    bool sparse() const { return !first.empty(); }
    std::size_t begin(std::size_t row) const { return sparse() ? first[row] : row * inputs; }
    std::size_t end(std::size_t row) const { return begin(row + 1); }
    std::size_t column_of(std::size_t row, std::size_t entry) const {
        return sparse() ? column[entry] : entry - row * inputs;
    }
};

struct Folded {
    std::optional<Pool> source_pool;  // maximum of what arrives
    Matrix matrix;
    std::optional<Pool> sum_pool;  // maximum of the sums
    std::vector<double> bias;      // [neurons of the target]; empty: none
    bool uneven_bias = false;      // the biases of one pool window differ: it cannot be folded
    std::size_t channels = 0;      // the target's channels whose synapses share weights; 0: none are shared
    std::optional<Convolution> convolution;  // what the matrix is, without weights, where it may be one
    double unit = 0;  // every weight is a whole multiple of it, where that is known; else 0
};

// What folding a connection takes; the quantizer bounds it beforehand.
struct FoldingCost {
    double multiplications = 0;
    double values = 0;  // of the largest product; 0 where there is nothing to fold
};
FoldingCost cost_of_folding(const Network& network, const Connection& connection);

// Empty where fold() can express the connection, else the reason why not: a maximum pool between two linear
// stages.
std::string reason_not_to_fold(const Connection& connection);

// A connection without stages passes each spike on with weight 1.
Folded fold(const Network& network, const Connection& connection);

// The population neuron whose scale row `row` of the matrix has; neurons: of the target.
inline std::size_t neuron_of_row(const Folded& folded, std::size_t row, std::size_t neurons) {
    return folded.sum_pool ? row * neurons / folded.matrix.outputs : row;
}

// What is added in every step, per neuron, or one value for all.
struct Biases {
    PerNeuron v;  // to the membrane potential
    PerNeuron
        u;  // to the current of neurons that filter it; biases of connections stand in front of the filter
};

// folded: one per connection of the network.
Biases total_biases(const Network& network, const std::vector<Folded>& folded, std::size_t population);

}  // namespace synfire
