// Scales are free: spikes carry none, so each population (or neuron) may have the one that wastes least.
#include "compiler/quantize/scale.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace synfire {
namespace {

// Weights of float32 files that were once integers times a step miss whole numbers by this much at most.
constexpr double lattice_tolerance = 2e-5;
// Weights below this count as none: their reciprocal leaves the range of a double.
constexpr double tiny = 1e-30;
// A scale may be lowered by this part to make the threshold exact: a wrong threshold is wrong in every step,
// a scale lowered by a tenth costs 0.15 bits of the weights.
constexpr double alignment_cost = 0.1;

// The matrix row at which the synapses of a neuron, or of a channel that it is the first of, begin.
std::size_t first_row(const Folded& folded, std::size_t neuron, std::size_t neurons) {
    return folded.sum_pool ? neuron * folded.matrix.outputs / neurons : neuron;
}

// Calls visit with the weights of neurons first .. last - 1 until it returns false; returns whether it never
// did.
template <class Visit>
bool all_weights(const Fan& fan, std::size_t first, std::size_t last, Visit visit) {
    const std::size_t n = neurons(*fan.population);
    for (const Folded* f : fan.connections) {
        const Matrix& m = f->matrix;
        const std::size_t end = m.begin(first_row(*f, last, n));
        for (std::size_t k = m.begin(first_row(*f, first, n)); k < end; ++k)
            if (!visit(m.weight[k])) return false;
    }
    return true;
}

template <class Visit>
void for_each_weight(const Fan& fan, std::size_t first, std::size_t last, Visit visit) {
    all_weights(fan, first, last, [&](double w) {
        visit(std::abs(w));
        return true;
    });
}

bool all_whole(const Fan& fan, const Group& g, double scale) {
    return all_weights(fan, g.first, g.last, [&](double w) {
        const double x = w * scale;
        return std::abs(x - std::round(x)) <= lattice_tolerance;
    });
}

// How many neurons share a scale: those of a channel where synapses are shared or pooled.
std::size_t group_size(const Fan& fan, Granularity granularity) {
    const std::size_t n = neurons(*fan.population);
    if (granularity != Granularity::neuron) return n;
    std::size_t channels = 0;
    for (const Folded* f : fan.connections) {
        if (f->channels == 0 || n % f->channels != 0) continue;
        channels = channels == 0 || channels == f->channels ? f->channels : 1;
    }
    return channels == 0 ? 1 : n / channels;
}

// What every weight of the fan is a whole multiple of, where all connections agree on it; else 0.
double shared_unit(const Fan& fan) {
    double unit = 0;
    for (const Folded* f : fan.connections) {
        if (f->unit == 0 || (unit != 0 && f->unit != unit)) return 0;
        unit = f->unit;
    }
    return unit;
}

// The scale that turns the weights back into the integers of an already quantized model. One weight alone is
// a multiple of itself and says nothing.
std::optional<double> lattice_scale(const Fan& fan, const Group& g, const Profile& profile) {
    double least = g.largest;
    std::size_t count = 0;
    for_each_weight(fan, g.first, g.last, [&](double w) {
        if (w == 0) return;
        least = std::min(least, w);
        ++count;
    });
    const int most = profile.weight_max / profile.weight_step;
    const double unit = shared_unit(fan);
    if (unit > 0 && std::round(g.largest / unit) <= most && all_whole(fan, g, 1 / unit))
        return std::round(g.largest / unit) / g.largest;
    if (count < 2) return std::nullopt;
    for (int k = 1; k <= most && g.largest * k / least <= most + lattice_tolerance; ++k) {
        if (!all_whole(fan, g, k / least)) continue;
        return std::round(g.largest * k / least) / g.largest;  // the largest weight knows it best
    }
    return std::nullopt;
}

// Fraction of integer units that a step of u and v can lose, accumulated over the time constants.
double accumulated_loss(const Population& p, std::size_t j, const Profile& profile) {
    const double whole = std::exp2(profile.rules.decay_bits);
    const auto steps = [&](double kept) {  // 1 / (1 - kept), no longer than the registers can express
        const double d = decay_of(kept, profile);
        return d == 0 || d == whole ? 0.0 : whole / d;
    };
    const double u = steps(at(p.alpha, j));
    const double v = steps(at(p.beta, j));
    return u * std::max(v, 1.0) + v;
}

double limit_of(const Fan& fan, const Group& g, const Profile& profile) {
    const Population& p = *fan.population;
    double most = HUGE_VAL;
    const auto hold = [&](double value, std::int64_t limit) {
        if (value != 0) most = std::min(most, static_cast<double>(limit) / std::abs(value));
    };
    for (std::size_t j = g.first; j < g.last; ++j) {
        hold(at(fan.bias.v, j), profile.bias_max);
        hold(at(fan.bias.u, j), profile.bias_max);
        hold(at(p.initial_v, j), profile.state_max);
        hold(at(p.initial_i, j), profile.state_max);
        if (!p.v_min.empty()) hold(at(p.v_min, j), profile.state_max);
        if (!p.spiking) continue;
        hold(at(p.spiking->threshold, j), profile.threshold_max);
        if (const auto* hard = std::get_if<HardReset>(&p.spiking->reset))
            hold(at(hard->value, j), profile.state_max);
        if (const auto* soft = std::get_if<SoftReset>(&p.spiking->reset))
            hold(at(soft->amount, j), profile.state_max);
        if (const auto* no_delay = std::get_if<NoDelayReset>(&p.spiking->reset))
            hold(at(no_delay->amount, j), profile.state_max);
    }
    return most;
}

// What the integers of a group without weights should resolve.
double stand_in(const Fan& fan, const Group& g) {
    double largest = 0;
    for (std::size_t j = g.first; j < g.last; ++j) {
        largest = std::max({largest, std::abs(at(fan.bias.v, j)), std::abs(at(fan.bias.u, j)),
                            std::abs(at(fan.population->initial_v, j))});
        if (fan.population->spiking)
            largest = std::max(largest, std::abs(at(fan.population->spiking->threshold, j)));
    }
    return largest == 0 ? 1.0 : largest;
}

// The threshold all neurons of a group share, if it is one that a scale can be aligned with.
std::optional<double> shared_threshold(const Fan& fan, const Group& g) {
    if (!fan.population->spiking) return std::nullopt;
    const PerNeuron& threshold = fan.population->spiking->threshold;
    const double theta = at(threshold, g.first);
    if (theta <= 0) return std::nullopt;
    for (std::size_t j = g.first; j < g.last; ++j)
        if (at(threshold, j) != theta) return std::nullopt;
    return theta;
}

}  // namespace

