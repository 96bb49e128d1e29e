// One function per form of tensor; all end in values with a shape, which are then fitted to what the layer
// needs.
#include "compiler/frontend/json/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "compiler/frontend/json/initialise.hpp"
#include "compiler/frontend/json/safetensors.hpp"
#include "compiler/frontend/json/stored_values.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"

namespace synfire::json {
namespace {

// An empty shape is a single number, which fits every shape.
struct Array {
    Shape shape;
    std::vector<double> values;
};

// The shape of a nested list; throws where its rows differ in length or depth.
Shape shape_of(const Value& list, const Place& place) {
    Shape shape;
    for (const Value* level = &list; level->is_array(); level = &level->front()) {
        if (level->empty()) fail(place, "is an empty list", "at least one number", "give the values");
        shape.push_back(level->size());
    }
    if (shape.size() > 4)
        fail(place, fmt::format("is nested {} levels deep", shape.size()), "at most 4 levels",
             "remove the extra lists");
    return shape;
}

// Copies a nested list, keeping the way to the current element for messages only.
struct Copier {
    const Shape& shape;
    const Place& place;
    std::vector<double>& out;
    std::vector<std::size_t> way;

    Place here() const {
        Place at = place;
        for (const std::size_t index : way) at.pointer = child(at.pointer, index);
        return at;
    }

