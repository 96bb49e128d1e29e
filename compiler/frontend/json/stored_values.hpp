// Numbers as they are stored in files and in base64: little endian, one after the other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/frontend/json/parse.hpp"

namespace synfire::json {

// Bytes of one value. dtype: f64, f32, f16, bf16, i32, i16, i8 or u8.
std::size_t size_of(const std::string& dtype);

std::vector<double> convert(std::string_view bytes, const std::string& dtype);

// Throws InputError at place: a character that is not base64, or an incomplete group of four.
std::string decode_base64(const std::string& text, const Place& place);

}  // namespace synfire::json
