// The layers of a .net file in their order, each of a type that can be read.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/frontend/netx/fields.hpp"
#include "compiler/support/report.hpp"

namespace synfire::netx {

struct Layer {
    std::string name;  // "layer3": the file's layer/3
    std::string type;  // input, dense, dense_rec, conv or flatten
    Fields fields;
    const hdf5::Group* neuron = nullptr;  // null: none

    // Of the neuron, which must exist.
    Fields neuron_fields() const { return {*neuron, fields.file, fields.node, "neuron/"}; }
};

// The layers live as long as the tree. Errors go to the report: layers without type, types and neurons that
// netx or Synfire does not know. Throws InputError: no layers, or not numbered 0, 1, ...
std::vector<Layer> read_layers(const hdf5::Tree& tree, const std::string& file, Report& report);

}  // namespace synfire::netx
