// NumPy arrays: .npy files and the .npz archives that np.savez writes (stored or deflated).
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/support/shape.hpp"

namespace synfire {

using NpyValues = std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::int16_t>,
                               std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<float>,
                               std::vector<double>>;

// Row-major. bool is read as uint8 with values 0 and 1.
struct NpyArray {
    Shape shape;
    NpyValues values;
    bool is_bool = false;
};

// what: the name that messages give, e.g. "input.npy" or "digits.npz:fc1.weight".
// Throws InputError: not an .npy, unsupported dtype, big endian, sizes that disagree with the bytes present.
// Fortran order is accepted and turned into row-major.
NpyArray parse_npy(const std::string& bytes, const std::string& what);

// One member of an .npz archive. Throws InputError: not a zip, no such key (the keys are listed), damaged
// data.
NpyArray parse_npz(const std::string& bytes, const std::string& key, const std::string& what);

// Version 1.0 .npy bytes; the same bytes on every host.
std::string to_npy(const NpyArray& array);

// The values as doubles. Exact for all types but 64-bit integers beyond 2^53, which are refused with
// InputError.
std::vector<double> to_doubles(const NpyArray& array, const std::string& what);

// `count` of them from the row-major index `first` on, so that a large array need not stand in memory twice.
std::vector<double> to_doubles(const NpyArray& array, std::size_t first, std::size_t count,
                               const std::string& what);

}  // namespace synfire
