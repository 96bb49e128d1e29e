// Event-driven sums in 64 bits, then the runtime's step for every neuron.
#include "emulator/emulate.hpp"

#include "compiler/support/report.hpp"

namespace synfire {
namespace {

// Weights by presynaptic neuron, so that a spike adds one contiguous row.
std::vector<std::int16_t> by_presynaptic(const IntConnection& c) {
    std::vector<std::int16_t> rows(c.weight.size());
    for (std::size_t o = 0; o < c.outputs; ++o)
        for (std::size_t i = 0; i < c.inputs; ++i) rows[i * c.outputs + o] = c.weight[o * c.inputs + i];
    return rows;
}

struct Run {
    const IntNetwork& network;
    const std::vector<Signal>& inputs;
    const ForcedSpikes* forced;
    const ImportedState* imported;
    std::vector<std::vector<std::int16_t>> rows;  // per connection
    std::vector<std::vector<rt::NeuronState>> states;
    IntTrace trace;
};

std::int64_t sent(const Run& run, const Presynaptic& source, std::size_t cell) {
    if (source.kind == Presynaptic::Kind::input)
        return static_cast<std::int64_t>(run.inputs[source.index].values[cell]);
    return run.forced != nullptr ? (*run.forced)[source.index][cell]
                                 : run.trace.populations[source.index].s[cell];
}

void add_connection(const Run& run, std::size_t index, std::size_t step, std::vector<std::int64_t>& sums) {
    const IntConnection& c = run.network.connections[index];
    const auto delay = static_cast<std::size_t>(c.delay);
    if (delay > step) return;
    std::vector<std::int64_t> sum(c.outputs, 0);
    for (std::size_t i = 0; i < c.inputs; ++i) {
        const std::int64_t times = sent(run, c.source, (step - delay) * c.inputs + i);
        if (times == 0) continue;
        const std::int16_t* row = run.rows[index].data() + i * c.outputs;
        for (std::size_t o = 0; o < c.outputs; ++o) sum[o] += times * row[o];
    }
    for (std::size_t o = 0; o < c.outputs; ++o) sums[o] += rt::shift_floor(sum[o], c.exponent);
}

void step_population(Run& run, std::size_t index, std::size_t step) {
    const IntPopulation& p = run.network.populations[index];
    const std::size_t n = neurons(p);
    if (run.imported != nullptr && clears(run.imported->resets[index], step))
        run.states[index].assign(n, rt::NeuronState{});
    std::vector<std::int64_t> sums(n, 0);
    for (std::size_t c = 0; c < run.network.connections.size(); ++c)
        if (run.network.connections[c].target == index) add_connection(run, c, step, sums);
    PopulationTrace<std::int32_t>& out = run.trace.populations[index];
    for (std::size_t j = 0; j < n; ++j) {
        const rt::NeuronParameters parameters = neuron_parameters(p, j);
        rt::NeuronState& state = run.states[index][j];
        const bool free = rt::integrate(run.network.rules, parameters, state, sums[j]);
        const std::size_t cell = step * n + j;
        out.compared[cell] = state.v;
        out.s[cell] = free && p.spiking && rt::fire(run.network.rules, parameters, state);
        out.u[cell] = state.u;
        out.v[cell] = state.v;
    }
}

}  // namespace

IntTrace emulate(const IntNetwork& network, const std::vector<Signal>& inputs, const ForcedSpikes* forced,
                 const ImportedState* imported) {
    if (inputs.size() != network.inputs.size()) SYNFIRE_BUG("one signal per input is needed");
    Run run{network, inputs, forced, imported, {}, {}, {}};
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
        for (std::size_t j = 0; j < n; ++j) {
            const std::int32_t u = imported ? at(imported->initial_u[run.states.size()], j) : 0;
            state[j] = {u, at(p.initial_v, j), 0};
        }
        run.states.push_back(std::move(state));
    }
    for (std::size_t step = 0; step < run.trace.steps; ++step)
        for (std::size_t p = 0; p < network.populations.size(); ++p) step_population(run, p, step);
    return std::move(run.trace);
}

}  // namespace synfire
