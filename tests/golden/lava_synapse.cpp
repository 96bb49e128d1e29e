// What Lava 0.11 makes of the weights it is given (lava/utils/weightutils.py): cast to the range of the sign
// mode, then drop the low bits that num_weight_bits leaves no room for. A mixed sign mode floors, an
// inhibitory one truncates the magnitude. Convolutions take their weights as they are.
#include "tests/golden/lava_synapse.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "tests/golden/json_values.hpp"

namespace synfire::golden {
namespace {

enum class Sign { automatic = -1, null = 0, mixed = 1, excitatory = 2, inhibitory = 3 };

Sign sign_of(const json& synapse, const std::vector<std::int32_t>& weights) {
    const auto given = synapse.find("sign_mode");
    if (given != synapse.end() && !given->is_null())
        return static_cast<Sign>(integer(*given, "sign_mode", 0, 3));
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    return *low >= 0 ? Sign::excitatory : *high <= 0 ? Sign::inhibitory : Sign::mixed;
}

std::int32_t floor_to_multiple(std::int32_t value, std::int32_t step) {
    const std::int32_t remainder = value % step;
    return value - (remainder < 0 ? remainder + step : remainder);
}

std::int16_t stored_weight(std::int32_t weight, Sign sign, std::int32_t step) {
    if (sign == Sign::mixed)
        weight = floor_to_multiple(std::clamp(weight, -256, 255), step);
    else if (sign == Sign::inhibitory)
        weight = -floor_to_multiple(-std::clamp(weight, -255, 0), step);
    else
        weight = floor_to_multiple(std::clamp(weight, 0, 255), step);
    return static_cast<std::int16_t>(weight);
}

void add_matrix(const json& synapse, std::size_t outputs, std::size_t inputs,
                const std::vector<std::size_t>& columns, LavaSynapse& result) {
    const Tensor weights = tensor(synapse.at("weights"), "weights", max_weights);
    if (weights.shape != Shape{outputs, inputs})
        throw std::runtime_error("weights " + to_string(weights.shape) + " do not fit " +
                                 to_string(Shape{outputs, inputs}));
    const Sign sign = sign_of(synapse, weights.data);
    const auto bits = integer(synapse.at("num_weight_bits"), "num_weight_bits", 0, 8);
    const std::int32_t step = 1 << (8 - bits + (sign == Sign::mixed ? 1 : 0));

    std::vector<std::int32_t> delays(weights.data.size(), 0);
    std::int64_t longest = 0;
    if (synapse.contains("delays")) {
        const Tensor given = tensor(synapse.at("delays"), "delays", max_weights);
        if (given.shape != weights.shape) throw std::runtime_error("delays and weights differ in shape");
        delays = given.data;
        longest = integer(synapse.value("max_delay", json(0)), "max_delay", 0, 63);
        if (longest == 0) longest = *std::max_element(delays.begin(), delays.end());
    }
    for (std::size_t k = 0; k < weights.data.size(); ++k) {
        if (delays[k] < 0) throw std::runtime_error("a delay is negative");
        if (delays[k] > longest) continue;  // Lava drops these synapses
        auto& matrix = result.by_delay[delays[k]];
        matrix.resize(weights.data.size(), 0);
        const std::size_t row = k / inputs, column = k % inputs;
        matrix[row * inputs + (columns.empty() ? column : columns[column])] =
            stored_weight(weights.data[k], sign, step);
    }
}

// One output channel, x, y of a convolution: the kernel as Lava lays it out, [outputs, x, y, inputs /
// groups].
struct Conv {
    Shape inputs, outputs;
    Tensor kernel;
    std::array<std::int64_t, 2> stride, padding, dilation;
    std::size_t groups;

