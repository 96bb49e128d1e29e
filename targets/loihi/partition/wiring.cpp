#include "targets/loihi/partition/wiring.hpp"

#include <algorithm>
#include <bit>

#include "compiler/support/report.hpp"
#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

// The widths that a synapse format can name; there is no 7.
int available_bits(int bits) {
    for (const int b : {1, 2, 3, 4, 5, 6, 8})
        if (b >= bits) return b;
    SYNFIRE_BUG("a weight beyond the grid");
}

}  // namespace

// Single signs: B bits of magnitude at the top of 8. Mixed: B bits in two's complement at the top of 9, of
// which the lowest does not exist.
WeightFormat weight_format(const IntConnection& c) {
    WeightFormat f;
    const std::optional<SignMode> sign = sign_mode(c.weight);
    if (!sign) return {SignMode::mixed, 8, 0, c.exponent};  // nine bits, which only Lava holds
    f.sign = *sign;
    unsigned set = 0, widest = 0;
    for (const int w : c.weight) {
        set |= static_cast<unsigned>(w < 0 ? -w : w);
        // The magnitude that two's complement needs: -256 takes as many bits as 255.
        widest |= static_cast<unsigned>(f.sign == SignMode::mixed && w < 0 ? ~w : w < 0 ? -w : w);
    }
    const int top = f.sign == SignMode::mixed ? 9 : 8;
    const int width = static_cast<int>(std::bit_width(widest)) + (f.sign == SignMode::mixed ? 1 : 0);
    f.shift = set == 0 ? 0 : std::max(0, std::min(top - width, c.exponent - weight_exponent_min));
    f.exponent = c.exponent - f.shift;
    const int lowest = set == 0 ? top - 1 : std::countr_zero(set) + f.shift;
    f.bits = available_bits(top - lowest);
    return f;
}

std::size_t delay_bits(int delay) {
    if (delay == 0) return 0;
    std::size_t bits = 3;
    while ((1 << bits) < delay + 2) ++bits;
    return bits;
}

std::size_t delay_slots(int delay) {
    return std::max<std::size_t>(default_delay_slots, std::size_t{1} << delay_bits(delay));
}

Axes axes_of(const Shape& shape) {
    Axes axes{1, 1, 1};
    const std::size_t leading = shape.size() > 3 ? shape.size() - 2 : 1;
    for (std::size_t i = 0; i < shape.size(); ++i) axes[i < leading ? 0 : i - leading + 1] *= shape[i];
    return axes;
}

bool has_soft_reset(const IntPopulation& p) {
    return p.spiking && (p.reset == rt::Reset::subtract_at_once || p.reset == rt::Reset::subtract_next_step);
}

Wiring wiring(const IntNetwork& network, const Schedule& schedule) {
    Wiring w{network, {}, {}, {}, {}, schedule.delay, {}, {}, 0};
    for (const Input& input : network.inputs) {
        w.first_source_of_input.push_back(w.sources);
        w.sources += neurons(input);
    }
    for (const IntPopulation& p : network.populations) {
        w.first_source_of_population.push_back(w.sources);
        w.sources += neurons(p);
        w.axes.push_back(axes_of(p.shape));
        w.compartments.push_back(has_soft_reset(p) ? soft_reset_compartments : 1);
    }
    w.arriving.resize(network.populations.size());
    for (std::size_t i = 0; i < network.connections.size(); ++i) {
        w.arriving[network.connections[i].target].push_back(i);
        w.weights.push_back(weight_format(network.connections[i]));
    }
    return w;
}

std::size_t first_source(const Wiring& w, const Presynaptic& source) {
    return source.kind == Presynaptic::Kind::input ? w.first_source_of_input[source.index]
                                                   : w.first_source_of_population[source.index];
}

}  // namespace synfire::loihi
