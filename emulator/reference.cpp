// One neuron after the other, one step after the other: no blocking, no reordering, so that it can be read as
// the definition of what a Network computes.
#include "emulator/reference.hpp"

#include <algorithm>
#include <cmath>

#include "compiler/network/apply_stage.hpp"
#include "compiler/support/report.hpp"

namespace synfire {
namespace {

// What the source sends in the step `delay` steps ago; silence before the first step.
std::vector<double> arriving(const Connection& c, const std::vector<Signal>& inputs, const FloatTrace& trace,
                             std::size_t step, std::size_t width) {
    std::vector<double> x(width, 0.0);
    const auto delay = static_cast<std::size_t>(c.delay);
    if (delay > step) return x;
    const std::size_t first = (step - delay) * width;
    for (std::size_t i = 0; i < width; ++i)
        x[i] = c.source.kind == Presynaptic::Kind::input
                   ? inputs[c.source.index].values[first + i]
                   : static_cast<double>(trace.populations[c.source.index].s[first + i]);
    return x;
}

struct State {
    std::vector<double> i, v;
    std::vector<int> held;
    std::vector<std::uint8_t> spiked;  // in the step before
};

bool above(const Spiking& spiking, std::size_t n, double v) {
    const double threshold = at(spiking.threshold, n);
    return spiking.compare == Compare::greater ? v > threshold : v >= threshold;
}

int spikes_of(const Spiking& spiking, std::size_t n, double v) {
    if (!above(spiking, n, v)) return 0;
    if (spiking.max_spikes == 1) return 1;
    const double count = std::floor(v / at(spiking.threshold, n));
    return static_cast<int>(std::clamp(count, 1.0, static_cast<double>(spiking.max_spikes)));
}

// The part of each reset that comes before the update: v as the update finds it, and what it subtracts.
struct BeforeUpdate {
    double v;
    double subtracted = 0;
    bool reset = false;  // NoDelayReset only
};

BeforeUpdate before_update(const Population& p, const State& state, std::size_t n) {
    BeforeUpdate before{state.v[n]};
    if (!p.spiking) return before;
    const auto* soft = std::get_if<SoftReset>(&p.spiking->reset);
    if (soft != nullptr && soft->next_step && state.spiked[n]) before.subtracted = at(soft->amount, n);
    const auto* no_delay = std::get_if<NoDelayReset>(&p.spiking->reset);
    if (no_delay == nullptr || !above(*p.spiking, n, before.v)) return before;
    before.reset = true;
    if (no_delay->to_zero)
        before.v = 0;
    else
        before.subtracted = at(no_delay->amount, n);
    return before;
}

// v after a step in which the neuron sent `spikes`.
double after_update(const Spiking& spiking, const BeforeUpdate& before, std::size_t n, double v, int spikes) {
    if (const auto* no_delay = std::get_if<NoDelayReset>(&spiking.reset)) {
        const double times = (spikes > 0 ? 1.0 : 0.0) - (before.reset ? 1.0 : 0.0);
        return v - times * (no_delay->to_zero ? v : at(no_delay->amount, n));
    }
    if (spikes == 0) return v;
    if (const auto* hard = std::get_if<HardReset>(&spiking.reset)) return at(hard->value, n);
    const auto* soft = std::get_if<SoftReset>(&spiking.reset);
    return soft != nullptr && !soft->next_step ? v - spikes * at(soft->amount, n) : v;
}

// Updates neuron n; drive is the sum over its connections. Writes row `at_row` of the record.
void update(const Population& p, State& state, std::size_t n, double drive, PopulationTrace<double>& out,
            std::size_t at_row) {
    double& i = state.i[n];
    double& v = state.v[n];
    i = at(p.alpha, n) * i + drive;
    const bool refractory = state.held[n] > 0;
    const BeforeUpdate before = before_update(p, state, n);
    if (refractory) {
        --state.held[n];
    } else {
        v = at(p.beta, n) * before.v + i + at(p.bias, n) - before.subtracted;
        if (!p.v_min.empty()) v = std::max(v, at(p.v_min, n));
    }
    out.compared[at_row] = v;
    int spikes = 0;
    if (p.spiking && !refractory) {
        spikes = spikes_of(*p.spiking, n, v);
        v = after_update(*p.spiking, before, n, v, spikes);
        if (spikes > 0) state.held[n] = p.spiking->refractory_steps;
    }
    state.spiked[n] = spikes > 0;
    out.u[at_row] = i;
    out.v[at_row] = v;
    if (p.spiking) out.s[at_row] = static_cast<std::uint8_t>(spikes);
}

State initial_state(const Population& p) {
    const std::size_t n = neurons(p);
    State state{std::vector<double>(n), std::vector<double>(n), std::vector<int>(n, 0),
                std::vector<std::uint8_t>(n, 0)};
    for (std::size_t j = 0; j < n; ++j) {
        state.i[j] = at(p.initial_i, j);
        state.v[j] = at(p.initial_v, j);
    }
    return state;
}

void clear(State& state) {
    std::fill(state.i.begin(), state.i.end(), 0.0);
    std::fill(state.v.begin(), state.v.end(), 0.0);
    std::fill(state.held.begin(), state.held.end(), 0);
    std::fill(state.spiked.begin(), state.spiked.end(), std::uint8_t{0});
}

void step_population(const Network& network, std::size_t index, const std::vector<Signal>& inputs,
                     State& state, FloatTrace& trace, std::size_t step) {
    const Population& p = network.populations[index];
    const std::size_t n = neurons(p);
    if (clears(p.periodic_reset, step)) clear(state);
    std::vector<double> drive(n, 0.0);
    for (const Connection& c : network.connections) {
        if (c.target != index) continue;
        std::vector<double> x = arriving(c, inputs, trace, step, width(network, c.source));
        for (const Stage& stage : c.stages) x = apply_stage(stage, x);
        for (std::size_t j = 0; j < n; ++j) drive[j] += x[j];
    }
    for (std::size_t j = 0; j < n; ++j) update(p, state, j, drive[j], trace.populations[index], step * n + j);
}

}  // namespace

FloatTrace simulate(const Network& network, const std::vector<Signal>& inputs) {
    if (inputs.size() != network.inputs.size()) SYNFIRE_BUG("one signal per input is needed");
    FloatTrace trace;
    trace.steps = inputs.at(0).steps;
    std::vector<State> states;
    for (const Population& p : network.populations) {
        const std::size_t n = neurons(p), cells = n * trace.steps;
        PopulationTrace<double> record{p.name, n, p.spiking.has_value(), {}, {}, {}, {}};
        record.s.resize(cells);
        record.u.resize(cells);
        record.v.resize(cells);
        record.compared.resize(cells);
        trace.populations.push_back(std::move(record));
        states.push_back(initial_state(p));
    }
    for (std::size_t step = 0; step < trace.steps; ++step)
        for (std::size_t p = 0; p < network.populations.size(); ++p)
            step_population(network, p, inputs, states[p], trace, step);
    return trace;
}

}  // namespace synfire