    void operator()(const Value& value) {
        const std::size_t level = way.size();
        if (level == shape.size()) {
            if (!value.is_number())
                fail(here(), fmt::format("is {}", shown(value)), "a number", "all rows have the same depth");
            out.push_back(value.get<double>());
            return;
        }
        if (!value.is_array() || value.size() != shape[level])
            fail(here(), fmt::format("is {}", shown(value)),
                 fmt::format("a list of {}, as the first of its kind", shape[level]),
                 "all rows of a tensor have the same length");
        way.push_back(0);
        for (const Value& element : value) {
            (*this)(element);
            ++way.back();
        }
        way.pop_back();
    }
};

Array nested(const Value& value, const Place& place, TensorSource& source) {
    Array array{shape_of(value, place), {}};
    const std::optional<std::size_t> n = element_count(array.shape);
    take(source, n.value_or(max_elements), place);
    Copier{array.shape, place, array.values, {}}(value);
    return array;
}

// The count of elements that 'shape' promises; paid for.
std::size_t declared(const Value& tensor, Shape& shape, const Place& place, TensorSource& source) {
    shape = tensor["shape"].get<Shape>();
    const std::optional<std::size_t> n = element_count(shape);
    take(source, n.value_or(max_elements), inside(place, "shape"));
    return *n;
}

Array base64(const Value& tensor, const Place& place, TensorSource& source) {
    Array array;
    const std::size_t n = declared(tensor, array.shape, place, source);
    const std::string dtype = tensor["dtype"];
    const std::string bytes =
        decode_base64(tensor["base64"].get_ref<const std::string&>(), inside(place, "base64"));
    if (bytes.size() != n * size_of(dtype))
        fail(inside(place, "base64"), fmt::format("holds {} bytes", bytes.size()),
             fmt::format("{} bytes for shape {} of {}", n * size_of(dtype), to_string(array.shape), dtype),
             "check shape and dtype");
    array.values = convert(bytes, dtype);
    return array;
}

Array binary(const Value& tensor, const std::string& bytes, const Place& place, TensorSource& source) {
    for (const char* field : {"dtype", "shape"})
        if (!tensor.contains(field))
            fail(inside(place, field), "is missing", "a .bin file has no header that says it",
                 "add it, or use .npy");
    Array array;
    const std::size_t n = declared(tensor, array.shape, place, source);
    const std::string dtype = tensor["dtype"];
    const std::size_t offset = tensor.value("offset", std::size_t{0});
    if (offset > bytes.size() || bytes.size() - offset < n * size_of(dtype))
        fail(inside(place, "file"), fmt::format("has {} bytes", bytes.size()),
             fmt::format("{} bytes from offset {} on", n * size_of(dtype), offset),
             "check shape, dtype and offset");
    array.values = convert(std::string_view(bytes).substr(offset, n * size_of(dtype)), dtype);
    return array;
}

// The bytes of a file of the model's folder.
const std::string& open(const std::string& name, const Place& place, TensorSource& source) {
    if (name.find_first_of(std::string("\\\0", 2)) != std::string::npos)
        fail(place, "holds a backslash or a zero", "a relative path with '/'",
             "name a file beside the model");
    const std::string path = path_inside(source.folder, name).string();
    if (path != source.open_path) {
        source.open_path.clear();
        source.open_bytes = read_file(path);
        source.open_path = path;
    }
    return source.open_bytes;
}

void refuse(const Value& tensor, const std::vector<const char*>& fields, const std::string& kind,
            const Place& place) {
    for (const char* field : fields)
        if (tensor.contains(field))
            fail(inside(place, field), fmt::format("has no effect on a {} file", kind), "", "remove it");
}

std::string key_of(const Value& tensor, const std::string& kind, const Place& place) {
    if (!tensor.contains("key"))
        fail(inside(place, "key"), fmt::format("is missing; a {} file holds several arrays", kind),
             "the array's name", "add \"key\"");
    return tensor["key"];
}

Array from_npy(const NpyArray& read, const std::string& what, const Place& place, TensorSource& source) {
    take(source, element_count(read.shape).value_or(max_elements), place);
    return {read.shape, to_doubles(read, what)};
}

Array from_json_file(const std::string& bytes, const Value& tensor, const std::string& name,
                     const Place& place, TensorSource& source) {
    const std::string key = key_of(tensor, ".json", place);
    const Value document = parse(bytes, name);
    if (!document.is_object() || !document.contains(key))
        fail(inside(place, "key"), fmt::format("{} is not in {}", shown(key), shown_text(name)),
             "a key of the file", "check the spelling");
    if (!document[key].is_number() && !document[key].is_array())
        fail(inside(place, "key"), fmt::format("{} is {}", shown(key), shown(document[key])),
             "a number or a nested list", "name an array");
    return nested(document[key], inside(place, "key"), source);
}

Array from_safetensors(const std::string& bytes, const Value& tensor, const std::string& name,
                       const Place& place, TensorSource& source) {
    const SafetensorsEntry entry = find_in_safetensors(bytes, key_of(tensor, ".safetensors", place), name);
    take(source, element_count(entry.shape).value_or(max_elements), place);
    return {entry.shape, convert(std::string_view(bytes).substr(entry.begin, entry.size), entry.dtype)};
}

Array from_file(const Value& tensor, const Place& place, TensorSource& source) {
    const std::string name = tensor["file"];
    const Place file_place = inside(place, "file");
    const std::string extension = std::filesystem::path(name).extension().string();
    const std::vector<std::string> known = {".npy", ".npz", ".safetensors", ".json", ".bin"};
    if (std::find(known.begin(), known.end(), extension) == known.end())
        fail(file_place, fmt::format("{} has no known extension", shown(name)),
             ".npy, .npz, .safetensors, .json or .bin", "save the array with numpy.save or numpy.savez");
    try {
        const std::string& bytes = open(name, file_place, source);
        if (extension == ".bin") {
            refuse(tensor, {"key"}, ".bin", place);
            return binary(tensor, bytes, place, source);
        }
        refuse(tensor, {"dtype", "shape", "offset"}, extension, place);
        if (extension == ".json") return from_json_file(bytes, tensor, name, place, source);
        if (extension == ".safetensors") return from_safetensors(bytes, tensor, name, place, source);
        if (extension == ".npy") {
            refuse(tensor, {"key"}, ".npy", place);
            return from_npy(parse_npy(bytes, name), name, place, source);
        }
        const std::string key = key_of(tensor, ".npz", place);
        return from_npy(parse_npz(bytes, key, name), name + ":" + key, place, source);
    } catch (const InputError& e) {
        // Readers of files know the file; the user needs to know who asked for it.
        if (e.diagnostic.file == place.file) throw;
        fail(file_place, shown_text(e.diagnostic.file + ": " + e.diagnostic.reason), e.diagnostic.expected,
             e.diagnostic.hint.empty() ? "is the file complete and beside the model?" : e.diagnostic.hint);
    }
}

// scale or zero_point: one number, or one per index of the axis.
struct AlongAxis {
    std::vector<double> values;
    std::size_t stride;  // elements from one index of the axis to the next

