#include "targets/loihi/registers.hpp"

#include <algorithm>

#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

// Largest |sum| of one neuron over all inputs, in weight units.
std::int64_t largest_sum(const IntNetwork& network, std::size_t population, std::size_t neuron) {
    std::int64_t positive = 0, negative = 0;
    for (const IntConnection& c : network.connections) {
        if (c.target != population) continue;
        const bool counts = c.source.kind == Presynaptic::Kind::input &&
                            network.inputs[c.source.index].kind != SignalKind::spikes;
        std::int64_t up = 0, down = 0;
        for_each_synapse(c, neuron, [&](std::size_t, std::int64_t weight) {
            const std::int64_t w = weight * (counts ? 255 : 1);
            (w > 0 ? up : down) += w;
        });
        positive += rt::shift_floor(up, c.exponent);
        negative += rt::shift_floor(down, c.exponent);
    }
    return std::max(positive, -negative);
}

bool all(const IntPerNeuron& values, std::int32_t value) {
    return std::all_of(values.begin(), values.end(), [value](std::int32_t v) { return v == value; });
}

// The synapse that subtracts is mantissa * 2^(6 + exponent). It acts once only without a synaptic filter; a
// soma forgets what it took only with the offset flag of decay_v, which denies its core neurons without a
// leak.
bool chip_can_subtract(const IntPopulation& p) {
    return all(p.decay_u, decay_max) && std::find(p.decay_v.begin(), p.decay_v.end(), 0) == p.decay_v.end() &&
           std::all_of(p.reset_amount.begin(), p.reset_amount.end(), [](std::int32_t r) {
               if (r < 0 || r % (1 << state_shift) != 0) return false;
               std::int32_t mantissa = r >> state_shift;
               for (int e = 0; e < weight_exponent_max && mantissa % 2 == 0; ++e) mantissa /= 2;
               return mantissa <= self_weight_mantissa_max;
           });
}

}  // namespace

bool exact_on_chip(const IntPopulation& p) {
    if (!p.spiking) return true;
    if (p.reset == rt::Reset::to_value) return all(p.reset_amount, 0);
    return p.reset == rt::Reset::subtract_next_step && chip_can_subtract(p);
}

std::optional<SignMode> sign_mode(const std::vector<std::int16_t>& weights) {
    if (weights.empty()) return SignMode::excitatory;
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    if (*low >= 0 && *high <= single_sign_weight_max) return SignMode::excitatory;
    if (*high <= 0 && *low >= -single_sign_weight_max) return SignMode::inhibitory;
    const bool even = std::all_of(weights.begin(), weights.end(), [](int w) { return w % 2 == 0; });
    if (even && *low >= mixed_weight_min && *high <= mixed_weight_max) return SignMode::mixed;
    return std::nullopt;
}

std::optional<Bias> bias_registers(std::int32_t bias) {
    for (int exponent = 0; exponent <= bias_exponent_max; ++exponent) {
        const std::int32_t unit = 1 << exponent;
        if (bias % unit != 0) return std::nullopt;
        const std::int32_t mantissa = bias / unit;
        if (mantissa >= bias_mantissa_min && mantissa <= bias_mantissa_max) return Bias{mantissa, exponent};
    }
    return std::nullopt;
}

bool never_wraps(const IntNetwork& network, std::size_t population) {
    const IntPopulation& p = network.populations[population];
    for (std::size_t j = 0; j < neurons(p); ++j) {
        const std::int64_t sum = largest_sum(network, population, j);
        if (sum >= (std::int64_t{1} << (21 - state_shift))) return false;
        // The geometric series of a current that keeps (4096 - d) / 4096 per step.
        const std::int64_t d = at(p.decay_u, j);
        if (sum > 0 && d == 0) return false;
        const std::int64_t current = sum == 0 ? 0 : ((sum << state_shift) * 4096 + d - 1) / d;
        if (current + std::abs(std::int64_t{at(p.bias, j)}) >= (std::int64_t{1} << 23)) return false;
    }
    return true;
}

}  // namespace synfire::loihi
