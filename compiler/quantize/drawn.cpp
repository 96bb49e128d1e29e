// The quantizer multiplies the integers of a row by what its scale demands; the factor is read off the row
// and every weight compared, so that no rounding can pass unseen.
#include "compiler/quantize/drawn.hpp"

#include <algorithm>

#include "runtime/drawn_weight.hpp"

namespace synfire {
namespace {

// The factor of one row, if there is one: every weight over its integer. A row of zeros takes `otherwise`.
std::optional<std::int32_t> factor_of(const std::int16_t* weight, const std::int16_t* integer,
                                      std::size_t inputs, std::int32_t otherwise) {
    std::int32_t factor = otherwise;
    for (std::size_t i = 0; i < inputs; ++i)
        if (integer[i] != 0) {
            factor = weight[i] / integer[i];
            break;
        }
    for (std::size_t i = 0; i < inputs; ++i)
        if (weight[i] != factor * integer[i]) return std::nullopt;
    return factor;
}

const DrawnWeights* drawn_stage(const Connection& connection, const IntConnection& integers) {
    const std::size_t dense = integers.source_pool ? 1 : 0;
    if (connection.stages.size() != dense + 1 || integers.sum_pool || is_sparse(integers)) return nullptr;
    const auto* stage = std::get_if<Dense>(&connection.stages[dense]);
    return stage != nullptr && stage->drawn ? &*stage->drawn : nullptr;
}

}  // namespace

std::vector<std::int16_t> draw(const IntDrawn& drawn, std::size_t outputs, std::size_t inputs) {
    const auto largest = static_cast<std::int32_t>(drawn.table.size() / 2);
    std::vector<std::int16_t> weights(outputs * inputs);
    for (std::size_t k = 0; k < weights.size(); ++k)
        weights[k] = static_cast<std::int16_t>(
            at(drawn.factor, k / inputs) *
            rt::drawn_weight(drawn.seed, drawn.stream, k, drawn.table.data(), largest));
    return weights;
}

std::optional<IntDrawn> origin(const Connection& connection, const IntConnection& integers) {
    const DrawnWeights* stage = drawn_stage(connection, integers);
    if (stage == nullptr || stage->table.size() / 2 > INT16_MAX) return std::nullopt;
    IntDrawn drawn{stage->seed, stage->stream, stage->table, {1}};
    const std::vector<std::int16_t> integer = draw(drawn, integers.outputs, integers.inputs);
    drawn.factor.clear();
    for (std::size_t o = 0; o < integers.outputs; ++o) {
        const std::size_t row = o * integers.inputs;
        const auto factor = factor_of(integers.weight.data() + row, integer.data() + row, integers.inputs,
                                      o == 0 ? 1 : drawn.factor.back());
        if (!factor) return std::nullopt;
        drawn.factor.push_back(*factor);
    }
    if (std::count(drawn.factor.begin(), drawn.factor.end(), drawn.factor[0]) == std::ssize(drawn.factor))
        drawn.factor.resize(1);
    return drawn;
}

}  // namespace synfire
