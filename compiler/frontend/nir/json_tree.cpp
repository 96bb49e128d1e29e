// The parser has bounded how deep the document is nested.
#include "compiler/frontend/nir/json_tree.hpp"

#include <utility>

#include <fmt/format.h>

#include "compiler/frontend/hdf5/limits.hpp"

namespace synfire::nir {
namespace {

using hdf5::Data;
using hdf5::Group;
using json::Place;
using json::Value;

[[noreturn]] void refuse_list(const Place& place, const std::string& reason) {
    json::fail(place, reason, "numbers, text, or lists of one shape of either",
               "write arrays row by row, as numpy's tolist() does");
}

// The shape that the first elements suggest; append() holds the others to it.
Shape shape_of(const Value& value) {
    Shape shape;
    for (const Value* inner = &value; inner->is_array(); inner = &inner->front()) {
        shape.push_back(inner->size());
        if (inner->empty()) break;
    }
    return shape;
}

void append(const Value& value, std::size_t axis, Data& data, const Place& place) {
    if (axis < data.shape.size()) {
        if (!value.is_array() || value.size() != data.shape[axis])
            refuse_list(place, fmt::format("is not regular: {} stands where lists of {} do",
                                           json::shown(value), data.shape[axis]));
        for (const Value& inner : value) append(inner, axis + 1, data, place);
        return;
    }
    const Data::Kind kind = value.is_string() ? Data::Kind::strings : Data::Kind::numbers;
    if (!value.is_string() && !value.is_number() && !value.is_boolean())
        refuse_list(place, fmt::format("holds {}", json::shown(value)));
    if (data.kind != Data::Kind::other && data.kind != kind) refuse_list(place, "mixes numbers and text");
    data.kind = kind;
    if (value.is_string())
        data.strings.push_back(value.get<std::string>());
    else
        data.numbers.push_back(value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>());
}

Data data_of(const Value& value, const Place& place) {
    Data data;
    data.shape = shape_of(value);
    append(value, 0, data, place);
    if (data.kind == Data::Kind::other) data.kind = Data::Kind::numbers;  // an empty list
    return data;
}

// As in HDF5: single values; anything else may be in there.
std::map<std::string, Data> metadata_of(const Value& value, const Place& place) {
    std::map<std::string, Data> metadata;
    if (!value.is_object()) return metadata;
    for (const auto& [name, inner] : value.items())
        if (inner.is_string() || inner.is_number() || inner.is_boolean())
            metadata.emplace(name, data_of(inner, place));
    return metadata;
}

Group group_of(const Value& object, const Place& place) {
    Group group;
    for (const auto& [name, value] : object.items()) {
        const Place inner = json::inside(place, name);
        if (!hdf5::is_plain(name, hdf5::Limits{}.name))
            json::fail(inner, "is a name that is no text of 1 to 200 bytes", "", "rename the node");
        if (value.is_null()) continue;
        if (name == "metadata")
            group.metadata = metadata_of(value, inner);
        else if (value.is_object())
            group.groups.emplace(name, group_of(value, inner));
        else
            group.data.emplace(name, data_of(value, inner));
    }
    return group;
}

}  // namespace

bool is_nir_json(const json::Value& document) {
    if (!document.is_object() || document.contains("format")) return false;
    const auto node = document.find("node");
    return node != document.end() && node->is_object() && node->contains("type") &&
           (*node)["type"] == "NIRGraph";
}

hdf5::Tree tree_of(const json::Value& document, const std::string& file) {
    hdf5::Tree tree;
    tree.root = group_of(document, {file, "", ""});
    return tree;
}

}  // namespace synfire::nir
