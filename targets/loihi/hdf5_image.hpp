// An HDF5 file in memory: groups, int32 arrays and short texts, without time stamps. HDF5's own headers stay
// in hdf5_image.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/shape.hpp"

namespace synfire::loihi {

class Hdf5Image {
  public:
    Hdf5Image();
    ~Hdf5Image();
    Hdf5Image(const Hdf5Image&) = delete;
    Hdf5Image& operator=(const Hdf5Image&) = delete;

    // path: "layer/0/weight", the groups on the way are made. shape {}: a scalar.
    void add(const std::string& path, const Shape& shape, const std::vector<std::int32_t>& values);
    // A fixed-length string in an array of one, as h5py and slayer write it.
    void add_text(const std::string& path, const std::string& text);
    // The whole file.
    std::string bytes();

  private:
    std::int64_t file_;  // hid_t
};

}  // namespace synfire::loihi
