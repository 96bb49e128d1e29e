// The narrowest integers that hold all levels.
#include "compiler/quantize/levels.hpp"

#include <algorithm>

namespace synfire {

bool carries_values(const Input& input) {
    return input.kind != SignalKind::spikes;
}

Interval level_range(const IntNetwork& network, const Input& input) {
    if (input.kind == SignalKind::spikes) return {0, 1};
    if (input.kind == SignalKind::counts) return {0, max_count};
    const bool unsigned_byte = input.levels == UINT8_MAX && network.profile != "lava";
    return {unsigned_byte ? 0 : -input.levels, input.levels};
}

LevelFormat level_format(const IntNetwork& network) {
    LevelFormat format;
    Interval all;
    for (const Input& input : network.inputs) {
        if (!carries_values(input)) continue;
        format.count += neurons(input);
        const Interval levels = level_range(network, input);
        all.low = std::min(all.low, levels.low);
        all.high = std::max(all.high, levels.high);
    }
    format.is_signed = all.low < 0 || all.high <= INT8_MAX || all.high > UINT8_MAX;
    const std::int64_t most = format.is_signed ? INT8_MAX : UINT8_MAX;
    format.bytes = all.high <= most && all.low >= -INT8_MAX ? 1 : 2;
    return format;
}

}  // namespace synfire
