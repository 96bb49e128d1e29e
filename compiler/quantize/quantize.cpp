// Network -> IntNetwork. Populations are independent of each other, because spikes carry no scale: for each
// one the finest membrane is searched that the range proof still calls safe.
#include "compiler/quantize/quantize.hpp"

#include <algorithm>
#include <cmath>

#include "compiler/quantize/carry_over.hpp"
#include "compiler/quantize/drawn.hpp"
#include "compiler/quantize/findings.hpp"
#include "compiler/quantize/fold.hpp"
#include "compiler/quantize/profile.hpp"
#include "compiler/quantize/range_proof.hpp"
#include "compiler/quantize/scale.hpp"
#include "compiler/quantize/shared_weights.hpp"

namespace synfire {
namespace {

// Each round of shrinking takes at least 5 %; enough for any network that fits in memory.
constexpr int most_shrinking = 500;

std::int32_t to_int32(double x) {
    if (!(std::abs(x) < 0x1p31)) SYNFIRE_BUG("a parameter left 32 bits");
    return static_cast<std::int32_t>(x);
}

// A list of equal values becomes one value.
template <class Value>
std::vector<Value> collapsed(std::vector<Value> values) {
    const bool same = std::all_of(values.begin(), values.end(), [&](Value x) { return x == values[0]; });
    if (same) values.resize(1);
    return values;
}

Choice choose(const Fan& fan, const Profile& profile, const std::vector<Group>& groups, int exponent,
              double shrink) {
    Choice choice{exponent, shrink, {}};
    for (const Group& g : groups) choice.scale.resize(g.last, scale_of(fan, profile, g, exponent, shrink));
    return choice;
}

double on_grid(double x, double grid) {
    return grid * std::round(x / grid);
}

// std::round for |x| < 2^62, without a call for each of many million weights.
double rounded(double x) {
    const auto whole = static_cast<double>(static_cast<std::int64_t>(x));
    const double rest = x - whole;
    return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

void set_spiking(IntPopulation& out, const Population& p, const Profile& profile, const Choice& choice) {
    out.spiking = p.spiking.has_value();
    if (!out.spiking) return;
    const Spiking& spiking = *p.spiking;
    const auto* hard = std::get_if<HardReset>(&spiking.reset);
    const auto* soft = std::get_if<SoftReset>(&spiking.reset);
    const auto* no_delay = std::get_if<NoDelayReset>(&spiking.reset);
    out.refractory_steps = spiking.refractory_steps;
    out.max_spikes = spiking.max_spikes;
    if (hard != nullptr) out.reset = rt::Reset::to_value;
    if (soft != nullptr)
        out.reset = soft->next_step ? rt::Reset::subtract_next_step : rt::Reset::subtract_at_once;
    if (no_delay != nullptr)
        out.reset = no_delay->to_zero ? rt::Reset::to_zero_no_delay : rt::Reset::subtract_no_delay;
    out.threshold.clear();
    out.reset_amount.clear();
    for (std::size_t j = 0; j < choice.scale.size(); ++j) {
        const double theta = at(spiking.threshold, j);
        const double threshold = threshold_of(theta, choice.scale[j], spiking.compare, profile);
        double amount = 0;
        if (hard != nullptr) amount = std::round(at(hard->value, j) * choice.scale[j]);
        if (soft != nullptr) amount = std::round(at(soft->amount, j) * choice.scale[j]);
        if (no_delay != nullptr) amount = std::round(at(no_delay->amount, j) * choice.scale[j]);
        // Where thresholds have a grid, what subtracts the threshold subtracts the register.
        if (soft != nullptr && profile.grid > 1 && at(soft->amount, j) == theta) amount = threshold;
        out.threshold.push_back(to_int32(threshold));
        out.reset_amount.push_back(to_int32(amount));
    }
}

IntPopulation to_integers(const Fan& fan, const Profile& profile, const Choice& choice) {
    const Population& p = *fan.population;
    IntPopulation out;
    out.name = p.name;
    out.shape = p.shape;
    out.periodic_reset = p.periodic_reset;
    out.bias.clear();
    out.bias_u.clear();
    out.initial_v.clear();
    out.initial_u.clear();
    if (!p.v_min.empty()) out.v_min.clear();
    set_spiking(out, p, profile, choice);
    for (double alpha : p.alpha) out.decay_u.push_back(decay_of(alpha, profile));
    for (double beta : p.beta) out.decay_v.push_back(decay_of(beta, profile));
    for (std::size_t j = 0; j < choice.scale.size(); ++j) {
        const double s = choice.scale[j];
        out.bias.push_back(to_int32(on_grid(at(fan.bias.v, j) * s, static_cast<double>(profile.grid))));
        out.bias_u.push_back(to_int32(std::round(at(fan.bias.u, j) * s)));
        out.initial_v.push_back(to_int32(std::round(at(p.initial_v, j) * s)));
        out.initial_u.push_back(to_int32(std::round(at(p.initial_i, j) * s)));
        if (!p.v_min.empty()) out.v_min.push_back(to_int32(std::round(at(p.v_min, j) * s)));
    }
    out.decay_u = collapsed(out.decay_u);
    out.decay_v = collapsed(out.decay_v);
    out.bias = collapsed(out.bias);
    out.bias_u = collapsed(out.bias_u);
    out.initial_v = collapsed(out.initial_v);
    out.initial_u = collapsed(out.initial_u);
    out.v_min = collapsed(out.v_min);
    out.threshold = collapsed(out.threshold);
    out.reset_amount = collapsed(out.reset_amount);
    out.scale = collapsed(choice.scale);
    return out;
}

double rounded_weight(double w, double scale, int exponent, const Profile& profile) {
    return on_grid(w * scale * std::exp2(-exponent - profile.rules.accumulator_shift), profile.weight_step);
}

// The least exponent at which all weights of a connection fit: connections with small weights keep more bits.
int exponent_for(const Folded& folded, const Profile& profile, const Choice& choice) {
    const Matrix& matrix = folded.matrix;
    double largest = 0;
    for (std::size_t row = 0; row < matrix.outputs; ++row) {
        const double scale = choice.scale[neuron_of_row(folded, row, choice.scale.size())];
        for (std::size_t k = matrix.begin(row); k < matrix.end(row); ++k)
            largest = std::max(largest, std::abs(matrix.weight[k]) * scale);
    }
    for (int e = 0; e < choice.exponent; ++e)
        if (rounded_weight(largest, 1, e, profile) <= profile.weight_max) return e;
    return choice.exponent;
}

// given: the integers, where they are known; else weights are rounded to nearest, and those that a finer
// scale leaves no room for saturate.
IntConnection to_integers(const Connection& c, const Folded& folded, const Profile& profile,
                          const Choice& choice, int exponent, const std::vector<std::int16_t>& given = {}) {
    const Matrix& matrix = folded.matrix;
    IntConnection out;
    out.name = c.name;
    out.source = c.source;
    out.target = c.target;
    out.delay = c.delay;
    out.exponent = exponent;
    out.outputs = matrix.outputs;
    out.inputs = matrix.inputs;
    out.source_pool = folded.source_pool;
    out.sum_pool = folded.sum_pool;
    out.first = matrix.first;
    out.column = matrix.column;
    out.convolution = folded.convolution;
    if (!given.empty()) {
        if (given.size() != matrix.weight.size()) SYNFIRE_BUG("calibrated weights of another connection");
        out.weight = given;
        return out;
    }
    out.weight.resize(matrix.weight.size());
    // Powers of two, so that the order of the products does not matter.
    const double unit = std::exp2(-exponent - profile.rules.accumulator_shift) / profile.weight_step;
    const double most = std::floor(profile.weight_max / profile.weight_step);
    for (std::size_t row = 0; row < matrix.outputs; ++row) {
        const double scale = choice.scale[neuron_of_row(folded, row, choice.scale.size())] * unit;
        const std::size_t end = matrix.end(row);
        for (std::size_t k = matrix.begin(row); k < end; ++k) {
            const double steps = rounded(std::clamp(matrix.weight[k] * scale, -most, most));
            out.weight[k] = static_cast<std::int16_t>(profile.weight_step * steps);
        }
    }
    return out;
}

// Where no bound closes (no leak), this many worst-case steps are asked of a finer membrane.
constexpr std::uint64_t enough_steps = 1000;

// No register that wraps can be left; one that clamps takes more than one step to reach its limit. A membrane
// of few bits may saturate in one: its scale has left room for what usually arrives.
bool is_safe(const PopulationRange& range, const IntPopulation& p, const rt::Rules& rules) {
    const bool saturates =
        rules.membrane.overflow == rt::Overflow::saturate && range.register_name == "membrane";
    if (range.verdict == RangeVerdict::can_overflow && !saturates) return false;
    if (rules.current.overflow == rt::Overflow::clamp) return true;
    std::int64_t bias = 0;
    for (std::int32_t b : p.bias) bias = std::max(bias, std::abs(std::int64_t{b}));
    const std::int64_t half = std::int64_t{1} << (rules.current.bits - 1);
    return std::max(-range.current.low, range.current.high) + bias < half;
}

// v and u stay so small that the leak's product fits in 32 bits; with finer decays it does not, and then the
// membrane may be as fine as a register with room to spare holds.
bool is_small(const PopulationRange& range, const IntPopulation& p, const rt::Rules& rules) {
    const std::int64_t limit = std::int64_t{1} << (rules.decay_bits > 16 ? 29 : 31 - rules.decay_bits);
    const auto extent = [](Interval x) { return std::max(-x.low, x.high); };
    if (range.verdict == RangeVerdict::proven)
        return extent(range.membrane) < limit && extent(range.current) < limit;
    if (range.verdict == RangeVerdict::can_overflow || range.safe_steps < enough_steps) return false;
    // Without a leak no bound closes; then a single step is what has to be small.
    std::int64_t step = extent(range.sum);
    for (std::int32_t b : p.bias) step = std::max(step, extent(range.sum) + std::abs(std::int64_t{b}));
    for (std::int32_t t : p.threshold)
        if (p.spiking) step = std::max(step, std::abs(std::int64_t{t}));
    return step < limit;
}

// Of smaller weights, when they do not fit.
constexpr double shrinking = 0.95;

// Sums shrink with the weights: rounds that would still be far beyond the accumulator need no proof.
int hopeless_rounds(const PopulationRange& range, const rt::Rules& rules) {
    const double most =
        static_cast<double>(register_limits(rules.accumulator).high >> rules.accumulator_shift);
    const double ratio = static_cast<double>(std::max(-range.sum.low, range.sum.high)) / most;
    if (range.verdict != RangeVerdict::can_overflow || ratio < 2) return 0;
    return static_cast<int>(0.5 * std::log(ratio) / -std::log(shrinking));
}

struct Search {
    const Network& network;
    const std::vector<Folded>& folded;
    const Profile& profile;
    IntNetwork& out;
    std::size_t population;
    const Fan& fan;
    const std::vector<Group>& groups;

    // Puts the integers of a choice into the network and proves their range.
    PopulationRange apply(const Choice& choice) {
        const bool exact = std::all_of(groups.begin(), groups.end(), [](const Group& g) { return g.exact; });
        out.populations[population] = to_integers(fan, profile, choice);
        for (std::size_t c = 0; c < folded.size(); ++c) {
            if (network.connections[c].target != population) continue;
            const int exponent =
                exact && choice.shrink == 1 ? choice.exponent : exponent_for(folded[c], profile, choice);
            out.connections[c] = to_integers(network.connections[c], folded[c], profile, choice, exponent);
        }
        return prove_range(out, population);
    }

    bool within_limits(int exponent) const {
        const double factor = std::exp2(exponent + profile.rules.accumulator_shift);
        return std::all_of(groups.begin(), groups.end(),
                           [&](const Group& g) { return g.base * factor <= g.most; });
    }

    Choice run(int least) {
        const int most =
            profile.spare_exponent ? profile.most_exponent : std::min(least, profile.most_exponent);
        for (int e = most; e >= 0; --e) {
            if (e > 0 && !within_limits(e)) continue;
            Choice choice = choose(fan, profile, groups, e, 1);
            const PopulationRange range = apply(choice);
            const IntPopulation& p = out.populations[population];
            if (is_safe(range, p, profile.rules) && (e <= least || is_small(range, p, profile.rules)))
                return choice;
        }
        return shrink();
    }

    // Full-range weights are too much for a register even without a shift: smaller weights, fewer bits.
    Choice shrink() {
        double factor = 1;
        int hopeless = 0;
        for (int round = 0; round < most_shrinking; ++round) {
            factor *= shrinking;
            if (hopeless-- > 0) continue;
            Choice choice = choose(fan, profile, groups, 0, factor);
            const PopulationRange range = apply(choice);
            if (is_safe(range, out.populations[population], profile.rules)) return choice;
            hopeless = hopeless_rounds(range, profile.rules);
        }
        SYNFIRE_BUG("no scale is small enough for '" + fan.population->name + "'");
    }
};

void add(PerNeuron& values, const PerNeuron& more) {
    if (more.empty()) return;
    PerNeuron sum(std::max(values.size(), more.size()));
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] = at(values, j) + at(more, j);
    values = std::move(sum);
}

// The parameters of the float model with what data adds to them.
Population corrected(Population p, const Calibration::Neurons& by) {
    if (!p.spiking) return p;
    add(p.spiking->threshold, by.threshold);
    if (auto* soft = std::get_if<SoftReset>(&p.spiking->reset)) add(soft->amount, by.reset_amount);
    return p;
}

// Puts calibrated integers in the place of those that search.apply(choice) made. Finer integers may need more
// room than these: then all exponents go down together. Returns false where that does not help.
bool calibrate(Search& search, const Choice& choice, const Calibration& calibration) {
    IntNetwork& out = search.out;
    const Calibration::Neurons& by = calibration.populations[search.population];
    const Population population = corrected(*search.fan.population, by);
    Fan fan = search.fan;
    fan.population = &population;
    add(fan.bias.v, by.bias);
    std::vector<int> exponents;
    int most_drop = choice.exponent;
    for (const IntConnection& c : out.connections) {
        exponents.push_back(c.exponent);
        if (c.target == search.population) most_drop = std::min(most_drop, c.exponent);
    }
    for (int drop = 0; drop <= most_drop; ++drop) {
        Choice finer = choice;
        for (std::size_t j = 0; j < finer.scale.size(); ++j)
            finer.scale[j] *= std::exp2(-drop) * (by.finer.empty() ? 1 : at(by.finer, j));
        out.populations[search.population] = to_integers(fan, search.profile, finer);
        for (std::size_t c = 0; c < search.folded.size(); ++c)
            if (search.network.connections[c].target == search.population)
                out.connections[c] =
                    to_integers(search.network.connections[c], search.folded[c], search.profile, finer,
                                exponents[c] - drop, calibration.connections[c].weight);
        if (is_safe(prove_range(out, search.population), out.populations[search.population],
                    search.profile.rules))
            return true;
    }
    return false;
}

void quantize_population(const Network& network, const std::vector<Folded>& folded, std::size_t index,
                         const Profile& profile, Granularity granularity, const Calibration* calibration,
                         IntNetwork& out, Report& report) {
    Fan fan;
    fan.population = &network.populations[index];
    for (std::size_t c = 0; c < folded.size(); ++c)
        if (network.connections[c].target == index) fan.connections.push_back(&folded[c]);
    fan.bias = total_biases(network, folded, index);
    const std::vector<Group> groups = group_neurons(fan, profile, granularity);
    const int least = least_exponent(fan, profile, groups);
    Search search{network, folded, profile, out, index, fan, groups};
    const Choice choice = search.run(least);
    if (calibration != nullptr && !calibrate(search, choice, *calibration)) {
        search.apply(choice);
        note_uncalibrated(*fan.population, report);
    }
    note_scale(fan, profile, choice, least, report);
    note_decays(*fan.population, profile, report);
    check_thresholds(out.populations[index], profile, report);
    for (std::size_t c = 0; c < folded.size(); ++c)
        if (network.connections[c].target == index)
            warn_lost_weights(folded[c].matrix, out.connections[c], report);
}

// The weights that a seed gives, and those that a kernel does.
IntNetwork with_origins(const Network& network, IntNetwork integers, Report& report) {
    for (std::size_t c = 0; c < integers.connections.size(); ++c) {
        integers.connections[c].drawn = origin(network.connections[c], integers.connections[c]);
        keep_shared(integers.connections[c], report);
    }
    return integers;
}

}  // namespace

IntNetwork quantize(const Network& network, const QuantizeOptions& options, Report& report,
                    const Calibration* calibration) {
    const bool lava = options.profile == "lava";
    const Profile profile = lava ? Profile{} : profile_of(options, report);
    if (lava) refuse_state_bits(options, report);
    refuse_inputs(network, report);
    report.stop_on_errors();
    if (lava) return with_origins(network, carry_over(network, report), report);
    std::vector<Folded> folded;
    for (const Connection& c : network.connections) {
        folded.push_back(fold(network, c));
        refuse_biases(network, c, folded.back(), profile, report);
    }
    for (const Population& p : network.populations) refuse_reset(p, profile, report);
    report.stop_on_errors();

    const Granularity granularity = options.profile == "loihi" ? Granularity::layer : options.granularity;
    refuse_unknown_widths(network, options, report);
    IntNetwork out;
    out.name = network.name;
    out.profile = options.profile;
    out.rules = profile.rules;
    out.inputs = network.inputs;
    out.outputs = network.outputs;
    out.populations.resize(network.populations.size());
    out.connections.resize(network.connections.size());
    // Unfinished connections must not look as if they reached population 0.
    for (std::size_t c = 0; c < folded.size(); ++c) out.connections[c].target = network.connections[c].target;
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        quantize_population(network, folded, p,
                            with_weight_bits(profile, options, network.populations[p].name), granularity,
                            calibration, out, report);
    report.stop_on_errors();
    return with_origins(network, std::move(out), report);
}

}  // namespace synfire
