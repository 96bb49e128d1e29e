// Recognition of neurons by their cofactors: with z the comparison that resets, the next potential is N0
// where z = 0 and N1 where z = 1. N0 is the neuron's linear part; N1 - N0 and the time of the comparison tell
// the reset. A second state that the potential adds is its synaptic current, where that state is an input
// filtered on its own.
#include "compiler/frontend/onnx/match_neuron.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace synfire::onnx {
namespace {

struct Matcher {
    const Graph& graph;
    const Symbols& symbols;
    const std::vector<StatePair>& pairs;
};

struct Membrane {
    Variable v = 0;
    int next = absent;
    Polynomial update;  // the next potential
};

const Symbol& symbol(const Matcher& m, Variable v) {
    return m.symbols.symbols[static_cast<std::size_t>(v)];
}

const Polynomial& polynomial(const Matcher& m, int value) {
    return *m.symbols.values[static_cast<std::size_t>(value)];
}

[[noreturn]] void refuse(const Matcher& m, const Membrane& membrane, const std::string& reason,
                         const std::string& hint) {
    Diagnostic problem = at_value(m.graph, symbol(m, membrane.v).value, "state");
    problem.reason = reason;
    problem.expected =
        "v_next = beta * v + input, with a reset to a value or by subtraction where v > threshold";
    problem.hint = hint;
    throw InputError(problem);
}

// The comparison that a spike state repeats one step later; nothing for potentials.
std::optional<Variable> spike_state(const Matcher& m, Variable v) {
    for (const StatePair& pair : m.pairs) {
        if (pair.state != v) continue;
        const std::optional<Variable> next = single_variable(polynomial(m, pair.next));
        if (next && m.symbols.steps.count(*next) != 0) return next;
    }
    return std::nullopt;
}

struct Threshold {
    PerNeuron value;
    Compare compare = Compare::greater;

