// One neuron's step, so plain that it can be read as the definition.
#include "emulator/neuron.hpp"

#include <algorithm>
#include <cmath>

namespace synfire {
namespace {

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

BeforeUpdate before_update(const Population& p, const NeuronState& state, std::size_t n) {
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

}  // namespace

NeuronState initial_state(const Population& p) {
    const std::size_t n = neurons(p);
    NeuronState state{std::vector<double>(n), std::vector<double>(n), std::vector<int>(n, 0),
                      std::vector<std::uint8_t>(n, 0)};
    for (std::size_t j = 0; j < n; ++j) {
        state.i[j] = at(p.initial_i, j);
        state.v[j] = at(p.initial_v, j);
    }
    return state;
}

void clear(NeuronState& state) {
    std::fill(state.i.begin(), state.i.end(), 0.0);
    std::fill(state.v.begin(), state.v.end(), 0.0);
    std::fill(state.held.begin(), state.held.end(), 0);
    std::fill(state.spiked.begin(), state.spiked.end(), std::uint8_t{0});
}

NeuronStep step_neuron(const Population& p, NeuronState& state, std::size_t n, double drive) {
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
    NeuronStep step{v};
    if (p.spiking && !refractory) {
        step.spikes = spikes_of(*p.spiking, n, v);
        v = after_update(*p.spiking, before, n, v, step.spikes);
        if (step.spikes > 0) state.held[n] = p.spiking->refractory_steps;
    }
    state.spiked[n] = step.spikes > 0;
    return step;
}

}  // namespace synfire
