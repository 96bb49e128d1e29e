// Floats and integers side by side; what is taken is brought to the unit of the run.
#include "tuning/hybrid_parameters.hpp"

namespace synfire {
namespace {

rt::Reset kind_of(const Reset& reset) {
    if (std::holds_alternative<HardReset>(reset)) return rt::Reset::to_value;
    if (const auto* soft = std::get_if<SoftReset>(&reset))
        return soft->next_step ? rt::Reset::subtract_next_step : rt::Reset::subtract_at_once;
    if (const auto* no_delay = std::get_if<NoDelayReset>(&reset))
        return no_delay->to_zero ? rt::Reset::to_zero_no_delay : rt::Reset::subtract_no_delay;
    return rt::Reset::none;
}

double amount_of(const Reset& reset, std::size_t n) {
    if (const auto* hard = std::get_if<HardReset>(&reset)) return at(hard->value, n);
    if (const auto* soft = std::get_if<SoftReset>(&reset)) return at(soft->amount, n);
    if (const auto* no_delay = std::get_if<NoDelayReset>(&reset)) return at(no_delay->amount, n);
    return 0;
}

void set_decays(const Origin& o, std::size_t n, Parameters& p) {
    const double whole = std::ldexp(1.0, o.model.integers.rules.decay_bits);
    const double lost_u = at(o.whole().decay_u, n), lost_v = at(o.whole().decay_v, n);
    const bool on = is_on(o.on, ErrorSource::decay);
    p.kept_u = on ? (whole - lost_u) / whole : at(o.floats().alpha, n);
    p.kept_v = on ? (whole - lost_v) / whole : at(o.floats().beta, n);
    // What keeps everything truncates nothing.
    p.truncates_u = is_on(o.on, ErrorSource::truncation) && lost_u != 0;
    p.truncates_v = is_on(o.on, ErrorSource::truncation) && lost_v != 0;
}

void set_biases(const Origin& o, std::size_t n, Parameters& p) {
    const IntPopulation& q = o.whole();
    const Population& f = o.floats();
    if (is_on(o.on, ErrorSource::bias)) {
        const int shift = o.model.integers.rules.accumulator_shift;
        p.bias_u = o.of_whole(std::ldexp(at(q.bias_u, n), shift), n);
        p.bias_v = o.of_whole(at(q.bias, n), n);
        p.initial_u = o.of_whole(at(q.initial_u, n), n);
        p.initial_v = o.of_whole(at(q.initial_v, n), n);
        if (at(q.v_min, n) != no_v_min) p.v_min = o.of_whole(at(q.v_min, n), n);
        return;
    }
    // Floats of connections arrive with the weights, unless those are integers.
    const bool apart = is_on(o.on, ErrorSource::weights);
    const Biases& biases = o.model.biases[o.index];
    p.bias_u = apart ? o.of_real(at(biases.u, n), n) : 0;
    p.bias_v = o.of_real(apart ? at(biases.v, n) : at(f.bias, n), n);
    p.initial_u = o.of_real(at(f.initial_i, n), n);
    p.initial_v = o.of_real(at(f.initial_v, n), n);
    if (!f.v_min.empty()) p.v_min = o.of_real(at(f.v_min, n), n);
}

// On the lattice "v > T" is "v >= T + 1": between the two a threshold is as good as the float one. So only
// what lies outside is an error of the threshold.
void set_threshold(const Origin& o, std::size_t n, Parameters& p) {
    const Population& f = o.floats();
    const IntPopulation& q = o.whole();
    const double theta = at(f.spiking->threshold, n);
    const bool greater = f.spiking->compare == Compare::greater;
    p.reset = kind_of(f.spiking->reset);
    p.amount = o.of_real(amount_of(f.spiking->reset, n), n);
    p.threshold = o.of_real(theta, n);
    p.strict = greater;
    p.count_unit = p.threshold;
    if (!is_on(o.on, ErrorSource::threshold)) return;
    const double low = at(q.threshold, n), high = low + 1, x = theta * o.scale(n);
    if (x < low || (x == low && !greater)) {
        p.threshold = o.of_whole(low, n);
        p.strict = true;
    } else if (x > high || (x == high && greater)) {
        p.threshold = o.of_whole(high, n);
        p.strict = false;
    }
    p.count_unit = o.of_whole(high, n);
    p.reset = q.reset;
    p.amount = o.of_whole(at(q.reset_amount, n), n);
}

}  // namespace

Parameters parameters_of(const Origin& o, std::size_t n) {
    Parameters p;
    set_decays(o, n, p);
    set_biases(o, n, p);
    if (o.floats().spiking) set_threshold(o, n, p);
    return p;
}

}  // namespace synfire
