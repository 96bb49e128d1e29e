// What update_plain() of runtime/values.hpp leaves out must not be there.
#include "targets/mcu/drives.hpp"

#include <algorithm>

#include "compiler/quantize/range_proof.hpp"
#include "targets/mcu/kernels.hpp"

namespace synfire::mcu {
namespace {

bool all_of(const IntPerNeuron& values, std::int32_t x) {
    return std::all_of(values.begin(), values.end(), [&](std::int32_t y) { return x == y; });
}

bool is_plain(const IntNetwork& network, std::size_t index, const PopulationTable& table) {
    const IntPopulation& p = network.populations[index];
    // Sums in another order than the neurons.
    if (table.channels != 1 && table.connections > 0) return false;
    return plain_rules(network.rules) && !table.filtered && p.refractory_steps == 0 && p.max_spikes == 1 &&
           !rt::without_delay(p.reset) && all_of(p.bias_u, 0) && all_of(p.v_min, no_v_min) &&
           all_of(p.decay_v, p.decay_v.front()) && p.decay_v.front() > 0 &&
           prove_range(network, index).verdict == RangeVerdict::proven;
}

}  // namespace

void choose_plain_drives(const IntNetwork& network, Tables& tables) {
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        PopulationTable& table = tables.populations[p];
        if (!is_driven(tables.values, p) || !is_plain(network, p, table)) continue;
        tables.values.plain[p] = true;
        table.bias.bytes = table.threshold.bytes = 4;
    }
}

}  // namespace synfire::mcu
