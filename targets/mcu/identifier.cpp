// Names of model files as C and C++ identifiers.
#include <algorithm>
#include <array>
#include <string_view>

#include "targets/mcu/mcu.hpp"

namespace synfire::mcu {
namespace {

// Keywords of C17 and C++23, alternative tokens, names that the emitted sources, the C library or common
// predefined macros already use.
constexpr auto reserved =
    std::to_array<std::string_view>({"NULL",      "alignas",       "alignof",     "and",
                                     "and_eq",    "asm",           "assert",      "atomic",
                                     "auto",      "bitand",        "bitor",       "bool",
                                     "break",     "case",          "catch",       "char",
                                     "char16_t",  "char32_t",      "char8_t",     "class",
                                     "co_await",  "co_return",     "co_yield",    "compl",
                                     "complex",   "concept",       "const",       "const_cast",
                                     "consteval", "constexpr",     "constinit",   "continue",
                                     "decltype",  "default",       "delete",      "do",
                                     "double",    "dynamic_cast",  "else",        "enum",
                                     "errno",     "explicit",      "export",      "extern",
                                     "false",     "fault",         "final",       "float",
                                     "for",       "friend",        "goto",        "if",
                                     "imaginary", "import",        "inline",      "int",
                                     "linux",     "long",          "main",        "module",
                                     "mutable",   "namespace",     "new",         "noexcept",
                                     "not",       "not_eq",        "nullptr",     "operator",
                                     "or",        "or_eq",         "override",    "private",
                                     "protected", "public",        "register",    "reinterpret_cast",
                                     "requires",  "restrict",      "return",      "semihost",
                                     "short",     "signed",        "sizeof",      "start",
                                     "static",    "static_assert", "static_cast", "std",
                                     "struct",    "switch",        "synfire",     "template",
                                     "this",      "thread_local",  "throw",       "true",
                                     "try",       "typedef",       "typeid",      "typename",
                                     "typeof",    "union",         "unix",        "unsigned",
                                     "using",     "virtual",       "void",        "volatile",
                                     "wchar_t",   "while",         "xor",         "xor_eq"});

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string identifier(const std::string& name) {
    constexpr std::size_t longest = 64;
    std::string id;
    for (char c : name.substr(0, longest)) {
        const bool usable = is_letter(c) || is_digit(c);
        if (usable)
            id += c;
        else if (!id.empty() && id.back() != '_')
            id += '_';
    }
    while (!id.empty() && id.back() == '_') id.pop_back();
    if (id.empty()) return "network";
    if (is_digit(id.front())) id.insert(0, "network_");
    if (std::find(reserved.begin(), reserved.end(), id) != reserved.end()) id += "_network";
    return id;
}

}  // namespace synfire::mcu
