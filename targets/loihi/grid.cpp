// Mixed signs take one bit from the magnitude, so that odd weights like those of lava-dl need a negative
// exponent: then the bit that the decoder shifts out is always zero, and every tool agrees.
#include "targets/loihi/grid.hpp"

#include <algorithm>

#include "targets/loihi/limits.hpp"
#include "targets/loihi/registers.hpp"

namespace synfire::loihi {

IntNetwork on_weight_grid(IntNetwork network) {
    for (IntConnection& c : network.connections) {
        if (sign_mode(c.weight) || c.exponent <= weight_exponent_min) continue;
        const auto [low, high] = std::minmax_element(c.weight.begin(), c.weight.end());
        if (2 * *low < mixed_weight_min || 2 * *high > mixed_weight_max) continue;
        for (std::int16_t& w : c.weight) w = static_cast<std::int16_t>(2 * w);
        --c.exponent;
    }
    return network;
}

bool of_nine_bits(const std::vector<std::int16_t>& weights) {
    if (weights.empty() || sign_mode(weights)) return false;
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    return *low >= mixed_weight_min && *high <= single_sign_weight_max;
}

}  // namespace synfire::loihi
