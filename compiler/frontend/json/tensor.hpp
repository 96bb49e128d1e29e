// Tensors of a JSON model: numbers, nested lists, arrays in files, integers with a scale, base64,
// initialisers.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/shape.hpp"

namespace synfire::json {

// What one model may expand to, in values (1 GiB): a short text can ask for any size.
inline constexpr std::size_t max_model_values = std::size_t{1} << 27;

// Where tensors come from and how much they may still take. One per model.
struct TensorSource {
    std::filesystem::path folder;  // files are read from here and from nowhere else
    std::size_t values_left = max_model_values;
    std::string open_path;  // the file read last: most models keep all weights in one
    std::string open_bytes;
};

// Takes n values from what the model may expand to; throws InputError where they exceed it.
void take(TensorSource& source, std::size_t n, const Place& place);

// All values of a tensor of the given shape, row-major; a number is repeated. what: the shape in words, e.g.
// "[units, inputs]". Throws InputError: another shape, values that are not finite, an unreadable file, too
// large.
std::vector<double> read_tensor(const Value& value, const Shape& shape, const std::string& what,
                                const Place& place, TensorSource& source);

// One value, or one per neuron. The tensor may have the population's shape or be a flat list.
PerNeuron read_per_neuron(const Value& value, const Shape& shape, const Place& place, TensorSource& source);

}  // namespace synfire::json
