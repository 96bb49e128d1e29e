// Arrays of numbers as C++ source, in lines of bounded width.
#pragma once

#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace synfire::mcu {

inline constexpr std::size_t line_length = 100;

using Text = std::string;

template <class... Arguments>
void add(Text& text, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text), format, std::forward<Arguments>(arguments)...);
}

// Names come from model files: only what can neither end a comment line nor confuse an editor.
inline Text for_comment(const Text& name) {
    Text text;
    for (char c : name.substr(0, 60)) text += c > ' ' && c < 0x7F && c != '\\' && c != '?' ? c : '_';
    return text;
}

inline const char* integer_type(int bytes) {
    return bytes == 1 ? "int8_t" : bytes == 2 ? "int16_t" : "int32_t";
}

template <class Value>
void add_numbers(Text& text, const std::vector<Value>& values) {
    Text line = "   ";
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Text number = fmt::format(" {}{}", values[i], i + 1 < values.size() ? "," : "");
        if (line.size() + number.size() > line_length) {
            text += line + "\n";
            line = "   ";
        }
        line += number;
    }
    text += line;
}

template <class Value>
void add_array(Text& text, const char* section, const char* type, const Text& name,
               const std::vector<Value>& values, const char* more_attributes = "") {
    // C++ has no empty arrays.
    const std::vector<Value> one{Value{}};
    const std::vector<Value>& printed = values.empty() ? one : values;
    // A section of its own, so that the linker can drop what an image does not read.
    add(text, "[[gnu::section(\".rodata.{}.{}\"){}]] const {} {}[{}] = {{\n", section, name, more_attributes,
        type, name, printed.size());
    add_numbers(text, printed);
    text += "};\n";
}

}  // namespace synfire::mcu
