// Names of model files as C and C++ identifiers.
#include <string_view>

#include "targets/mcu/mcu.hpp"

namespace synfire::mcu {
namespace {

// Keywords of C17 and C++23, alternative tokens, names that the emitted sources, the C library or predefined
// macros already use; each between blanks.
constexpr std::string_view reserved =
    " NULL abort abs access acos alarm alignas alignof and and_eq asin asm assert atan atexit atomic "
    "auto bind bitand bitor bool break calloc case catch ceil char char16_t char32_t char8_t class "
    "clock close co_await co_return co_yield compl complex concept connect const const_cast consteval "
    "constexpr constinit continue cos cosh daemon decltype default delete div do double dup "
    "dynamic_cast else enum erf errno exec exit exp explicit export extern fabs false fault final "
    "float floor for fork free friend gamma gets goto if imaginary import index inline int int16_t "
    "int32_t int64_t int8_t isalpha j0 j1 jn kill labs ldiv link linux listen log logb long main "
    "malloc modf module mutable namespace new nice noexcept not not_eq nullptr open operator or or_eq "
    "override pause pipe poll pow printf private protected public puts raise rand random read realloc "
    "register reinterpret_cast remove rename requires restrict return rewind rindex round scanf "
    "select semihost send short signal signed sin sinh sizeof sleep sqrt srand start stat static "
    "static_assert static_cast std stderr stdin stdout strlen struct switch sync synfire system tan "
    "tables tanh template this thread_local throw time times true trunc try typedef typeid typename typeof "
    "uint16_t uint32_t uint64_t uint8_t union unix unlink unsigned using values virtual void volatile wait "
    "wchar_t while write xor xor_eq y0 y1 yn "
    "bss_end bss_start data_end data_image data_start stack_top ";

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
    if (reserved.find(" " + id + " ") != std::string_view::npos) id += "_network";
    return id;
}

}  // namespace synfire::mcu