    double at(std::size_t element) const {
        return values.size() == 1 ? values[0] : values[element / stride % values.size()];
    }
};

AlongAxis along_axis(const Value& tensor, const char* field, double otherwise, const Shape& shape,
                     const Place& place, TensorSource& source) {
    if (!tensor.contains(field)) return {{otherwise}, 1};
    const Array array = nested(tensor[field], inside(place, field), source);
    if (array.values.size() == 1) return {array.values, 1};
    const std::size_t axis = tensor.value("axis", std::size_t{0});
    if (axis >= shape.size())
        fail(inside(place, "axis"), fmt::format("{} is not an axis of shape {}", axis, to_string(shape)),
             fmt::format("0..{}", shape.empty() ? 0 : shape.size() - 1), "count axes from 0");
    if (array.shape.size() != 1 || array.values.size() != shape[axis])
        fail(inside(place, field), fmt::format("has shape {}", to_string(array.shape)),
             fmt::format("a number, or {} of them for axis {}", shape[axis], axis),
             "check scale, zero_point and axis");
    AlongAxis result{array.values, 1};
    for (std::size_t i = axis + 1; i < shape.size(); ++i) result.stride *= shape[i];
    return result;
}

// real = (value - zero_point) * scale.
void dequantise(const Value& tensor, Array& array, const Place& place, TensorSource& source) {
    if (!tensor.contains("scale")) {
        for (const char* field : {"zero_point", "axis"})
            if (tensor.contains(field))
                fail(inside(place, field), "has no effect without 'scale'", "",
                     "add \"scale\", or remove it");
        return;
    }
    for (std::size_t i = 0; i < array.values.size(); ++i)
        if (array.values[i] != std::floor(array.values[i]))
            fail(place, fmt::format("value {} at index {} is not an integer", array.values[i], i),
                 "integers that are multiplied by scale", "remove \"scale\" where the values are real");
    const AlongAxis scale = along_axis(tensor, "scale", 1, array.shape, place, source);
    const AlongAxis zero = along_axis(tensor, "zero_point", 0, array.shape, place, source);
    for (std::size_t i = 0; i < array.values.size(); ++i)
        array.values[i] = (array.values[i] - zero.at(i)) * scale.at(i);
}

// Everything but initialisers, which need the shape that is asked for.
Array load(const Value& value, const Place& place, TensorSource& source) {
    if (!value.is_object()) return nested(value, place, source);
    Array array = value.contains("file")     ? from_file(value, place, source)
                  : value.contains("base64") ? base64(value, place, source)
                                             : nested(value["values"], inside(place, "values"), source);
    dequantise(value, array, place, source);
    return array;
}

void check_finite(const std::vector<double>& values, const Place& place) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i]))
            fail(place, fmt::format("value {} at index {} is not finite", values[i], i), "finite numbers",
                 "did the training diverge?");
}

std::vector<double> filled(const Value& init, const Shape& shape, const Place& place, TensorSource& source) {
    take(source, element_count(shape).value_or(max_elements), place);
    return initialise(init, shape, inside(place, "init"));
}

}  // namespace

void take(TensorSource& source, std::size_t n, const Place& place) {
    if (n > source.values_left)
        fail(place, "makes the model larger than this program reads",
             fmt::format("at most {} values in one model", max_model_values),
             "check the sizes; is a number of units or inputs mistyped?");
    source.values_left -= n;
}

std::vector<double> read_tensor(const Value& value, const Shape& shape, const std::string& what,
                                const Place& place, TensorSource& source) {
    if (value.is_object() && value.contains("init")) return filled(value["init"], shape, place, source);
    Array array = load(value, place, source);
    check_finite(array.values, place);
    if (array.shape.empty()) {
        const std::optional<std::size_t> n = element_count(shape);
        take(source, n.value_or(max_elements), place);
        return std::vector<double>(*n, array.values.at(0));
    }
    if (array.shape != shape) {
        const bool transposed = shape.size() == 2 && array.shape == Shape{shape[1], shape[0]};
        fail(place, fmt::format("has shape {}", to_string(array.shape)),
             fmt::format("{}: {}", what, to_string(shape)),
             transposed ? "transpose it: a row per output"
                        : "check units, the input's shape and the layers before");
    }
    return std::move(array.values);
}

PerNeuron read_per_neuron(const Value& value, const Shape& shape, const Place& place, TensorSource& source) {
    const std::size_t n = element_count(shape).value_or(max_elements);
    if (value.is_object() && value.contains("init")) return filled(value["init"], {n}, place, source);
    Array array = load(value, place, source);
    check_finite(array.values, place);
    if (array.values.size() == 1) return std::move(array.values);
    if (array.shape != shape && array.shape != Shape{n})
        fail(place, fmt::format("has shape {}", to_string(array.shape)),
             fmt::format("a number, or one per neuron: {}", to_string(shape)),
             "check the size of the layer before");
    return std::move(array.values);
}

}  // namespace synfire::json
