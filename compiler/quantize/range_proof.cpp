// Interval analysis of one neuron: which values its registers can ever hold when every source may spike in
// any pattern. Each bound is the least fixed point of the worst step. The worst step is monotone and never
// grows faster than its argument, so a bound is found by bisection instead of by running the neuron.
#include "compiler/quantize/range_proof.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "compiler/quantize/sum_bounds.hpp"

namespace synfire {
namespace {

// A bound that does not close is followed step by step this long; then its growth is extrapolated.
constexpr std::uint64_t exact_steps = 1000;

constexpr const char* accumulator_name = "accumulator";
constexpr const char* current_name = "current";
constexpr const char* drive_name = "drive";
constexpr const char* membrane_name = "membrane";

Interval limits(rt::Register r) {
    return register_limits(r);
}

bool inside(Interval x, Interval limit) {
    return x.low >= limit.low && x.high <= limit.high;
}

Interval hull(Interval a, Interval b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

// What a register holds when x is written to it.
Interval stored(Interval x, rt::Register r) {
    const Interval limit = limits(r);
    if (inside(x, limit)) return x;
    if (r.overflow == rt::Overflow::wrap) return limit;
    if (r.overflow == rt::Overflow::wrap_once) {  // one turn of 32 bits may not be enough
        const std::int64_t turn = std::int64_t{1} << r.bits, most = std::int64_t{1} << 31;
        return r.bits == 32 ? Interval{-most, most} : Interval{-most + turn, most - turn};
    }
    return {std::clamp(x.low, limit.low, limit.high), std::clamp(x.high, limit.low, limit.high)};
}

// The part of a register that x uses; more than 1 where it does not fit.
double use(Interval x, rt::Register r) {
    const Interval limit = limits(r);
    return std::max(static_cast<double>(x.high) / static_cast<double>(limit.high),
                    static_cast<double>(x.low) / static_cast<double>(limit.low));
}

// Everything the worst case of one neuron depends on.
struct Neuron {
    rt::Rules rules;
    rt::NeuronParameters p;
    std::int64_t initial_v;
    std::int64_t initial_u;
};

std::int64_t decayed(const Neuron& n, std::int64_t x, std::int32_t d) {
    const std::int64_t most = INT32_MAX;
    return rt::decay_toward_zero(static_cast<std::int32_t>(std::clamp(x, -most, most)), d,
                                 n.rules.decay_bits);
}

// Bounds of v after a reset, given bounds of v as it meets the threshold.
std::int64_t reset_high(const Neuron& n, std::int64_t high) {
    const std::int64_t threshold = n.p.threshold;
    if (high <= threshold) return high;
    if (n.p.reset == rt::Reset::to_value) return std::max<std::int64_t>(threshold, n.p.reset_amount);
    if (n.p.reset == rt::Reset::subtract_at_once) return std::max(threshold, high - n.p.reset_amount);
    if (n.p.reset == rt::Reset::subtract_no_delay) return std::max(high, threshold + n.p.reset_amount);
    if (n.p.reset == rt::Reset::to_zero_no_delay) return std::max<std::int64_t>({high, 2 * threshold, 0});
    return high;
}

std::int64_t reset_low(const Neuron& n, std::int64_t low, bool fires) {
    if (!fires) return low;
    if (n.p.reset == rt::Reset::to_value) return std::min<std::int64_t>(low, n.p.reset_amount);
    if (n.p.reset == rt::Reset::subtract_at_once)
        return std::min(low, std::max<std::int64_t>(low, n.p.threshold + std::int64_t{1}) - n.p.reset_amount);
    if (n.p.reset == rt::Reset::subtract_no_delay)
        return std::min(low, std::max<std::int64_t>(low, n.p.threshold + std::int64_t{1}) - n.p.reset_amount);
    if (n.p.reset == rt::Reset::to_zero_no_delay) return std::min<std::int64_t>({low, 2 * low, 0});
    return low;
}

bool subtracts_later(const Neuron& n) {
    return n.p.reset == rt::Reset::subtract_next_step || n.p.reset == rt::Reset::subtract_no_delay;
}

// Bounds of v after one more step, as it meets the threshold. high, low: the same bounds one step earlier.
// The initial potential never met the threshold, so no reset lowers it.
std::int64_t next_high(const Neuron& n, std::int64_t high, std::int64_t drive) {
    const std::int64_t before = std::max(reset_high(n, high), n.initial_v);
    const std::int64_t floor = n.p.v_min;
    if (n.p.reset == rt::Reset::to_zero_no_delay)  // what stands above the threshold starts from 0
        return std::max(
            floor,
            decayed(n, std::clamp<std::int64_t>(before, 0, std::max(0, n.p.threshold)), n.p.decay_v) + drive);
    if (!subtracts_later(n)) return std::max(floor, decayed(n, before, n.p.decay_v) + drive);
    const std::int64_t quiet = decayed(n, std::min<std::int64_t>(before, n.p.threshold), n.p.decay_v) + drive;
    if (before <= n.p.threshold) return std::max(floor, quiet);
    return std::max({floor, quiet, decayed(n, before, n.p.decay_v) + drive - n.p.reset_amount});
}

std::int64_t next_low(const Neuron& n, std::int64_t low, std::int64_t drive, bool fires) {
    const std::int64_t before = std::min(reset_low(n, low, fires), n.initial_v);
    const std::int64_t floor = n.p.v_min;
    if (n.p.reset == rt::Reset::to_zero_no_delay)
        // A potential that was doubled started from 0, so that twice the drive bounds it.
        return std::max(
            floor,
            decayed(n, std::min({low, n.initial_v, std::int64_t{0}, fires ? 2 * drive : 0}), n.p.decay_v) +
                drive);
    const std::int64_t quiet = decayed(n, before, n.p.decay_v) + drive;
    if (!subtracts_later(n) || !fires) return std::max(floor, quiet);
    const std::int64_t lowest_spiking = std::max<std::int64_t>(before, n.p.threshold + std::int64_t{1});
    return std::max(floor,
                    std::min(quiet, decayed(n, lowest_spiking, n.p.decay_v) + drive - n.p.reset_amount));
}

using Bound = std::function<std::int64_t(std::int64_t)>;

// The least x in [from, limit] with next(x) <= x. next(x) - x must not grow with x; whatever is returned is
// checked to be closed.
std::optional<std::int64_t> closed_above(std::int64_t from, std::int64_t limit, const Bound& next) {
    if (from > limit || next(limit) > limit) return std::nullopt;
    std::int64_t open = from - 1;
    std::int64_t closed = limit;
    while (closed - open > 1) {
        const std::int64_t middle = open + (closed - open) / 2;
        (next(middle) <= middle ? closed : open) = middle;
    }
    return closed;
}

std::optional<std::int64_t> closed_below(std::int64_t from, std::int64_t limit, const Bound& next) {
    const auto above = closed_above(-from, -limit, [&](std::int64_t x) { return -next(-x); });
    if (!above) return std::nullopt;
    return -*above;
}

// An interval that no step leaves, or nothing where the register is too small for one.
std::optional<Interval> closed_current(const Neuron& n, Interval a) {
    const Interval limit = limits(n.rules.current);
    const auto high = closed_above(std::max<std::int64_t>(0, n.initial_u), limit.high,
                                   [&](std::int64_t x) { return decayed(n, x, n.p.decay_u) + a.high; });
    const auto low = closed_below(std::min<std::int64_t>(0, n.initial_u), limit.low,
                                  [&](std::int64_t x) { return decayed(n, x, n.p.decay_u) + a.low; });
    if (!high || !low) return std::nullopt;
    return Interval{*low, *high};
}

// v as it meets the threshold.
std::optional<Interval> closed_membrane(const Neuron& n, Interval drive) {
    const Interval limit = limits(n.rules.membrane);
    const auto high =
        closed_above(n.initial_v, limit.high, [&](std::int64_t x) { return next_high(n, x, drive.high); });
    const bool fires = !high || *high > n.p.threshold;
    const auto low = closed_below(n.initial_v, limit.low,
                                  [&](std::int64_t x) { return next_low(n, x, drive.low, fires); });
    if (!high || !low) return std::nullopt;
    return Interval{*low, *high};
}

Interval with_reset(const Neuron& n, Interval v) {
    const bool fires = v.high > n.p.threshold;
    return hull(v, {reset_low(n, v.low, fires), reset_high(n, v.high)});
}

// How long nothing overflows, and what overflows first.
struct Growth {
    std::uint64_t safe_steps = 0;
    const char* register_name = membrane_name;
};

// Steps until x passes limit when it moves at most `move` per step from now on.
std::uint64_t steps_to(std::int64_t distance, std::int64_t move) {
    return move <= 0 ? UINT64_MAX : static_cast<std::uint64_t>(distance / move);
}

Growth follow(const Neuron& n, Interval a) {
    Interval u{n.initial_u, n.initial_u};
    Interval v{n.initial_v, n.initial_v};
    const Interval limit = limits(n.rules.membrane);
    for (std::uint64_t t = 0; t < exact_steps; ++t) {
        u = {decayed(n, u.low, n.p.decay_u) + a.low, decayed(n, u.high, n.p.decay_u) + a.high};
        if (!inside(u, limits(n.rules.current))) return {t, current_name};
        const Interval drive{u.low + n.p.bias, u.high + n.p.bias};
        if (!inside(drive, limits(n.rules.drive))) return {t, drive_name};
        const bool fires = v.high > n.p.threshold;
        v = hull(v, {next_low(n, v.low, drive.low, fires), next_high(n, v.high, drive.high)});
        if (!inside(with_reset(n, v), limit)) return {t, membrane_name};
    }
    const bool steady =
        decayed(n, u.low, n.p.decay_u) + a.low == u.low && decayed(n, u.high, n.p.decay_u) + a.high == u.high;
    if (!steady || n.p.reset_amount < 0) return {exact_steps, membrane_name};
    const std::int64_t rise = next_high(n, v.high, u.high + n.p.bias) - v.high;
    const std::int64_t fall = v.low - next_low(n, v.low, u.low + n.p.bias, true);
    const std::uint64_t more =
        std::min(steps_to(limit.high - v.high, rise), steps_to(v.low - limit.low, fall));
    return {more == UINT64_MAX ? more : exact_steps + more, membrane_name};
}

void consider(PopulationRange& range, double& fullest, Interval x, rt::Register r, const char* name) {
    const double part = use(x, r);
    if (part < fullest) return;
    fullest = part;
    range.register_name = name;
}

PopulationRange prove_neuron(const Neuron& n, Interval sum, double& fullest) {
    PopulationRange range;
    range.sum = sum;
    const Interval raw = saturated_shift(sum, n.rules.accumulator_shift);
    const Interval a = stored(raw, n.rules.accumulator);
    consider(range, fullest, raw, n.rules.accumulator, accumulator_name);
    const auto current = closed_current(n, a);
    constexpr std::int64_t any = std::int64_t{1} << 58;
    range.current = current.value_or(stored({-any, any}, n.rules.current));
    const Interval raw_drive{range.current.low + n.p.bias, range.current.high + n.p.bias};
    const Interval drive = stored(raw_drive, n.rules.drive);
    const auto membrane = closed_membrane(n, drive);
    range.membrane = with_reset(n, membrane.value_or(limits(n.rules.membrane)));
    consider(range, fullest, range.current, n.rules.current, current_name);
    consider(range, fullest, raw_drive, n.rules.drive, drive_name);
    consider(range, fullest, range.membrane, n.rules.membrane, membrane_name);

    if (!inside(raw, limits(n.rules.accumulator))) {
        range.verdict = RangeVerdict::can_overflow;
        range.register_name = accumulator_name;
    } else if (!current || !inside(raw_drive, limits(n.rules.drive)) || !membrane ||
               !inside(range.membrane, limits(n.rules.membrane))) {
        const Growth growth = follow(n, a);
        range.safe_steps = growth.safe_steps;
        range.register_name = growth.register_name;
        range.verdict = growth.safe_steps == 0 ? RangeVerdict::can_overflow : RangeVerdict::proven_for_steps;
    }
    range.membrane = stored(range.membrane, n.rules.membrane);
    return range;
}

// Whether the verdict of a is worse than that of b.
bool worse(const PopulationRange& a, const PopulationRange& b) {
    if (a.verdict != b.verdict) return a.verdict > b.verdict;
    return a.verdict == RangeVerdict::proven_for_steps && a.safe_steps < b.safe_steps;
}

// The most spikes of one neuron, given what its membrane can hold.
int most_spikes(const IntPopulation& p, std::size_t n, const PopulationRange& range) {
    if (!p.spiking) return 0;
    const std::int64_t unit = std::int64_t{at(p.threshold, n)} + 1;
    if (range.verdict != RangeVerdict::proven || unit <= 0) return p.max_spikes;
    return static_cast<int>(std::clamp<std::int64_t>(range.membrane.high / unit, 0, p.max_spikes));
}

// most: what sources can send; nullptr: anything. found: becomes what the neurons can send.
PopulationRange prove(const IntNetwork& network, std::size_t population, const MostSpikes* most,
                      std::vector<int>* found) {
    const IntPopulation& p = network.populations[population];
    const std::vector<Interval> sum = bound_sums(network, population, most);
    PopulationRange result;
    double fullest = -1;
    std::size_t silent = 0;
    for (std::size_t j = 0; j < sum.size(); ++j) {
        double use_of_neuron = 0;
        PopulationRange one =
            prove_neuron({network.rules, neuron_parameters(p, j), at(p.initial_v, j), at(p.initial_u, j)},
                         sum[j], use_of_neuron);
        one.neuron = j;
        const int spikes = most_spikes(p, j, one);
        silent += p.spiking && spikes == 0;
        if (found != nullptr) (*found)[j] = spikes;
        const Interval all_sums = j == 0 ? one.sum : hull(result.sum, one.sum);
        const Interval all_currents = j == 0 ? one.current : hull(result.current, one.current);
        const Interval all_membranes = j == 0 ? one.membrane : hull(result.membrane, one.membrane);
        if (j == 0 || worse(one, result) || (!worse(result, one) && use_of_neuron > fullest)) {
            result = one;
            fullest = use_of_neuron;
        }
        result.sum = all_sums;
        result.current = all_currents;
        result.membrane = all_membranes;
    }
    result.name = p.name;
    result.silent = silent;
    return result;
}

}  // namespace

Interval register_limits(rt::Register r) {
    const std::int64_t half = std::int64_t{1} << (r.bits - 1);
    switch (r.overflow) {
        case rt::Overflow::wrap:
        case rt::Overflow::saturate:
            return {-half, half - 1};
        case rt::Overflow::wrap_once:
            return {-half + 1, half};
        case rt::Overflow::clamp:
            break;
    }
    return {-half + 1, half - 1};
}

PopulationRange prove_range(const IntNetwork& network, std::size_t population) {
    return prove(network, population, nullptr, nullptr);
}

// Sound at every round: what a neuron can send was proven with bounds of its sources that were proven before.
std::vector<PopulationRange> prove_ranges(const IntNetwork& network) {
    MostSpikes most;
    for (const IntPopulation& p : network.populations) most.emplace_back(neurons(p), p.max_spikes);
    std::vector<PopulationRange> ranges(network.populations.size());
    for (std::size_t round = 0; round <= network.populations.size(); ++round) {
        MostSpikes next = most;
        for (std::size_t p = 0; p < ranges.size(); ++p) ranges[p] = prove(network, p, &next, &next[p]);
        if (next == most) break;
        most = std::move(next);
    }
    return ranges;
}

}  // namespace synfire
