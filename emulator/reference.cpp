// One neuron after the other, one step after the other: no blocking, no reordering, so that it can be read as
// the definition of what a Network computes.
#include "emulator/reference.hpp"

#include "compiler/support/report.hpp"

namespace synfire {
namespace {

std::vector<double> apply(const Dense& dense, const std::vector<double>& x) {
    std::vector<double> y(dense.outputs, 0.0);
    for (std::size_t o = 0; o < dense.outputs; ++o) {
        const double* row = dense.weight.data() + o * dense.inputs;
        for (std::size_t i = 0; i < dense.inputs; ++i)
            if (x[i] != 0) y[o] += row[i] * x[i];
        if (!dense.bias.empty()) y[o] += dense.bias[o];
    }
    return y;
}

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

// Updates neuron n; drive is the sum over its connections. Writes row `at_row` of the record.
void update(const Population& p, State& state, std::size_t n, double drive, PopulationTrace<double>& out,
            std::size_t row) {
    double& i = state.i[n];
    double& v = state.v[n];
    i = at(p.alpha, n) * i + drive;
    const auto* soft = p.spiking ? std::get_if<SoftReset>(&p.spiking->reset) : nullptr;
    const auto* hard = p.spiking ? std::get_if<HardReset>(&p.spiking->reset) : nullptr;
    const bool refractory = state.held[n] > 0;
    bool spike = false;
    if (refractory) {
        --state.held[n];
    } else {
        v = at(p.beta, n) * v + i + at(p.bias, n);
        if (soft != nullptr && soft->next_step && state.spiked[n]) v -= at(soft->amount, n);
    }
    out.compared[row] = v;
    if (p.spiking && !refractory) {
        const double threshold = at(p.spiking->threshold, n);
        spike = p.spiking->compare == Compare::greater ? v > threshold : v >= threshold;
    }
    if (spike) {
        if (hard != nullptr) v = at(hard->value, n);
        if (soft != nullptr && !soft->next_step) v -= at(soft->amount, n);
        state.held[n] = p.spiking->refractory_steps;
    }
    state.spiked[n] = spike;
    out.u[row] = i;
    out.v[row] = v;
    if (p.spiking) out.s[row] = spike;
}

void step_population(const Network& network, std::size_t index, const std::vector<Signal>& inputs,
                     State& state, FloatTrace& trace, std::size_t step) {
    const Population& p = network.populations[index];
    const std::size_t n = neurons(p);
    std::vector<double> drive(n, 0.0);
    for (const Connection& c : network.connections) {
        if (c.target != index) continue;
        std::vector<double> x = arriving(c, inputs, trace, step, width(network, c.source));
        for (const Stage& stage : c.stages) x = std::visit([&](const auto& s) { return apply(s, x); }, stage);
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
        State state{std::vector<double>(n, 0.0), std::vector<double>(n), std::vector<int>(n, 0),
                    std::vector<std::uint8_t>(n, 0)};
        for (std::size_t j = 0; j < n; ++j) state.v[j] = at(p.initial_v, j);
        states.push_back(std::move(state));
    }
    for (std::size_t step = 0; step < trace.steps; ++step)
        for (std::size_t p = 0; p < network.populations.size(); ++p)
            step_population(network, p, inputs, states[p], trace, step);
    return trace;
}

}  // namespace synfire
