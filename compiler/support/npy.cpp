// The .npy format (NumPy enhancement proposal 1) and .npz archives through libzip. The header is a Python
// dictionary literal of fixed form; only that form is understood.
#include "compiler/support/npy.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <zip.h>

#include <fmt/format.h>

#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are copied as little-endian bytes");

[[noreturn]] void fail(const std::string& what, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.file = what;
    d.reason = reason;
    d.hint = hint;
    throw InputError(d);
}

// NumPy's own limit.
constexpr std::size_t max_axes = 64;

constexpr const char* resave = "save it again with numpy.save";

// The text between key's colon and the next top-level comma or brace: "'<f4'", "False" or "(2, 3)".
std::string_view header_value(std::string_view header, std::string_view key, const std::string& what) {
    const std::string quoted = fmt::format("'{}':", key);
    std::size_t begin = header.find(quoted);
    if (begin == std::string_view::npos) fail(what, fmt::format("the header has no '{}'", key), resave);
    begin += quoted.size();
    while (begin < header.size() && header[begin] == ' ') ++begin;
    if (begin >= header.size()) fail(what, "the header is cut short", resave);
    const std::size_t end =
        header[begin] == '(' ? header.find(')', begin) : header.find_first_of(",}", begin);
    if (end == std::string_view::npos) fail(what, "the header is cut short", resave);
    return header.substr(begin, end - begin + (header[begin] == '(' ? 1 : 0));
}

Shape parse_shape(std::string_view text, const std::string& what) {
    Shape shape;
    bool in_number = false;
    std::size_t number = 0;
    for (char c : text) {
        if (c >= '0' && c <= '9') {
            number = (in_number ? number * 10 : 0) + static_cast<std::size_t>(c - '0');
            in_number = true;
            if (number > max_elements)
                fail(what, fmt::format("shape {} is too large", text), "split the array");
        } else if (c == ',' || c == ')') {
            if (in_number) shape.push_back(number);
            if (shape.size() > max_axes)
                fail(what, fmt::format("has more than {} axes", max_axes), "reshape the array");
            in_number = false;
        } else if (c != '(' && c != ' ') {
            fail(what, fmt::format("shape {} is not understood", text), resave);
        }
    }
    return shape;
}

NpyValues make_values(std::string_view dtype, const std::string& what) {
    if (dtype == "'|b1'" || dtype == "'|u1'") return std::vector<std::uint8_t>{};
    if (dtype == "'|i1'") return std::vector<std::int8_t>{};
    if (dtype == "'<i2'") return std::vector<std::int16_t>{};
    if (dtype == "'<i4'") return std::vector<std::int32_t>{};
    if (dtype == "'<i8'") return std::vector<std::int64_t>{};
    if (dtype == "'<f4'") return std::vector<float>{};
    if (dtype == "'<f8'") return std::vector<double>{};
    fail(what, fmt::format("dtype {} is not supported", dtype),
         "convert it: bool, uint8, int8, int16, int32, int64, float32 and float64 are read (little endian)");
}

const char* dtype_name(std::uint8_t) {
    return "|u1";
}
const char* dtype_name(std::int8_t) {
    return "|i1";
}
const char* dtype_name(std::int16_t) {
    return "<i2";
}
const char* dtype_name(std::int32_t) {
    return "<i4";
}
const char* dtype_name(std::int64_t) {
    return "<i8";
}
const char* dtype_name(float) {
    return "<f4";
}
const char* dtype_name(double) {
    return "<f8";
}

// Fortran order to row-major: element k of the result is found by walking the row-major index.
template <class T>
std::vector<T> transposed(const std::vector<T>& values, const Shape& shape) {
    std::vector<T> result(values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
        std::size_t rest = k, source = 0;
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            std::size_t stride = 1;
            for (std::size_t a = 0; a < axis; ++a) stride *= shape[a];
            source += rest % shape[axis] * stride;
            rest /= shape[axis];
        }
        result[k] = values[source];
    }
    return result;
}

struct ZipCloser {
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

std::string member_names(zip_t* archive) {
    std::string names;
    const zip_int64_t count = std::min<zip_int64_t>(zip_get_num_entries(archive, 0), 20);
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
        std::string_view view = name == nullptr ? "?" : name;
        if (view.ends_with(".npy")) view.remove_suffix(4);
        names += (names.empty() ? "" : ", ") + std::string(view);
    }
    return names;
}

}  // namespace

