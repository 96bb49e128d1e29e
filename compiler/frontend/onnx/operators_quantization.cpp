// Operators between numbers and their quantized codes: ONNX's QDQ pair and QONNX's Quant.
#include <algorithm>
#include <cmath>

#include "compiler/frontend/onnx/operator_rows.hpp"

namespace synfire::onnx {
namespace {

// Half to even, as every rounding of ONNX.
double to_nearest(double x) {
    return std::nearbyint(x);
}

// Scale and zero point of every element of x: one per tensor or one per index of an axis.
struct Codes {
    const Tensor& scale;
    const Tensor* zero_point;
    std::vector<std::size_t> index;

    double scale_at(std::size_t i) const { return scale.values[index[i]]; }
    double zero_at(std::size_t i) const { return zero_point != nullptr ? zero_point->values[index[i]] : 0; }
};

Codes codes_of(const Node& node, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    const Tensor& scale = operand(operands, 1);
    const Tensor* zero_point = optional_operand(operands, 2);
    std::int64_t axis = int_attribute(node, "axis", 1);
    if (axis < 0) axis += static_cast<std::int64_t>(x.shape.size());
    Shape along(x.shape.size(), 1);  // the shape that broadcasts one value per index of the axis
    if (scale.values.size() != 1) {
        if (axis < 0 || axis >= static_cast<std::int64_t>(x.shape.size()) ||
            scale.values.size() != x.shape[static_cast<std::size_t>(axis)])
            throw OperatorError("scale " + to_string(scale.shape) + " fits no axis of " + to_string(x.shape));
        along[static_cast<std::size_t>(axis)] = scale.values.size();
    }
    if (zero_point != nullptr && zero_point->values.size() != scale.values.size())
        throw OperatorError("scale and zero point have different sizes");
    return {scale, zero_point, broadcast_indices(along, x.shape)};
}

// (x - zero point) * scale
Tensor dequantize(const Node& node, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    if (x.element != Element::integer) throw OperatorError("it dequantizes values that are no integers");
    const Codes codes = codes_of(node, operands);
    Tensor result{x.shape, Element::real, x.values};
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = (x.values[i] - codes.zero_at(i)) * codes.scale_at(i);
    return result;
}

// round(x / scale) + zero point. Tensors do not keep the width of their integers: without a negative zero
// point the codes saturate at the 8 bits that both signs allow.
Tensor quantize(const Node& node, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    const Codes codes = codes_of(node, operands);
    Tensor result{x.shape, Element::integer, x.values};
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        if (!(codes.scale_at(i) > 0)) throw OperatorError("a scale that is not above 0");
        const double code = to_nearest(x.values[i] / codes.scale_at(i)) + codes.zero_at(i);
        if (code < -128 || code > 127)
            throw OperatorError("a value beyond 8 bits is quantized: code " + std::to_string(code));
        result.values[i] = code;
    }
    return result;
}

// One parameter of QONNX's Quant per element of x.
std::vector<double> parameter(const Operands& operands, std::size_t index, const Shape& shape) {
    const Tensor& given = operand(operands, index);
    if (broadcast(given.shape, shape) != shape)
        throw OperatorError("input " + std::to_string(index) + " of shape " + to_string(given.shape) +
                            " does not fit to " + to_string(shape));
    std::vector<double> values;
    for (const std::size_t i : broadcast_indices(given.shape, shape)) values.push_back(given.values[i]);
    return values;
}

double rounded(const Node& node, double x) {
    const auto found = node.attributes.find("rounding_mode");
    const std::string* mode =
        found == node.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
    if (mode == nullptr || *mode == "ROUND") return to_nearest(x);
    if (*mode == "FLOOR") return std::floor(x);
    if (*mode == "CEIL") return std::ceil(x);
    if (*mode == "ROUND_TO_ZERO") return std::trunc(x);
    throw OperatorError("rounding_mode '" + printable(*mode) + "' is not known");
}

// Quant(x, scale, zero point, bits): the nearest of the codes, as a number again.
Tensor fake_quantize(const Node& node, const Operands& operands) {
    const Tensor& x = operand(operands, 0);
    const std::vector<double> scale = parameter(operands, 1, x.shape), zero = parameter(operands, 2, x.shape),
                              bits = parameter(operands, 3, x.shape);
    const bool is_signed = int_attribute(node, "signed", 1) != 0,
               narrow = int_attribute(node, "narrow", 0) != 0;
    Tensor result = x;
    for (std::size_t i = 0; i < x.values.size(); ++i) {
        if (!(scale[i] > 0) || !(bits[i] >= 1 && bits[i] <= 32))
            throw OperatorError("a scale that is not above 0, or a width outside 1 to 32 bits");
        const double most = std::exp2(is_signed ? bits[i] - 1 : bits[i]) - (narrow && !is_signed ? 2 : 1);
        const double least = is_signed ? -std::exp2(bits[i] - 1) + (narrow ? 1 : 0) : 0;
        const double code = rounded(node, x.values[i] / scale[i] + zero[i]);
        result.values[i] = (std::clamp(code, least, most) - zero[i]) * scale[i];
    }
    return result;
}

// BipolarQuant(x, scale): +scale or -scale.
Tensor bipolar_quantize(const Node&, const Operands& operands) {
    Tensor result = operand(operands, 0);
    const std::vector<double> scale = parameter(operands, 1, result.shape);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = result.values[i] >= 0 ? scale[i] : -scale[i];
    return result;
}

constexpr Operator rows[] = {
    {"BipolarQuant", 2, 2, bipolar_quantize}, {"DequantizeLinear", 2, 3, dequantize},
    {"IntQuant", 4, 4, fake_quantize},        {"Quant", 4, 4, fake_quantize},
    {"QuantizeLinear", 2, 3, quantize},
};

}  // namespace

std::span<const Operator> quantization_operators() {
    return rows;
}

}  // namespace synfire::onnx
