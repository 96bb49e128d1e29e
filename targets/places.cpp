// Names as the emitted tables.cpp (mcu) and Lava's processes (loihi) have them.
#include "targets/places.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "targets/loihi/registers.hpp"

namespace synfire {
namespace {

struct Column {
    const char* parameter;
    const char* table;
    IntPerNeuron IntPopulation::*values;
};

constexpr std::array<Column, 9> columns = {{{"alpha", "decay_u", &IntPopulation::decay_u},
                                            {"beta", "decay_v", &IntPopulation::decay_v},
                                            {"bias", "bias", &IntPopulation::bias},
                                            {"current bias", "bias_u", &IntPopulation::bias_u},
                                            {"threshold", "threshold", &IntPopulation::threshold},
                                            {"reset", "reset_amount", &IntPopulation::reset_amount},
                                            {"initial_v", "initial_v", &IntPopulation::initial_v},
                                            {"initial_i", "initial_u", &IntPopulation::initial_u},
                                            {"v_min", "v_min", &IntPopulation::v_min}}};

std::string table_entry(const IntNetwork& network, const LedgerRow& row) {
    if (row.parameter == "weight") {
        const IntConnection& c = network.connections[row.item];
        if (is_sparse(c)) return fmt::format("weights_{}", row.item);
        const std::size_t output = row.index / c.inputs, input = row.index % c.inputs;
        return fmt::format("weights_{}[{}]", row.item, input * c.outputs + output);
    }
    for (const Column& column : columns) {
        if (row.parameter != column.parameter) continue;
        const bool shared = (network.populations[row.item].*column.values).size() == 1;
        return fmt::format("{}_{}[{}]", column.table, row.item, shared ? 0 : row.index);
    }
    return "";
}

std::string registers(const IntNetwork& network, const LedgerRow& row) {
    if (row.parameter == "weight")
        return fmt::format("weights={} weight_exp={}", row.integer, network.connections[row.item].exponent);
    if (row.parameter == "alpha") return fmt::format("du={}", row.integer);
    if (row.parameter == "beta") return fmt::format("dv={}", row.integer);
    if (row.parameter == "threshold" && row.integer % 64 == 0) return fmt::format("vth={}", row.integer / 64);
    if (row.parameter == "bias")
        if (const auto bias = loihi::bias_registers(static_cast<std::int32_t>(row.integer)))
            return fmt::format("bias_mant={} bias_exp={}", bias->mantissa, bias->exponent);
    return "";
}

}  // namespace

std::string place_of(const std::string& target, const IntNetwork& network, const LedgerRow& row) {
    if (target == "mcu") return table_entry(network, row);
    return target == "loihi" ? registers(network, row) : "";
}

}  // namespace synfire
