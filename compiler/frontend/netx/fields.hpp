// The datasets of one layer. Writers differ in types: a number may be a scalar or an array of one, an integer
// may be stored as a float, a text as an array of one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::netx {

// One group of datasets and how messages name it.
struct Fields {
    const hdf5::Group& group;
    std::string file;
    std::string node;    // "'layer3' (conv)"
    std::string prefix;  // "neuron/" for those of a layer's neuron

    Diagnostic about(const std::string& field, const std::string& reason, const std::string& expected,
                     const std::string& hint) const;
    [[noreturn]] void refuse(const std::string& field, const std::string& reason, const std::string& expected,
                             const std::string& hint) const;

    bool has(const std::string& field) const { return group.data.count(field) != 0; }

    // All throw InputError where the dataset is missing, empty, of another kind, not finite or out of range.
    const hdf5::Data& numbers(const std::string& field) const;
    // Whole numbers from low to high.
    const hdf5::Data& integers(const std::string& field, double low, double high) const;
    std::int64_t integer(const std::string& field, std::int64_t low, std::int64_t high) const;
    std::string text(const std::string& field) const;
    // One value, or two: {height, width}.
    std::array<std::size_t, 2> pair(const std::string& field, std::int64_t low, std::int64_t high) const;
    // 1 to 3 positive sizes.
    Shape shape(const std::string& field) const;

    // As netx takes weights and biases: fractions are dropped, and a warning says so.
    std::vector<double> truncated(const std::string& field, Report& report) const;
    // values, stored as the dataset is shaped, as one value or one for each neuron. netx lets NumPy broadcast
    // them over Lava's [width, height, channels]; shape is [channels, height, width].
    PerNeuron per_neuron(const std::string& field, const std::vector<double>& values,
                         const Shape& shape) const;
};

}  // namespace synfire::netx
