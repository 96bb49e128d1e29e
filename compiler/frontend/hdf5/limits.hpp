// How much an HDF5 file may turn into. Checked where libhdf5 is read from, and again where the result
// arrives.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace synfire::hdf5 {

inline constexpr std::size_t deflate_ratio = 1100;  // deflate reaches 1032 at most

struct Limits {
    int depth = 24;                              // groups within groups
    std::size_t objects = 20000;                 // groups and datasets of a file
    std::size_t name = 200;                      // bytes of a name
    std::size_t values = std::size_t{1} << 27;   // of all datasets: 1 GiB as doubles
    std::size_t text = std::size_t{1} << 24;     // bytes of all strings
    std::size_t strings = std::size_t{1} << 15;  // of a dataset
};

// For a file of that many bytes.
inline Limits limits_of(std::size_t file_bytes) {
    constexpr std::size_t few_values = std::size_t{1} << 16;  // that any file may hold
    Limits limits;
    limits.values = std::min(limits.values, few_values + deflate_ratio * file_bytes);
    return limits;
}

// Names end up in messages and in names of files.
inline bool is_plain(const std::string& name, std::size_t most) {
    return !name.empty() && name.size() <= most && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

}  // namespace synfire::hdf5