    friend bool operator==(const Threshold&, const Threshold&) = default;
};

// The threshold that the step applies to the potential p, where it compares k * p + constant with k > 0.
std::optional<Threshold> threshold_on(const Step& step, const Polynomial& p) {
    const Polynomial linear = without_constant(p);
    const Polynomial argument = without_constant(difference(step.left, step.right));
    if (linear.terms.empty()) return std::nullopt;
    PerNeuron k{1.0};
    if (!nearly_equal(argument, linear)) {
        const auto& [monomial, factor] = *linear.terms.begin();
        if (std::count(factor.begin(), factor.end(), 0.0) > 0) return std::nullopt;
        k = over(coefficient(argument, monomial), factor);
        if (!std::all_of(k.begin(), k.end(), [](double x) { return x > 0 && std::isfinite(x); }))
            return std::nullopt;
        if (!nearly_equal(argument, scaled(linear, k))) return std::nullopt;
    }
    const PerNeuron distance = over(minus(constant_term(step.right), constant_term(step.left)), k);
    return Threshold{compressed(plus(distance, constant_term(p))), step.compare};
}

// The comparison that resets: of the potential before the update (delayed), or of the updated one (at once).
struct Resetting {
    Variable z = 0;
    bool delayed = false;
    Threshold threshold;
};

std::optional<Resetting> resetting(const Matcher& m, const Membrane& membrane, Variable z) {
    const Polynomial without = substituted(membrane.update, z, 0);
    if (const std::optional<Variable> now = spike_state(m, z)) {
        const std::optional<Threshold> t = threshold_on(symbol(m, *now).step, membrane.update);
        return t ? std::optional(Resetting{z, true, *t}) : std::nullopt;
    }
    if (m.symbols.steps.count(z) == 0) return std::nullopt;
    const Step& step = symbol(m, z).step;
    if (const std::optional<Threshold> t = threshold_on(step, variable(membrane.v)))
        return Resetting{z, true, *t};
    if (const std::optional<Threshold> t = threshold_on(step, without)) return Resetting{z, false, *t};
    return std::nullopt;
}

// A comparison that involves the membrane's own potential in any way.
bool is_own(const Matcher& m, const Membrane& membrane, Variable z) {
    if (m.symbols.steps.count(z) == 0) return false;
    const Step& step = symbol(m, z).step;
    return variables(step.left).count(membrane.v) + variables(step.right).count(membrane.v) > 0;
}

std::optional<Resetting> find_reset(const Matcher& m, const Membrane& membrane) {
    std::vector<Resetting> found;
    std::size_t own = 0;
    for (const Variable z : variables(membrane.update)) {
        const std::optional<Resetting> one = resetting(m, membrane, z);
        if (one) found.push_back(*one);
        if (one || is_own(m, membrane, z)) ++own;
    }
    if (own > 1)
        refuse(m, membrane,
               "its reset depends on more than one comparison of the potential (snnTorch reset_delay=False?)",
               "export with reset_delay=True, or use a reset in the step of the spike alone");
    if (own == 1 && found.empty())
        refuse(m, membrane,
               "its reset follows a comparison that is neither of the old potential nor of the updated one "
               "before the "
               "reset (snnTorch reset_delay=False?)",
               "export with reset_delay=True, or use a reset in the step of the spike alone");
    return found.empty() ? std::nullopt : std::optional(found.front());
}

// The ways in which a comparison z may reset. Each looks at the two cofactors and gives the reset it sees.
struct Cofactors {
    const Membrane& membrane;
    bool delayed;
    const Polynomial& without;  // z = 0
    const Polynomial& with;     // z = 1
    Polynomial effect;          // with - without
};

Polynomial cleaned(Polynomial p, const Polynomial& reference) {
    double largest = 0;
    for (const auto& [monomial, value] : reference.terms)
        for (const double x : value) largest = std::max(largest, std::fabs(x));
    std::erase_if(p.terms, [largest](const auto& term) {
        return std::all_of(term.second.begin(), term.second.end(),
                           [largest](double x) { return std::fabs(x) <= 1e-12 * largest; });
    });
    return p;
}

std::optional<Reset> soft_reset(const Cofactors& c) {
    if (!is_constant(c.effect)) return std::nullopt;
    return SoftReset{compressed(minus({0.0}, constant_term(c.effect))), c.delayed};
}

std::optional<Reset> hard_reset_at_once(const Cofactors& c) {
    if (c.delayed || !is_constant(c.with)) return std::nullopt;
    return HardReset{compressed(constant_term(c.with))};
}

// beta * (v (1 - z) + value z) + input: the old potential is replaced, the input of this step survives.
std::optional<Reset> hard_reset_of_old_potential(const Cofactors& c) {
    const Monomial v{c.membrane.v};
    const PerNeuron beta = coefficient(c.without, v);
    if (!c.delayed || !nearly_equal(without_constant(c.effect), scaled(variable(v[0]), minus({0.0}, beta))))
        return std::nullopt;
    const PerNeuron offset = constant_term(c.effect);
    if (all_equal_to(offset, 0.0)) return HardReset{{0.0}};
    if (std::count(beta.begin(), beta.end(), 0.0) > 0) return std::nullopt;
    return HardReset{compressed(over(offset, beta))};
}

// v[t] = 0 whatever arrives, where v[t-1] was above threshold: the potential rests at 0 for one step.
std::optional<Reset> wiped_update(const Cofactors& c) {
    if (!c.delayed || !c.with.terms.empty()) return std::nullopt;
    return HardReset{{0.0}};
}

struct Template {
    const char* form;
    std::optional<Reset> (*match)(const Cofactors&);
};

constexpr Template templates[] = {
    {"soft reset", soft_reset},
    {"hard reset in the step of the spike", hard_reset_at_once},
    {"hard reset of the old potential in the next step, equal to a hard reset at once",
     hard_reset_of_old_potential},
    {"reset that wipes the whole next update, equal to a hard reset and one refractory step", wiped_update},
};

std::string name_of(const Matcher& m, Variable v) {
    std::string name = "'";
    name += printable(m.graph.values[static_cast<std::size_t>(symbol(m, v).value)].name);
    return name += "'";
}

// The other potentials (states that are no spikes) that the polynomial reads.
std::vector<StatePair> other_states(const Matcher& m, const Polynomial& p, Variable own) {
    const std::set<Variable> read = variables(p);
    std::vector<StatePair> others;
    for (const StatePair& pair : m.pairs)
        if (pair.state != own && read.count(pair.state) != 0 && !spike_state(m, pair.state))
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
    if (!constant_term(next).empty() && !all_equal_to(constant_term(next), 0.0))
        refuse(m, membrane, who + "has a constant current outside its layer",
               "put the constant into the bias of the Linear before the neuron");
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
    neuron.current = CurrentState{pair.state, pair.next, k};
    neuron.population.alpha = compressed(coefficient(next, {pair.state}));
    for (const auto& [monomial, gain] : next.terms)
        if (monomial[0] != pair.state) neuron.sources.push_back({monomial[0], compressed(times(gain, k))});
    return rest;
}

void set_linear_part(const Matcher& m, const Membrane& membrane, const Polynomial& linear, Neuron& neuron) {
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

// The comparisons of the updated potential with the threshold: what the rest of the network sees as spikes.
std::optional<Threshold> collect_spikes(const Matcher& m, const Membrane& membrane,
                                        const Polynomial& compared, Neuron& neuron) {
    std::optional<Threshold> threshold;
    for (const Variable step : m.symbols.steps) {
        if (symbol(m, step).count != symbol(m, membrane.v).count) continue;
        const std::optional<Threshold> one = threshold_on(symbol(m, step).step, compared);
        if (!one) continue;
        if (threshold && *threshold != *one)
            refuse(m, membrane, "it is compared with two different thresholds",
                   "give the neuron one threshold");
        threshold = one;
        neuron.spikes.push_back(step);
    }
    return threshold;
}

Reset match_reset(const Matcher& m, const Membrane& membrane, const Resetting& by, const Polynomial& without,
                  Neuron& neuron) {
    const Polynomial with = cleaned(substituted(membrane.update, by.z, 1), membrane.update);
    const Cofactors cofactors{membrane, by.delayed, without, with,
                              cleaned(difference(with, without), membrane.update)};
    for (const Template& row : templates)
        if (std::optional<Reset> reset = row.match(cofactors)) {
            neuron.form = row.form;
            if (row.match == soft_reset)
                neuron.form += by.delayed ? " in the next step" : " in the step of the spike";
            if (row.match == wiped_update) neuron.population.spiking->refractory_steps = 1;
            return *reset;
        }
    refuse(m, membrane, "its reset is neither to a value nor by subtraction",
           "use reset_mechanism 'subtract' or 'zero' (snnTorch), v_reset (SpikingJelly)");
}

// States that a potential adds, and that read no potential themselves, are its current and no neuron.
std::set<Variable> currents(const Matcher& m) {
    std::set<Variable> all;
    for (const StatePair& pair : m.pairs) {
        if (spike_state(m, pair.state)) continue;
        for (const StatePair& other : other_states(m, polynomial(m, pair.next), pair.state)) {
            if (!other_states(m, polynomial(m, other.next), other.state).empty()) continue;
            if (all.insert(other.state).second) continue;
            refuse(m, Membrane{other.state, other.next, {}},
                   "two neurons read this state: it is not the current of one",
                   "give every neuron its own synaptic current");
        }
    }
    return all;
}

Neuron match(const Matcher& m, const Membrane& membrane) {
    Neuron neuron;
    neuron.state = membrane.v;
    neuron.next = membrane.next;
    const std::optional<Resetting> reset = find_reset(m, membrane);
    const Polynomial linear = reset ? substituted(membrane.update, reset->z, 0) : membrane.update;
    set_linear_part(m, membrane, linear, neuron);

    const bool at_once = reset && !reset->delayed;
    std::optional<Threshold> threshold =
        collect_spikes(m, membrane, at_once ? linear : membrane.update, neuron);
    if (reset && reset->delayed) {
        neuron.previous.push_back(reset->z);
        neuron.recorded_before_reset = true;
        if (threshold && *threshold != reset->threshold)
            refuse(m, membrane, "it spikes and resets at different thresholds", "use one threshold for both");
    }
    if (reset) threshold = reset->threshold;
    neuron.form = threshold ? "no reset" : "readout without spikes";
    if (threshold) {
        neuron.population.spiking = Spiking{threshold->value, threshold->compare, NoReset{}, 0};
        if (reset) neuron.population.spiking->reset = match_reset(m, membrane, *reset, linear, neuron);
        if (std::any_of(threshold->value.begin(), threshold->value.end(), [](double t) { return !(t > 0); }))
            refuse(m, membrane, "its threshold is not above 0, the potential before the first step",
                   "look at the trained parameters: thresholds must be positive");
    }
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
        if (spike_state(m, pair.state) || not_neurons.count(pair.state) != 0) continue;
        neurons.push_back(match(m, Membrane{pair.state, pair.next, polynomial(m, pair.next)}));
        neurons.back().population.shape =
            without_batch(graph.values[static_cast<std::size_t>(symbol(m, pair.state).value)].shape);
    }
    for (const StatePair& pair : pairs) {
        const std::optional<Variable> now = spike_state(m, pair.state);
        if (!now) continue;
        const auto owner = std::find_if(neurons.begin(), neurons.end(), [&](const Neuron& n) {
            return std::count(n.spikes.begin(), n.spikes.end(), *now) > 0;
        });
        if (owner == neurons.end())
            refuse(m, Membrane{pair.state, pair.next, {}}, "it carries spikes of no recognised neuron",
                   "return the spikes of the neuron whose potential is a state");
        if (std::count(owner->previous.begin(), owner->previous.end(), pair.state) == 0)
            owner->previous.push_back(pair.state);
    }
    return neurons;
}

}  // namespace synfire::onnx
