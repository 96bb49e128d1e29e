#include "compiler/frontend/json/write_arrays.hpp"

#include <bit>
#include <cstdint>

namespace synfire::json {
namespace {

void append(std::string& out, std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte) out += static_cast<char>(value >> (8 * byte));
}

}  // namespace

void ArrayFile::add(const std::string& key, const Shape& shape, const std::vector<double>& values) {
    const std::size_t begin = data_.size();
    data_.reserve(begin + 8 * values.size());
    for (double x : values) append(data_, std::bit_cast<std::uint64_t>(x));
    header_[key] = {{"dtype", "F64"}, {"shape", shape}, {"data_offsets", {begin, data_.size()}}};
}

std::string ArrayFile::bytes() const {
    if (header_.empty()) return {};
    std::string header = header_.dump();
    header.resize((header.size() + 7) / 8 * 8, ' ');  // the format aligns the data
    std::string out;
    append(out, header.size());
    return out + header + data_;
}

}  // namespace synfire::json
