// An HDF5 file that is written in memory, in the old layout that every reader knows: contiguous arrays,
// nothing compressed, no time stamps; the same bytes every time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/shape.hpp"

namespace synfire::hdf5 {

// Paths are "/group/group/name"; the groups appear when they are first used. A shape [] makes a scalar.
class Image {
  public:
    Image();
    ~Image();
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    void add(const std::string& path, const Shape& shape, const std::vector<double>& values);
    void add(const std::string& path, const Shape& shape, const std::vector<std::int64_t>& values);
    // Text of variable length, UTF-8, as h5py writes it.
    void add(const std::string& path, const Shape& shape, const std::vector<std::string>& values);
    void add(const std::string& path, const std::string& text) {
        add(path, {}, std::vector<std::string>{text});
    }
    // An empty group.
    void add_group(const std::string& path);

    std::string bytes() const;

  private:
    void write(const std::string& path, const Shape& shape, std::size_t count, std::int64_t file_type,
               std::int64_t memory_type, const void* data);

    std::int64_t file_;
};

}  // namespace synfire::hdf5
