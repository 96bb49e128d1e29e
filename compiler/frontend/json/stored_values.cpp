// Bytes are copied, so the host must be little endian as well.
#include "compiler/frontend/json/stored_values.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace synfire::json {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are copied as little-endian bytes");

double half_to_double(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 0x1f;
    const double fraction = bits & 0x3ff;
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == 0) return sign * std::ldexp(fraction, -24);
    if (exponent == 31) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
    return sign * std::ldexp(1024.0 + fraction, exponent - 25);
}

// The upper half of a float.
double brain_to_double(std::uint16_t bits) {
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16));
}

template <class T, class ToDouble>
std::vector<double> copy(std::string_view bytes, ToDouble to_double) {
    std::vector<double> out(bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
        out[i] = to_double(value);
    }
    return out;
}

template <class T>
std::vector<double> copy(std::string_view bytes) {
    return copy<T>(bytes, [](T value) { return static_cast<double>(value); });
}

}  // namespace

std::size_t size_of(const std::string& dtype) {
    if (dtype == "f64") return 8;
    if (dtype == "f32" || dtype == "i32") return 4;
    if (dtype == "f16" || dtype == "bf16" || dtype == "i16") return 2;
    return 1;
}

std::vector<double> convert(std::string_view bytes, const std::string& dtype) {
    if (dtype == "f64") return copy<double>(bytes);
    if (dtype == "f32") return copy<float>(bytes);
    if (dtype == "f16") return copy<std::uint16_t>(bytes, half_to_double);
    if (dtype == "bf16") return copy<std::uint16_t>(bytes, brain_to_double);
    if (dtype == "i32") return copy<std::int32_t>(bytes);
    if (dtype == "i16") return copy<std::int16_t>(bytes);
    if (dtype == "i8") return copy<std::int8_t>(bytes);
    return copy<std::uint8_t>(bytes);
}

std::string decode_base64(const std::string& text, const Place& place) {
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t buffer = 0;
    int bits = 0;
    std::size_t end = text.size();
    while (end > 0 && text.size() - end < 2 && text[end - 1] == '=') --end;
    for (std::size_t i = 0; i < end; ++i) {
        const std::size_t digit = alphabet.find(text[i]);
        if (digit == std::string::npos)
            fail(place, fmt::format("the character at index {} is not base64", i),
                 "A-Z, a-z, 0-9, '+', '/' and '='", "use the standard alphabet, without line breaks");
        buffer = (buffer << 6 | static_cast<std::uint32_t>(digit)) & 0xffffff;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(buffer >> bits & 0xff);
    }
    if (text.size() % 4 != 0)
        fail(place, fmt::format("has {} characters", text.size()), "a multiple of 4",
             "is the text complete?");
    return bytes;
}

}  // namespace synfire::json
