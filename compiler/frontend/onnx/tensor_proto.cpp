// TensorProto -> Tensor. Values sit in raw_data (little endian) or in one of the typed fields.
#include "compiler/frontend/onnx/tensor_proto.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

namespace synfire::onnx {
namespace {

using Type = ::onnx::TensorProto;

static_assert(std::endian::native == std::endian::little, "raw_data is little endian");

double half_to_double(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 31;
    const double fraction = bits & 1023;
    const double sign = (bits >> 15) != 0 ? -1.0 : 1.0;
    if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
    if (exponent == 0) return sign * std::ldexp(fraction, -24);
    return sign * std::ldexp(1024 + fraction, exponent - 25);
}

double bfloat_to_double(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

template <class Stored, class Convert>
std::vector<double> from_raw(const std::string& raw, std::size_t count, Convert convert) {
    if (raw.size() != count * sizeof(Stored))
        throw OperatorError("holds " + std::to_string(raw.size()) + " bytes where its shape and type need " +
                            std::to_string(count * sizeof(Stored)));
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        Stored stored;
        std::memcpy(&stored, raw.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = convert(stored);
    }
    return values;
}

template <class Field, class Convert>
std::vector<double> from_field(const Field& field, std::size_t count, Convert convert) {
    if (static_cast<std::size_t>(field.size()) != count)
        throw OperatorError("holds " + std::to_string(field.size()) + " values where its shape needs " +
                            std::to_string(count));
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = convert(field.Get(static_cast<int>(i)));
    return values;
}

template <class Stored, class Field>
std::vector<double> read(const Type& proto, const Field& field, std::size_t count) {
    const auto convert = [](auto stored) { return static_cast<double>(stored); };
    if (proto.has_raw_data()) return from_raw<Stored>(proto.raw_data(), count, convert);
    return from_field(field, count, convert);
}

template <class Convert>
std::vector<double> read_16_bit_float(const Type& proto, std::size_t count, Convert convert) {
    if (proto.has_raw_data()) return from_raw<std::uint16_t>(proto.raw_data(), count, convert);
    return from_field(proto.int32_data(), count,
                      [convert](std::int32_t bits) { return convert(static_cast<std::uint16_t>(bits)); });
}

std::vector<double> read_values(const Type& proto, std::size_t count) {
    switch (proto.data_type()) {
        case Type::FLOAT:
            return read<float>(proto, proto.float_data(), count);
        case Type::DOUBLE:
            return read<double>(proto, proto.double_data(), count);
        case Type::FLOAT16:
            return read_16_bit_float(proto, count, half_to_double);
        case Type::BFLOAT16:
            return read_16_bit_float(proto, count, bfloat_to_double);
        case Type::INT8:
            return read<std::int8_t>(proto, proto.int32_data(), count);
        case Type::INT16:
            return read<std::int16_t>(proto, proto.int32_data(), count);
        case Type::INT32:
            return read<std::int32_t>(proto, proto.int32_data(), count);
        case Type::INT64:
            return read<std::int64_t>(proto, proto.int64_data(), count);
        case Type::UINT8:
        case Type::BOOL:
            return read<std::uint8_t>(proto, proto.int32_data(), count);
        case Type::UINT16:
            return read<std::uint16_t>(proto, proto.int32_data(), count);
        case Type::UINT32:
            return read<std::uint32_t>(proto, proto.uint64_data(), count);
        case Type::UINT64:
            return read<std::uint64_t>(proto, proto.uint64_data(), count);
        default:
            throw OperatorError("has element type " + std::to_string(proto.data_type()) +
                                ", for which there is no rule");
    }
}

Element element_of(const Type& proto) {
    switch (proto.data_type()) {
        case Type::FLOAT:
        case Type::DOUBLE:
        case Type::FLOAT16:
        case Type::BFLOAT16:
            return Element::real;
        case Type::BOOL:
            return Element::boolean;
        default:
            return Element::integer;
    }
}

}  // namespace

Tensor read_tensor(const Type& proto) {
    if (proto.has_segment()) throw OperatorError("is a segment of a larger tensor");
    Tensor tensor;
    tensor.element = element_of(proto);
    if (proto.dims_size() > static_cast<int>(max_rank))
        throw OperatorError("has more than " + std::to_string(max_rank) + " axes");
    for (const std::int64_t dimension : proto.dims()) {
        if (dimension < 0) throw OperatorError("has a negative dimension");
        tensor.shape.push_back(static_cast<std::size_t>(dimension));
    }
    tensor.values = read_values(proto, checked_count(tensor.shape));
    for (std::size_t i = 0; i < tensor.values.size(); ++i)
        if (!std::isfinite(tensor.values[i]))
            throw OperatorError("value " + std::string(std::isnan(tensor.values[i]) ? "NaN" : "infinity") +
                                " at index " + std::to_string(i) + " is not a finite number");
    if (tensor.element == Element::boolean)
        for (double& value : tensor.values) value = value != 0 ? 1 : 0;
    return tensor;
}

}  // namespace synfire::onnx
