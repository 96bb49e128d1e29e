// HDF5's C library behind plain data.
#pragma once

#include "compiler/frontend/hdf5/limits.hpp"
#include "compiler/frontend/hdf5/tree.hpp"

namespace synfire::hdf5 {

// Throws InputError. Some damaged files make libhdf5 write outside its buffers, so that anything may happen
// in this process: read_tree calls this in a process of its own.
Tree read_with_library(const Source& source, const Format& format, const Limits& limits);

}  // namespace synfire::hdf5
