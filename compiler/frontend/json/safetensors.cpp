// The header is untrusted JSON; every number in it is checked against the bytes that are there.
#include "compiler/frontend/json/safetensors.hpp"

#include <cstdint>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/stored_values.hpp"

namespace synfire::json {
namespace {

constexpr std::size_t length_bytes = 8;
const char* const resave = "save it again with safetensors.numpy.save_file";

const std::map<std::string, std::string>& dtypes() {
    static const std::map<std::string, std::string> names = {
        {"F64", "f64"}, {"F32", "f32"}, {"F16", "f16"}, {"BF16", "bf16"}, {"I32", "i32"},
        {"I16", "i16"}, {"I8", "i8"},   {"U8", "u8"},   {"BOOL", "u8"}};
    return names;
}

std::uint64_t header_length(const std::string& bytes) {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i)
        length |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return length;
}

std::string keys_of(const Value& header) {
    std::string keys;
    std::size_t count = 0;
    for (const auto& [name, entry] : header.items())
        if (name != "__metadata__" && ++count <= 20) keys += (keys.empty() ? "" : ", ") + shown_text(name);
    return keys;
}

// A list of whole numbers, each at most `most`.
std::optional<std::vector<std::size_t>> whole_numbers(const Value& entry, const char* field,
                                                      std::size_t most) {
    const auto found = entry.find(field);
    if (found == entry.end() || !found->is_array()) return std::nullopt;
    std::vector<std::size_t> numbers;
    for (const Value& number : *found) {
        if (!number.is_number_unsigned() || number.get<std::uint64_t>() > most) return std::nullopt;
        numbers.push_back(number.get<std::size_t>());
    }
    return numbers;
}

}  // namespace

SafetensorsEntry find_in_safetensors(const std::string& bytes, const std::string& key,
                                     const std::string& what) {
    const Place place{what, "", ""};
    if (bytes.size() < length_bytes || header_length(bytes) > bytes.size() - length_bytes)
        fail(place, "is not a .safetensors file, or cut short", "", resave);
    const auto length = static_cast<std::size_t>(header_length(bytes));
    const Value header = parse(std::string_view(bytes).substr(length_bytes, length), what);
    if (!header.is_object()) fail(place, "the header is not an object", "", resave);
    if (key == "__metadata__" || !header.contains(key))
        fail(place, fmt::format("has no array {}", shown(key)), "", "it has: " + keys_of(header));
    const Value& entry = header[key];
    const std::string of = fmt::format("array {}: ", shown(key));
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string())
        fail(place, of + "the header names no dtype", "", resave);
    const auto dtype = dtypes().find(entry["dtype"].get<std::string>());
    if (dtype == dtypes().end())
        fail(place, of + fmt::format("dtype {} is not read", shown(entry["dtype"])),
             "F64, F32, F16, BF16, I32, I16, I8, U8 or BOOL", "convert the array");
    const auto shape = whole_numbers(entry, "shape", max_elements);
    const auto range = whole_numbers(entry, "data_offsets", bytes.size());
    const auto count = shape ? element_count(*shape) : std::nullopt;
    const std::size_t data = length_bytes + length;
    if (!shape || !count || !range || range->size() != 2 || (*range)[0] > (*range)[1] ||
        (*range)[1] > bytes.size() - data || (*range)[1] - (*range)[0] != *count * size_of(dtype->second))
        fail(place, of + "shape and byte range do not fit each other or the file", "", resave);
    return {dtype->second, *shape, data + (*range)[0], (*range)[1] - (*range)[0]};
}

}  // namespace synfire::json
