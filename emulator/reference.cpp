// One neuron after the other, one step after the other: no blocking, no reordering, so that it can be read as
// the definition of what a Network computes.
#include "emulator/reference.hpp"

#include "compiler/network/apply_stage.hpp"
#include "compiler/support/report.hpp"
#include "emulator/neuron.hpp"

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

// Updates neuron n and writes row `at_row` of the record.
void update(const Population& p, NeuronState& state, std::size_t n, double drive,
            PopulationTrace<double>& out, std::size_t at_row) {
    const NeuronStep step = step_neuron(p, state, n, drive);
    out.compared[at_row] = step.compared;
    out.u[at_row] = state.i[n];
    out.v[at_row] = state.v[n];
    if (p.spiking) out.s[at_row] = static_cast<std::uint8_t>(step.spikes);
}

void step_population(const Network& network, std::size_t index, const std::vector<Signal>& inputs,
                     NeuronState& state, FloatTrace& trace, std::size_t step) {
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
    std::vector<NeuronState> states;
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
