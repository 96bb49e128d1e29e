// NIR as JSON: the tree of a .nir file written as objects, {"version": "1.0", "node": {"type": "NIRGraph",
// "nodes": {...}, "edges": [["a", "b"], ...]}}. There is no standard for it; tools without HDF5 write it.
#pragma once

#include <string>

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/frontend/json/parse.hpp"

namespace synfire::nir {

// Whether the document has such a graph at its top.
bool is_nir_json(const json::Value& document);

// Objects become groups, numbers and regular nested lists of them arrays, truth values 0 and 1; what is null
// is left out. Throws InputError: lists that are not regular or hold something else, names that are no text
// of 1 to 200 bytes.
hdf5::Tree tree_of(const json::Value& document, const std::string& file);

}  // namespace synfire::nir
