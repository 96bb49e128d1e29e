// Recognition of neurons: the linear part of the next potential gives beta, bias and inputs; a second state
// that it adds is its synaptic current, where that state is an input filtered on its own; match_reset.cpp
// tells the reset.
#include "compiler/frontend/onnx/match_neuron.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "compiler/frontend/onnx/match_reset.hpp"

namespace synfire::onnx {
namespace {

// The other potentials (states that are no spikes) that the polynomial reads.
std::vector<StatePair> other_states(const Matcher& m, const Polynomial& p, Variable own) {
    const std::set<Variable> read = variables(p);
    std::vector<StatePair> others;
    for (const StatePair& pair : m.pairs)
        if (pair.state != own && read.count(pair.state) != 0 && !carried_spikes(m, pair.state))
            others.push_back(pair);
    return others;
}

// The factor k, neuron by neuron, with which whole contains k * part, read off the first term that tells it.
PerNeuron factor_of(const Polynomial& part, const Polynomial& whole, std::size_t count) {
    PerNeuron k(count, 0.0);
    for (std::size_t i = 0; i < count; ++i)
        for (const auto& [monomial, value] : part.terms) {
            if (at(value, i) == 0) continue;
            k[i] = at(coefficient(whole, monomial), i) / at(value, i);
            break;
        }
    return compressed(std::move(k));
}

// i_next = alpha * i + drives, v_next = beta * v + k * i_next + bias: the family's synaptic filter. Returns
// what is left of the potential's linear part without the current.
Polynomial split_current(const Matcher& m, const Membrane& membrane, const StatePair& pair,
                         const Polynomial& linear, Neuron& neuron) {
    const Polynomial& next = polynomial(m, pair.next);
    const std::string who = "its second state, " + name_of(m, pair.state) + ", ";
    const std::string way_out = "use snnTorch Leaky or Synaptic, SpikingJelly IFNode or LIFNode";
    if (!is_affine(next) || !other_states(m, next, pair.state).empty())
        refuse(m, membrane, who + "is no filtered input: it depends on a potential or a reset", way_out);
    const std::size_t count = symbol(m, membrane.v).count;
    const PerNeuron k = factor_of(next, linear, count);
    const Polynomial rest = cleaned(difference(linear, scaled(next, k)), linear);
    for (const auto& [monomial, value] : without_constant(rest).terms)
        if (monomial != Monomial{membrane.v})
            refuse(
                m, membrane,
                who + "is not added to it as updated in this step, or an input goes past that state",
                "update the current first, as snnTorch Synaptic does: i_next = alpha * i + input, v_next = "
                "beta * v + i_next");
    neuron.current = CurrentState{pair.state, pair.next, k, compressed(times(constant_term(next), k))};
    neuron.population.alpha = compressed(coefficient(next, {pair.state}));
    for (const auto& [monomial, gain] : without_constant(next).terms)
        if (monomial[0] != pair.state) neuron.sources.push_back({monomial[0], compressed(times(gain, k))});
    return rest;
}

void set_linear_part(const Matcher& m, const Membrane& membrane, const Polynomial& linear, Neuron& neuron) {
    for (const Variable read : variables(linear))
        if (symbol(m, read).kind == Symbol::Kind::bounded)
            refuse(m, membrane, "its input is rectified (ReLU), as in a conventional network",
                   "feed neurons with the layer's output itself");
    if (!is_affine(linear))
        refuse(m, membrane, "it is multiplied with spikes or potentials in a way that is no reset",
               "reset with v * (1 - spike) + v_reset * spike, or v - threshold * spike");
    const std::vector<StatePair> others = other_states(m, linear, membrane.v);
    if (others.size() > 1)
        refuse(m, membrane,
               "it depends on two further states, " + name_of(m, others[0].state) + " and " +
                   name_of(m, others[1].state),
               "use neurons of one potential and one synaptic current at most (snnTorch Leaky, Synaptic)");
    const Polynomial own =
        others.empty() ? linear : split_current(m, membrane, others.front(), linear, neuron);
    neuron.population.bias = compressed(constant_term(own));
    neuron.population.beta = compressed(coefficient(own, {membrane.v}));
    for (const auto& [monomial, gain] : without_constant(own).terms)
        if (monomial[0] != membrane.v) neuron.sources.push_back({monomial[0], compressed(gain)});
    if (neuron.sources.empty()) refuse(m, membrane, "no input reaches it", "connect a layer to the neuron");
}

bool nearly_same(const Threshold& a, const Threshold& b) {
    return a.compare == b.compare && nearly_equal(constant(a.value), constant(b.value));
}

// The comparisons, or the counts, of the updated potential with the threshold: what the rest of the network
// sees as spikes. Where the neuron counts, a comparison of its count with 0 is no spike of its own, nor is
// the count before its upper limit.
std::optional<Threshold> collect_spikes(const Matcher& m, const Membrane& membrane,
                                        const std::optional<MatchedReset>& reset, Neuron& neuron) {
    const Polynomial& compared = reset ? reset->compared : membrane.update;
    std::vector<std::pair<Variable, Threshold>> found;
    const bool counted = reset && reset->threshold.max_spikes > 1;
    int most = counted ? reset->threshold.max_spikes : 1;
    for (const std::set<Variable>* kind : {&m.symbols.counts, &m.symbols.steps})
        for (const Variable spikes : *kind) {
            if (symbol(m, spikes).count != symbol(m, membrane.v).count) continue;
            const std::optional<Threshold> one =
                threshold_on(m, membrane, spikes, compared, reset ? reset->never : std::nullopt);
            if (!one) continue;
            if (!found.empty() && !nearly_same(found.front().second, *one)) {
                if (found.front().second.max_spikes > 1 && one->max_spikes == 1) continue;
                refuse(m, membrane, "it is compared with two different thresholds",
                       "give the neuron one threshold");
            }
            found.emplace_back(spikes, *one);
            if (!counted && one->max_spikes > 1)
                most = most == 1 ? one->max_spikes : std::min(most, one->max_spikes);
        }
    std::optional<Threshold> threshold;
    for (const auto& [spikes, one] : found) {
        if (one.max_spikes != most) continue;
        if (!threshold) threshold = one;
        neuron.spikes.push_back(spikes);
    }
    return threshold;
}

// States that a potential adds, and that read no potential themselves, are its current and no neuron.
std::set<Variable> currents(const Matcher& m) {
    std::set<Variable> all;
    for (const StatePair& pair : m.pairs) {
        if (carried_spikes(m, pair.state)) continue;
        const Membrane membrane = membrane_of(m, pair);
        for (const StatePair& other : other_states(m, membrane.update, pair.state)) {
            if (!other_states(m, polynomial(m, other.next), other.state).empty()) continue;
            if (all.insert(other.state).second) continue;
            refuse(m, Membrane{other.state, other.next, {}, {}, {}, {}},
                   "two neurons read this state: it is not the current of one",
                   "give every neuron its own synaptic current");
        }
    }
    return all;
}

void set_spiking(const Matcher& m, const Membrane& membrane, const std::optional<MatchedReset>& reset,
                 const Threshold& threshold, Neuron& neuron) {
    neuron.form = reset ? reset->form : "no reset";
    Spiking spiking{threshold.value, threshold.compare, NoReset{}, 0, threshold.max_spikes};
    if (reset) {
        spiking.reset = reset->reset;
        spiking.refractory_steps = reset->refractory_steps;
        neuron.starts_below_threshold = reset->never.has_value();
    }
    if (threshold.max_spikes > 1)
        neuron.form += ", up to " + std::to_string(threshold.max_spikes) + " spikes per step";
    if (std::any_of(threshold.value.begin(), threshold.value.end(), [](double t) { return !(t > 0); }))
        refuse(m, membrane, "its threshold is not above 0, the potential before the first step",
               "look at the trained parameters: thresholds must be positive");
    neuron.population.spiking = std::move(spiking);
}

Neuron match(const Matcher& m, const Membrane& membrane) {
    Neuron neuron;
    neuron.state = membrane.v;
    neuron.next = membrane.next;
    const std::optional<MatchedReset> reset = match_reset(m, membrane);
    set_linear_part(m, membrane, reset ? reset->linear : membrane.update, neuron);
    neuron.population.v_min = membrane.v_min;

    std::optional<Threshold> threshold = collect_spikes(m, membrane, reset, neuron);
    if (reset && threshold && !nearly_same(*threshold, reset->threshold))
        refuse(m, membrane, "it spikes and resets at different thresholds", "use one threshold for both");
    if (reset && !threshold) threshold = reset->threshold;
    if (reset && reset->delayed) {
        const std::optional<ScaledSpike> carried = carried_spikes(m, reset->by);
        neuron.previous.push_back({reset->by, carried ? carried->factor : PerNeuron{1.0}});
        neuron.recorded_before_reset = true;
    }
    neuron.form = "readout without spikes";
    if (threshold) set_spiking(m, membrane, reset, *threshold, neuron);
    if (!membrane.v_min.empty()) neuron.form += ", potential bounded from below";
    if (neuron.current) neuron.form = "filtered input (second order), " + neuron.form;
    return neuron;
}

Shape without_batch(const Shape& shape) {
    return shape.size() < 2 ? shape : Shape(shape.begin() + 1, shape.end());
}

}  // namespace

std::vector<Neuron> match_neurons(const Graph& graph, const Symbols& symbols,
                                  const std::vector<StatePair>& pairs) {
    const Matcher m{graph, symbols, pairs};
    const std::set<Variable> not_neurons = currents(m);
    std::vector<Neuron> neurons;
    for (const StatePair& pair : pairs) {
        if (carried_spikes(m, pair.state) || not_neurons.count(pair.state) != 0) continue;
        neurons.push_back(match(m, membrane_of(m, pair)));
        neurons.back().population.shape =
            without_batch(graph.values[static_cast<std::size_t>(symbol(m, pair.state).value)].shape);
    }
    for (const StatePair& pair : pairs) {
        const std::optional<ScaledSpike> now = carried_spikes(m, pair.state);
        if (!now) continue;
        const auto owner = std::find_if(neurons.begin(), neurons.end(), [&](const Neuron& n) {
            return std::count(n.spikes.begin(), n.spikes.end(), now->variable) > 0;
        });
        if (owner == neurons.end())
            refuse(m, Membrane{pair.state, pair.next, {}, {}, {}, {}},
                   "it carries spikes of no recognised neuron",
                   "return the spikes of the neuron whose potential is a state");
        if (std::none_of(owner->previous.begin(), owner->previous.end(),
                         [&](const ScaledSpike& s) { return s.variable == pair.state; }))
            owner->previous.push_back({pair.state, now->factor});
    }
    return neurons;
}

}  // namespace synfire::onnx
