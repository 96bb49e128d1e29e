// Event-driven sums in 64 bits, then the runtime's step for every neuron.
#include "emulator/emulate.hpp"

#include <algorithm>

#include "compiler/support/report.hpp"
#include "emulator/synapses.hpp"

namespace synfire {
namespace {

struct Run {
    const IntNetwork& network;
    Arrivals arrivals;
    const Nudge* nudge;
    SpikeViews spikes;
    std::vector<std::vector<rt::NeuronState>> states;
    IntTrace trace;
};

std::int32_t nudged(const rt::NeuronParameters& p, std::int32_t v, int spikes) {
    const std::int64_t unit = std::int64_t{p.threshold} + 1, most = INT32_MAX;
    if (spikes == 0) return std::min(v, p.threshold);
    const std::int64_t low = p.max_spikes == 1 ? unit : spikes * unit;
    const std::int64_t high = spikes < p.max_spikes ? low + unit - 1 : most;
    return static_cast<std::int32_t>(std::min(std::clamp<std::int64_t>(v, low, std::max(low, high)), most));
}

void step_population(Run& run, std::size_t index, std::size_t step) {
    const IntPopulation& p = run.network.populations[index];
    const std::size_t n = neurons(p);
    if (clears(p.periodic_reset, step)) run.states[index].assign(n, rt::NeuronState{});
    const std::vector<std::int64_t> sums = run.arrivals.sums(index, step, run.spikes);
    PopulationTrace<std::int32_t>& out = run.trace.populations[index];
    for (std::size_t j = 0; j < n; ++j) {
        const rt::NeuronParameters parameters = neuron_parameters(p, j);
        rt::NeuronState& state = run.states[index][j];
        const bool free = rt::integrate(run.network.rules, parameters, state, sums[j]);
        const std::size_t cell = step * n + j;
        const Nudge* nudge = run.nudge;
        if (nudge != nullptr && nudge->step == step && nudge->population == index && nudge->neuron == j)
            state.v = nudged(parameters, state.v, nudge->spikes);
        out.compared[cell] = state.v;
        out.s[cell] = free && p.spiking ? rt::fire(run.network.rules, parameters, state) : std::uint8_t{0};
        out.u[cell] = state.u;
        out.v[cell] = state.v;
    }
}

}  // namespace

IntTrace emulate(const IntNetwork& network, const std::vector<Signal>& inputs, const ForcedSpikes* forced,
                 const Nudge* nudge) {
    if (inputs.size() != network.inputs.size()) SYNFIRE_BUG("one signal per input is needed");
    Run run{network, {network, inputs}, nudge, {}, {}, {}};
    run.trace.steps = inputs.at(0).steps;
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
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        run.spikes.push_back(forced != nullptr ? &(*forced)[p] : &run.trace.populations[p].s);
    for (std::size_t step = 0; step < run.trace.steps; ++step)
        for (std::size_t p = 0; p < network.populations.size(); ++p) step_population(run, p, step);
    return std::move(run.trace);
}

}  // namespace synfire
