// Event-driven sums in 64 bits, then the runtime's step for every neuron.
#include "emulator/emulate.hpp"

#include <algorithm>
#include <cmath>

#include "compiler/support/report.hpp"
#include "emulator/synapses.hpp"

namespace synfire {
namespace {

struct Run {
    const IntNetwork& network;
    const std::vector<Signal>& inputs;
    const ForcedSpikes* forced;
    std::vector<PresynapticRows> rows;  // per connection
    std::vector<std::vector<rt::NeuronState>> states;
    IntTrace trace;
};

// What the source sends in one step.
std::vector<std::int64_t> sent(const Run& run, const Presynaptic& source, std::size_t step) {
    const std::size_t n = width(run.network, source), first = step * n;
    std::vector<std::int64_t> values(n);
    for (std::size_t i = 0; i < n; ++i)
        if (source.kind == Presynaptic::Kind::input)
            values[i] =
                to_level(run.inputs[source.index].values[first + i], run.network.inputs[source.index]);
        else
            values[i] = run.forced != nullptr ? (*run.forced)[source.index][first + i]
                                              : run.trace.populations[source.index].s[first + i];
    return values;
}

void step_population(Run& run, std::size_t index, std::size_t step) {
    const IntPopulation& p = run.network.populations[index];
    const std::size_t n = neurons(p);
    if (clears(p.periodic_reset, step)) run.states[index].assign(n, rt::NeuronState{});
    std::vector<std::int64_t> sums(n);
    for (std::size_t j = 0; j < n; ++j) sums[j] = at(p.bias_u, j);
    for (std::size_t k = 0; k < run.network.connections.size(); ++k) {
        const IntConnection& c = run.network.connections[k];
        const auto delay = static_cast<std::size_t>(c.delay);
        if (c.target == index && delay <= step)
            add_sums(c, run.rows[k], sent(run, c.source, step - delay), sums);
    }
    PopulationTrace<std::int32_t>& out = run.trace.populations[index];
    for (std::size_t j = 0; j < n; ++j) {
        const rt::NeuronParameters parameters = neuron_parameters(p, j);
        rt::NeuronState& state = run.states[index][j];
        const bool free = rt::integrate(run.network.rules, parameters, state, sums[j]);
        const std::size_t cell = step * n + j;
        out.compared[cell] = state.v;
        out.s[cell] = free && p.spiking ? rt::fire(run.network.rules, parameters, state) : std::uint8_t{0};
        out.u[cell] = state.u;
        out.v[cell] = state.v;
    }
}

}  // namespace

std::int64_t to_level(double value, const Input& input) {
    if (input.kind != SignalKind::real) return static_cast<std::int64_t>(value);
    const double level = std::round(value * (input.levels / input.range));
    return static_cast<std::int64_t>(std::clamp<double>(level, -input.levels, input.levels));
}

IntTrace emulate(const IntNetwork& network, const std::vector<Signal>& inputs, const ForcedSpikes* forced) {
    if (inputs.size() != network.inputs.size()) SYNFIRE_BUG("one signal per input is needed");
    Run run{network, inputs, forced, {}, {}, {}};
    run.trace.steps = inputs.at(0).steps;
    for (const IntConnection& c : network.connections) run.rows.push_back(by_presynaptic(c));
    for (const IntPopulation& p : network.populations) {
        const std::size_t n = neurons(p), cells = n * run.trace.steps;
        PopulationTrace<std::int32_t> record{p.name, n, p.spiking, {}, {}, {}, {}};
        record.s.resize(cells);
        record.u.resize(cells);
        record.v.resize(cells);
        record.compared.resize(cells);
        run.trace.populations.push_back(std::move(record));
        std::vector<rt::NeuronState> state(n);
        for (std::size_t j = 0; j < n; ++j) state[j] = {at(p.initial_u, j), at(p.initial_v, j), 0};
        run.states.push_back(std::move(state));
    }
    for (std::size_t step = 0; step < run.trace.steps; ++step)
        for (std::size_t p = 0; p < network.populations.size(); ++p) step_population(run, p, step);
    return std::move(run.trace);
}

}  // namespace synfire
