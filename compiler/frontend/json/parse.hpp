// Untrusted JSON text -> document. Stricter than JSON where a file could mean two things or cost too much.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "compiler/support/report.hpp"

namespace synfire::json {

using Value = nlohmann::json;

inline constexpr std::size_t max_nesting = 64;
inline constexpr std::size_t max_text_bytes = std::size_t{1}
                                              << 28;  // a document needs about 16 times as much

// file: for the messages. Throws InputError: not JSON (with line and column), text larger than
// max_text_bytes, nested deeper than max_nesting, a key twice in one object, a number beyond double
// precision's range.
Value parse(std::string_view text, const std::string& file);

// A short, printable rendering for messages: control characters escaped, cut after some 60 characters.
std::string shown(const Value& value);
std::string shown_text(const std::string& text);

// One more step of a JSON pointer (RFC 6901).
std::string child(const std::string& pointer, const std::string& key);
std::string child(const std::string& pointer, std::size_t index);

// Where in the model a message points.
struct Place {
    std::string file;
    std::string node;     // "'lif1' (neuron)"; empty outside layers
    std::string pointer;  // JSON pointer of the field
};

// The same place, one step further in.
Place inside(const Place& place, const std::string& key);

Diagnostic complaint(const Place& place, const std::string& reason, const std::string& expected,
                     const std::string& hint);
// Throws InputError.
[[noreturn]] void fail(const Place& place, const std::string& reason, const std::string& expected,
                       const std::string& hint);

}  // namespace synfire::json
