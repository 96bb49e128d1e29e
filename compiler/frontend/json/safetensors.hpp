// .safetensors files: the length of a JSON header (8 bytes), the header, the values. The header names type,
// shape and byte range of every array; nothing in the file is executed.
#pragma once

#include <cstddef>
#include <string>

#include "compiler/support/shape.hpp"

namespace synfire::json {

struct SafetensorsEntry {
    std::string dtype;  // as in stored_values.hpp
    Shape shape;
    std::size_t begin = 0;  // bytes of the file; as many as shape and dtype need
    std::size_t size = 0;
};

// what: the file, for messages. Throws InputError: not such a file, no such key (the keys are listed), a
// dtype that is not read, ranges that leave the file or do not fit the shape.
SafetensorsEntry find_in_safetensors(const std::string& bytes, const std::string& key,
                                     const std::string& what);

}  // namespace synfire::json
