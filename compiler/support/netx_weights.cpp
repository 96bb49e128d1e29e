#include "compiler/support/netx_weights.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace synfire {
namespace {

using Matrix = std::vector<std::int32_t>;

struct Range {
    std::int32_t low = INT32_MAX;
    std::int32_t high = INT32_MIN;
};

Range range_of(const std::vector<Matrix>& matrices) {
    Range range;
    for (const Matrix& m : matrices)
        for (std::int32_t w : m) range = {std::min(range.low, w), std::max(range.high, w)};
    return range;
}

bool all_divisible(const std::vector<Matrix>& matrices, std::int32_t divisor) {
    return std::all_of(matrices.begin(), matrices.end(), [&](const Matrix& m) {
        return std::all_of(m.begin(), m.end(), [&](std::int32_t w) { return w % divisor == 0; });
    });
}

// The bits that Dense drops where the weights are stored with `bits` bits, and its sign mode.
struct Storage {
    bool mixed = false;
    bool inhibitory = false;
    int dropped_bits = 0;
};

// Dense looks at its own matrix again: one with zeros and negative weights is inhibitory to it.
Storage storage_of(const Matrix& m, int bits) {
    const auto [low, high] = std::minmax_element(m.begin(), m.end());
    Storage storage;
    storage.inhibitory = *low < 0 && *high <= 0;
    storage.mixed = *low < 0 && *high > 0;
    storage.dropped_bits = 8 - bits + (storage.mixed ? 1 : 0);
    return storage;
}

// Clips, then drops low bits: of the magnitude where all weights inhibit, else toward minus infinity.
std::int32_t stored(std::int32_t w, const Storage& storage) {
    const std::int32_t step = std::int32_t{1} << storage.dropped_bits;
    const std::int32_t x = std::clamp(storage.inhibitory ? -w : w, storage.mixed ? -256 : 0, 255);
    const std::int32_t remainder = (x % step + step) % step;
    return storage.inhibitory ? -(x - remainder) : x - remainder;
}

}  // namespace

NetxWeights netx_weights(std::vector<Matrix> matrices) {
    Range range = range_of(matrices);
    if (range.low == 0 && range.high == 0) return {{}, "all weights are 0, and netx fails to scale them"};
    if (range.low < 0 && range.high > 0 && (range.high > 254 || range.low < -256)) {
        for (Matrix& m : matrices)
            for (std::int32_t& w : m) w = std::clamp(w, -256, 254);
        range = range_of(matrices);
    }
    // netx calls weights inhibitory only where none is zero.
    const bool mixed = range.low < 0 && range.high >= 0;
    double scale = 255.0 / range.high;
    if (range.high < 0) scale = -256.0 / range.low;
    if (mixed) scale = std::min(range.high == 0 ? HUGE_VAL : 127.0 / range.high, -128.0 / range.low);
    const int shift = static_cast<int>(std::floor(std::log2(scale))) + (mixed ? 1 : 0);
    if (shift < 0)
        return {{},
                fmt::format("weights {}..{} do not fit 8 bits, and netx shifts all of them to 0", range.low,
                            range.high)};
    int common = 8;
    while (common > 0 && !all_divisible(matrices, 1 << common)) --common;
    const int bits = 8 - shift - (common - (mixed ? 1 : 0));

    const std::int32_t factor = std::int32_t{1} << shift;
    for (Matrix& m : matrices) {
        if (std::all_of(m.begin(), m.end(), [](std::int32_t w) { return w == 0; })) continue;
        const Storage storage = storage_of(m, bits);
        if (storage.dropped_bits < 0)
            return {{},
                    fmt::format("netx stores them with {} bits, more than weights of one sign have, and all "
                                "become 0",
                                bits)};
        bool any = false;
        for (std::int32_t& w : m) {
            const std::int32_t kept = stored(w * factor, storage);
            if (kept % factor != 0)
                return {{},
                        fmt::format("weight {} becomes {} / {}, and Lava rounds the sums", w, kept, factor)};
            any = any || kept != 0 || w == 0;
            w = kept / factor;
        }
        if (!any) return {{}, fmt::format("netx stores them with {} bits, and all become 0", bits)};
    }
    return {std::move(matrices), ""};
}

}  // namespace synfire