NpyArray parse_npy(const std::string& bytes, const std::string& what) {
    constexpr std::string_view magic = "\x93NUMPY";
    if (bytes.size() < 10 || std::string_view(bytes).substr(0, 6) != magic)
        fail(what, "is not a NumPy array", resave);
    const bool version1 = bytes[6] == 1;
    const std::size_t length_bytes = version1 ? 2 : 4;
    std::size_t header_size = 0;
    if (bytes.size() < 8 + length_bytes) fail(what, "the header is cut short", resave);
    for (std::size_t i = 0; i < length_bytes; ++i)
        header_size |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[8 + i])) << (8 * i);
    const std::size_t data = 8 + length_bytes + header_size;
    if (data > bytes.size()) fail(what, "the header is cut short", resave);
    const std::string_view header = std::string_view(bytes).substr(8 + length_bytes, header_size);

    NpyArray array;
    array.values = make_values(header_value(header, "descr", what), what);
    array.is_bool = header_value(header, "descr", what) == "'|b1'";
    array.shape = parse_shape(header_value(header, "shape", what), what);
    const bool fortran = header_value(header, "fortran_order", what).starts_with("True");
    const std::optional<std::size_t> count = element_count(array.shape);
    if (!count) fail(what, fmt::format("shape {} is too large", to_string(array.shape)), "split the array");
    std::visit(
        [&](auto& values) {
            const std::size_t element = sizeof(values[0]);
            if (bytes.size() - data != *count * element)
                fail(what,
                     fmt::format("shape {} needs {} bytes of data, the file has {}", to_string(array.shape),
                                 *count * element, bytes.size() - data),
                     "the file is damaged or cut short; copy it again");
            values.resize(*count);
            if (*count > 0) std::memcpy(values.data(), bytes.data() + data, *count * element);
            if (fortran && array.shape.size() > 1) values = transposed(values, array.shape);
        },
        array.values);
    return array;
}

NpyArray parse_npz(const std::string& bytes, const std::string& key, const std::string& what) {
    const std::string hint = "save it again with numpy.savez";
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source == nullptr) SYNFIRE_BUG("zip_source_buffer_create failed");
    const std::unique_ptr<zip_t, ZipCloser> archive(zip_open_from_source(source, ZIP_RDONLY, &error));
    if (!archive) {
        zip_source_free(source);
        fail(what, "is not an .npz archive", hint);
    }
    zip_stat_t stat;
    if (zip_stat(archive.get(), (key + ".npy").c_str(), 0, &stat) != 0)
        fail(what, fmt::format("has no array '{}'", key), "it has: " + member_names(archive.get()));
    if ((stat.valid & ZIP_STAT_SIZE) == 0 || stat.size > max_file_bytes)
        fail(what, fmt::format("array '{}' is too large", key), "split the array");
    const std::unique_ptr<zip_file_t, ZipCloser> member(zip_fopen_index(archive.get(), stat.index, 0));
    if (!member) fail(what, fmt::format("array '{}' cannot be opened", key), hint);
    // The size in the archive is only a claim: grow with what is really there.
    std::string data;
    std::string block(std::size_t{1} << 20, '\0');
    for (zip_int64_t got; (got = zip_fread(member.get(), block.data(), block.size())) != 0;) {
        if (got < 0) fail(what, fmt::format("array '{}' is damaged", key), hint);
        data.append(block, 0, static_cast<std::size_t>(got));
        if (data.size() > stat.size) fail(what, fmt::format("array '{}' is longer than stated", key), hint);
    }
    return parse_npy(data, what + ":" + key);
}

std::string to_npy(const NpyArray& array) {
    return std::visit(
        [&](const auto& values) {
            const std::string shape =
                fmt::format("({}{})", fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
            std::string header =
                fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                            dtype_name(typename std::decay_t<decltype(values)>::value_type{}), shape);
            const std::size_t padded = (10 + header.size() + 1 + 63) / 64 * 64;
            header.append(padded - 10 - header.size() - 1, ' ');
            header += '\n';
            std::string bytes = "\x93NUMPY";
            bytes += {1, 0, static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
            bytes += header;
            const std::size_t start = bytes.size(), size = values.size() * sizeof(values[0]);
            bytes.resize(start + size);
            if (size > 0) std::memcpy(bytes.data() + start, values.data(), size);
            return bytes;
        },
        array.values);
}

std::vector<double> to_doubles(const NpyArray& array, const std::string& what) {
    const std::size_t count = std::visit([](const auto& values) { return values.size(); }, array.values);
    return to_doubles(array, 0, count, what);
}

std::vector<double> to_doubles(const NpyArray& array, std::size_t first, std::size_t count,
                               const std::string& what) {
    return std::visit(
        [&](const auto& values) {
            if (first > values.size() || count > values.size() - first)
                SYNFIRE_BUG("values beyond the end of an array");
            std::vector<double> result(count);
            for (std::size_t i = 0; i < count; ++i) {
                const auto value = values[first + i];
                if constexpr (sizeof(value) == 8 && std::is_integral_v<std::decay_t<decltype(value)>>)
                    if (value > (std::int64_t{1} << 53) || value < -(std::int64_t{1} << 53))
                        fail(what, fmt::format("value {} at index {} is beyond 2^53", value, first + i),
                             "store it as float64 or int32");
                result[i] = static_cast<double>(value);
            }
            return result;
        },
        array.values);
}

}  // namespace synfire