    // The weight's place in the matrix, or nothing where it falls on the padding.
    std::optional<std::size_t> column(std::array<std::size_t, 2> at, std::array<std::size_t, 2> tap,
                                      std::size_t channel) const {
        std::array<std::size_t, 2> from{};
        for (std::size_t d = 0; d < 2; ++d) {
            const std::int64_t position = static_cast<std::int64_t>(at[d]) * stride[d] - padding[d] +
                                          static_cast<std::int64_t>(tap[d]) * dilation[d];
            if (position < 0 || position >= static_cast<std::int64_t>(inputs[d])) return std::nullopt;
            from[d] = static_cast<std::size_t>(position);
        }
        return (from[0] * inputs[1] + from[1]) * inputs[2] + channel;
    }
};

std::array<std::int64_t, 2> pair(const json& value, const std::string& what, std::int64_t low) {
    return {integer(value.at(0), what, low, 1024), integer(value.at(1), what, low, 1024)};
}

Conv read_conv(const json& synapse, const Shape& outputs, const Shape& inputs) {
    if (outputs.size() != 3 || inputs.size() != 3)
        throw std::runtime_error("a convolution joins three-dimensional layers");
    Conv conv{inputs,
              outputs,
              tensor(synapse.at("weights"), "weights", max_weights),
              pair(synapse.at("stride"), "stride", 1),
              pair(synapse.at("padding"), "padding", 0),
              pair(synapse.at("dilation"), "dilation", 1),
              static_cast<std::size_t>(integer(synapse.at("groups"), "groups", 1, 1 << 16))};
    const Shape& k = conv.kernel.shape;
    if (k.size() != 4 || k[0] != outputs[2] || k[3] * conv.groups != inputs[2] || k[0] % conv.groups != 0)
        throw std::runtime_error("the kernel " + to_string(k) + " does not fit the layers");
    if (*element_count(outputs) * *element_count(inputs) > max_weights)
        throw std::runtime_error("the convolution is too large to be written as a matrix");
    return conv;
}

// Lava stores the kernel flipped and flips it again: the tap at (kx, ky) is the kernel read from its end.
std::vector<std::int16_t> conv_matrix(const Conv& conv) {
    const std::size_t columns = *element_count(conv.inputs);
    const Shape& k = conv.kernel.shape;
    std::vector<std::int16_t> matrix(*element_count(conv.outputs) * columns, 0);
    std::size_t row = 0;
    for (std::size_t x = 0; x < conv.outputs[0]; ++x)
        for (std::size_t y = 0; y < conv.outputs[1]; ++y)
            for (std::size_t o = 0; o < conv.outputs[2]; ++o, ++row)
                for (std::size_t tap = 0; tap < k[1] * k[2] * k[3]; ++tap) {
                    const std::size_t kx = tap / (k[2] * k[3]), ky = tap / k[3] % k[2], i = tap % k[3];
                    const std::size_t channel = o / (k[0] / conv.groups) * k[3] + i;
                    const auto column = conv.column({x, y}, {k[1] - 1 - kx, k[2] - 1 - ky}, channel);
                    if (!column) continue;
                    const std::int32_t weight = conv.kernel.data[o * k[1] * k[2] * k[3] + tap];
                    if (weight < INT16_MIN || weight > INT16_MAX)
                        throw std::runtime_error("a weight needs more than 16 bits");
                    matrix[row * columns + *column] = static_cast<std::int16_t>(weight);
                }
    return matrix;
}

}  // namespace

LavaSynapse lava_synapse(const json& synapse, const Shape& outputs, const Shape& inputs,
                         const std::vector<std::size_t>& columns) {
    const std::string type = synapse.at("type");
    LavaSynapse result;
    result.graded = integer(synapse.value("num_message_bits", json(0)), "num_message_bits", 0, 32) > 0;
    if (type == "conv") {
        result.by_delay[0] = conv_matrix(read_conv(synapse, outputs, inputs));
        return result;
    }
    if (type != "dense" && type != "sparse" && type != "delay_dense" && type != "delay_sparse")
        throw std::runtime_error("unknown synapse '" + type + "'");
    result.exponent = static_cast<int>(integer(synapse.at("weight_exp"), "weight_exp", -16, 16));
    add_matrix(synapse, *element_count(outputs), *element_count(inputs), columns, result);
    return result;
}

}  // namespace synfire::golden
