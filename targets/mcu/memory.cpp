#include "targets/mcu/memory.hpp"

#include "targets/mcu/drives.hpp"
#include "targets/mcu/lower.hpp"
#include "targets/mcu/overlay.hpp"

namespace synfire::mcu {
namespace {

std::size_t bytes(const ColumnTable& column) {
    return column.values.size() * static_cast<std::size_t>(column.bytes);
}

}  // namespace

Memory memory_of(const IntNetwork& network) {
    Tables tables = lower(network);
    place_values({}, tables.values);
    choose_plain_drives(network, tables);
    overlay_buffers(tables);
    Memory memory;
    for (const ConnectionTable& c : tables.connections) memory.weights += flash_bytes(c);
    memory.weights += weight_bytes(tables.values);
    for (const PopulationTable& p : tables.populations) {
        for (const ColumnTable* column :
             {&p.decay_u, &p.decay_v, &p.bias, &p.threshold, &p.reset_amount, &p.initial_v})
            memory.parameters += bytes(*column);
        if (tables.extras_used) memory.parameters += bytes(p.bias_u) + bytes(p.initial_u) + bytes(p.v_min);
    }
    const auto potential = static_cast<std::size_t>(potential_bytes(tables.rules));
    memory.state = potential * tables.neurons + 4 * (tables.filtered + tables.widest) + tables.refractory +
                   2 * (tables.events + tables.lists.size()) + state_bytes(tables.values);
    return memory;
}

}  // namespace synfire::mcu
