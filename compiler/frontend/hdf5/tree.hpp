// The content of an HDF5 file as plain data: groups, arrays of numbers, strings. The bytes are untrusted:
// every size is checked before memory is taken for it, links lead nowhere outside the file, and filters other
// than those that h5py's users reach for are refused.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/support/files.hpp"
#include "compiler/support/shape.hpp"

namespace synfire::hdf5 {

struct Data {
    enum class Kind { numbers, strings, other } kind = Kind::other;
    Shape shape;                       // [] for a scalar
    std::vector<double> numbers;       // row-major
    std::vector<std::string> strings;  // row-major
};

struct Group {
    std::map<std::string, Group> groups;
    std::map<std::string, Data> data;
    std::map<std::string, Data> metadata;  // single values of its group "metadata"; anything may be in there
};

struct Tree {
    Group root;
    bool is_typed = false;  // the root has an attribute "__type__"; then nothing else was read
};

// The format that the file should have, for messages.
struct Format {
    std::string name;    // "NIR"
    std::string writer;  // "the nir package"
    std::string hint;    // how to get such a file
};

// Throws InputError: not HDF5, damaged, cut short, or larger than a network can be. Of a group
// named "metadata" only single numbers and strings are kept, and nothing in it is an error.
Tree read_tree(const Source& source, const Format& format);

}  // namespace synfire::hdf5