double snap(double x) {
    const double whole = std::round(x);
    return std::abs(x - whole) <= std::min(1.0 / 16, std::abs(x) * 0x1p-22 + 1e-9) ? whole : x;
}

std::int32_t decay_of(double kept, const Profile& profile) {
    return static_cast<std::int32_t>(std::lround((1 - kept) * std::exp2(profile.rules.decay_bits)));
}

double threshold_of(double theta, double scale, Compare compare, const Profile& profile) {
    const auto grid = static_cast<double>(profile.grid);
    const double x = snap(theta * scale) / grid;
    return grid * (compare == Compare::greater ? std::floor(x) : std::ceil(x) - 1);
}

bool keeps_lattice(const Population& p, std::size_t neuron, const Profile& profile) {
    return accumulated_loss(p, neuron, profile) == 0;
}

std::vector<Group> group_neurons(const Fan& fan, const Profile& profile, Granularity granularity) {
    const std::size_t n = neurons(*fan.population);
    const std::size_t size = group_size(fan, granularity);
    std::vector<Group> groups;
    for (std::size_t first = 0; first < n; first += size) {
        Group g;
        g.first = first;
        g.last = first + size;
        for_each_weight(fan, g.first, g.last, [&](double w) { g.largest = std::max(g.largest, w); });
        const bool silent = g.largest < tiny;
        if (silent) g.largest = std::max(stand_in(fan, g), tiny);
        const auto lattice = silent ? std::nullopt : lattice_scale(fan, g, profile);
        g.exact = lattice.has_value();
        g.base = lattice ? *lattice * profile.weight_step : profile.weight_max / g.largest;
        if (g.exact && !keeps_lattice(*fan.population, first, profile))  // a leak deserves the resolution
            g.base *= std::floor(profile.weight_max / std::round(g.base * g.largest));
        g.most = limit_of(fan, g, profile);
        groups.push_back(g);
    }
    return groups;
}

int least_exponent(const Fan& fan, const Profile& profile, const std::vector<Group>& groups) {
    const Population& p = *fan.population;
    double octaves = 0;
    for (const Group& g : groups) {
        const double unit = g.base * std::exp2(profile.rules.accumulator_shift);
        for (std::size_t j = g.first; j < g.last; ++j) {
            const double theta = p.spiking ? at(p.spiking->threshold, j) : 0;
            const double spread = theta > 0 ? theta : g.largest;
            const double needed = std::max(accumulated_loss(p, j, profile) / profile.leak_loss,
                                           p.spiking ? static_cast<double>(profile.grid) : 0.0);
            if (needed > 0) octaves = std::max(octaves, std::log2(needed / (spread * unit)));
        }
    }
    return static_cast<int>(std::ceil(std::min(octaves, profile.most_exponent + 1.0)));
}

double scale_of(const Fan& fan, const Profile& profile, const Group& g, int exponent, double shrink) {
    const double wanted = g.base * shrink * std::exp2(exponent + profile.rules.accumulator_shift);
    const double scale = std::min(wanted, g.most);
    if (profile.power_of_two_scales) return std::exp2(std::floor(std::log2(scale)));
    const auto theta = shared_threshold(fan, g);
    if (!theta || (g.exact && scale == g.base * std::exp2(exponent + profile.rules.accumulator_shift)))
        return scale;
    const auto grid = static_cast<double>(profile.grid);
    // On a grid coarser than 1, "v >= theta" is "v > T" only where theta lies one unit above T.
    const bool above = fan.population->spiking->compare == Compare::greater_equal && profile.grid > 1 &&
                       !keeps_lattice(*fan.population, g.first, profile);
    const double offset = above ? 1 : 0;
    const double steps = std::floor((snap(*theta * scale) - offset) / grid);
    if (steps < 1) return scale;
    const double aligned = (steps * grid + offset) / *theta;
    return aligned > (1 - alignment_cost) * scale ? aligned : scale;
}

}  // namespace synfire
