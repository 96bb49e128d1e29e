// Recognition of resets by cofactors: with z the spikes that reset, the next potential is N0 where z = 0 and
// N1 where z = 1. N0 is the neuron's linear part; N1 - N0 and the time of the comparison tell the reset.
//
// "early" is a comparison of the potential before the update (the spikes of the step before), "late" one of
// the updated potential. snnTorch with reset_delay=False has both.
#include "compiler/frontend/onnx/match_reset.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace synfire::onnx {
namespace {

Polynomial without_bound(const Matcher& m, const Membrane& membrane, const Polynomial& p) {
    if (!membrane.bounded || variables(p).count(*membrane.bounded) == 0) return p;
    if (std::optional<Polynomial> result =
            replaced(p, *membrane.bounded, membrane.unbounded, m.symbols.steps))
        return std::move(*result);
    refuse(m, membrane, "its lower bound is multiplied with spikes",
           "bound the potential once, before or after the reset");
}

// What a comparison (or the first spike of a count) compares with 0, and how.
struct Compared {
    Polynomial argument;  // left - right
    Compare compare = Compare::greater;
};

bool is_count(const Matcher& m, Variable v) {
    return m.symbols.counts.count(v) != 0;
}

Compared compared_by(const Matcher& m, const Membrane& membrane, Variable spikes) {
    const Symbol& s = symbol(m, spikes);
    if (is_count(m, spikes))
        return {without_bound(m, membrane, difference(s.spikes.argument, constant({1.0}))),
                Compare::greater_equal};
    return {without_bound(m, membrane, difference(s.step.left, s.step.right)), s.step.compare};
}

// A count divides by the threshold and so loses its last bit; the float32 of the file beside it is meant.
double unrounded(double x) {
    const auto stored = static_cast<double>(static_cast<float>(x));
    return std::fabs(stored - x) <= 1e-15 * std::fabs(x) ? stored : x;
}

std::optional<Threshold> threshold_in(const Compared& compared, const Polynomial& p, int max_spikes) {
    const Polynomial linear = without_constant(p), argument = without_constant(compared.argument);
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
    PerNeuron value = plus(over(minus({0.0}, constant_term(compared.argument)), k), constant_term(p));
    if (max_spikes > 1)
        for (double& t : value) t = unrounded(t);
    return Threshold{compressed(std::move(value)), compared.compare, max_spikes};
}

int max_spikes_of(const Matcher& m, Variable spikes) {
    return is_count(m, spikes) ? symbol(m, spikes).spikes.most : 1;
}

// The comparisons and counts that change the next potential, by the time of what they compare.
struct Candidates {
    std::set<Variable> early, late;
    std::set<Variable> states;  // that carry spikes
};

bool is_early(const Matcher& m, const Membrane& membrane, Variable z) {
    return threshold_on(m, membrane, z, variable(membrane.v)).has_value();
}

// What late comparisons read may hold an early one, as in snnTorch with reset_delay=False.
Candidates candidates(const Matcher& m, const Membrane& membrane) {
    Candidates found;
    for (const Variable z : variables(membrane.update)) {
        if (carried_spikes(m, z)) found.states.insert(z);
        if (m.symbols.steps.count(z) == 0 && !is_count(m, z)) continue;
        const std::set<Variable> read = variables(compared_by(m, membrane, z).argument);
        if (read.count(membrane.v) == 0) continue;
        (is_early(m, membrane, z) ? found.early : found.late).insert(z);
        if (is_early(m, membrane, z)) continue;
        for (const Variable inner : read)
            if (m.symbols.steps.count(inner) != 0 && is_early(m, membrane, inner)) found.early.insert(inner);
    }
    return found;
}

// The ways in which z may reset. Each looks at the two cofactors and gives the reset it sees.
struct Cofactors {
    Variable v;
    bool delayed;
    const Polynomial& without;  // z = 0
    const Polynomial& with;     // z = 1
    Polynomial effect;          // with - without
};

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
    const Monomial v{c.v};
    const PerNeuron beta = coefficient(c.without, v);
    if (!c.delayed || !nearly_equal(without_constant(c.effect), scaled(variable(c.v), minus({0.0}, beta))))
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

[[noreturn]] void refuse_reset(const Matcher& m, const Membrane& membrane) {
    refuse(m, membrane, "its reset is neither to a value nor by subtraction",
           "use reset_mechanism 'subtract' or 'zero' (snnTorch), v_reset (SpikingJelly)");
}

[[noreturn]] void refuse_comparisons(const Matcher& m, const Membrane& membrane) {
    refuse(
        m, membrane,
        "its reset follows several comparisons of the potential, which are neither the old and the updated "
        "potential with one threshold nor one of them",
        "reset in the step of the spike, or in the next one");
}

// Fills reset, form and refractory_steps of a reset by z with the known threshold.
void set_form(const Matcher& m, const Membrane& membrane, const Polynomial& update, MatchedReset& result) {
    result.linear = substituted(update, result.by, 0);
    const Polynomial with = cleaned(substituted(update, result.by, 1), update);
    const Cofactors cofactors{membrane.v, result.delayed, result.linear, with,
                              cleaned(difference(with, result.linear), update)};
    if (is_count(m, result.by) && (result.delayed || !soft_reset(cofactors)))
        refuse(m, membrane, "several spikes in one step do not reset it by subtraction",
               "reset in the step of the spikes: by subtraction, or to a value where the count is above 0");
    for (const Template& row : templates)
        if (std::optional<Reset> reset = row.match(cofactors)) {
            result.form = row.form;
            if (row.match == soft_reset)
                result.form += result.delayed ? " in the next step" : " in the step of the spike";
            if (row.match == wiped_update) result.refractory_steps = 1;
            result.reset = std::move(*reset);
            return;
        }
    refuse_reset(m, membrane);
}

MatchedReset delayed_reset(const Matcher& m, const Membrane& membrane, Variable z, Threshold threshold) {
    MatchedReset result;
    result.by = z;
    result.delayed = true;
    result.threshold = std::move(threshold);
    result.compared = membrane.update;
    set_form(m, membrane, membrane.update, result);
    return result;
}

MatchedReset reset_at_once(const Matcher& m, const Membrane& membrane, const Polynomial& update, Variable z,
                           const Compared& compared) {
    MatchedReset result;
    result.by = z;
    const std::optional<Threshold> threshold =
        threshold_in(compared, substituted(update, z, 0), max_spikes_of(m, z));
    if (!threshold)
        refuse(m, membrane,
               "its reset follows a comparison that is neither of the old potential nor of the updated one "
               "before the reset",
               "compare the potential itself with the threshold, before its reset");
    result.threshold = *threshold;
    set_form(m, membrane, update, result);
    result.compared = result.linear;
    return result;
}

// Whether a hard reset leaves the potential where it would not spike.
bool stays_below(const MatchedReset& result) {
    const auto* hard = std::get_if<HardReset>(&result.reset);
    if (hard == nullptr) return false;
    const PerNeuron room = minus(result.threshold.value, hard->value);
    return std::all_of(room.begin(), room.end(), [](double x) { return x > 0; });
}

// Both comparisons, r of the old and z of the updated potential. Where a hard reset keeps every potential
// below the threshold, r never comes; a soft reset may leave the potential above.
MatchedReset reset_without_delay(const Matcher& m, const Membrane& membrane, Variable r, Variable z) {
    const Compared with_r = compared_by(m, membrane, z);
    const Compared without_r{substituted(with_r.argument, r, 0), with_r.compare};
    MatchedReset result = reset_at_once(m, membrane, substituted(membrane.update, r, 0), z, without_r);
    const std::optional<Threshold> early = threshold_on(m, membrane, r, variable(membrane.v));
    if (!early || early->value != result.threshold.value || early->compare != result.threshold.compare)
        refuse(m, membrane, "it compares the old and the updated potential with different thresholds",
               "give the neuron one threshold");
    if (stays_below(result)) {
        result.form =
            "hard reset before and after the update (reset_delay=False), from rest equal to one in the step "
            "of the spike";
        result.never = r;
        return result;
    }
    const auto* soft = std::get_if<SoftReset>(&result.reset);
    const Polynomial compared =
        soft == nullptr ? Polynomial{} : sum(result.linear, scaled(variable(r), minus({0.0}, soft->amount)));
    const std::optional<Threshold> again = threshold_in(with_r, compared, 1);
    if (!again || variables(membrane.update).count(r) != 0 ||
        !nearly_equal(constant(again->value), constant(result.threshold.value)))
        refuse_comparisons(m, membrane);
    result.form = "soft reset before and after the update (reset_delay=False)";
    result.compared = compared;
    result.reset = NoDelayReset{false, soft->amount};
    return result;
}

// A state that carries spikes resets where nothing else does and it takes something away; otherwise it is a
// synapse of the neuron with itself.
std::optional<MatchedReset> reset_by_state(const Matcher& m, const Membrane& membrane,
                                           const Candidates& found) {
    for (const Variable state : found.states) {
        const std::optional<ScaledSpike> carried = carried_spikes(m, state);
        if (!all_equal_to(carried->factor, 1.0)) continue;
        const std::optional<Threshold> threshold =
            threshold_on(m, membrane, carried->variable, membrane.update);
        if (!threshold) continue;
        const PerNeuron alone = coefficient(membrane.update, {state});
        const bool adds = std::any_of(alone.begin(), alone.end(), [](double x) { return x > 0; });
        if (is_affine(membrane.update) && adds) continue;
        return delayed_reset(m, membrane, state, *threshold);
    }
    return std::nullopt;
}

}  // namespace

const Symbol& symbol(const Matcher& m, Variable v) {
    return m.symbols.symbols[static_cast<std::size_t>(v)];
}

const Polynomial& polynomial(const Matcher& m, int value) {
    return *m.symbols.values[static_cast<std::size_t>(value)];
}

std::string name_of(const Matcher& m, Variable v) {
    const int value = symbol(m, v).value;
    if (value == absent) return "a bounded value";
    std::string name = "'";
    name += printable(m.graph.values[static_cast<std::size_t>(value)].name);
    return name += "'";
}

void refuse(const Matcher& m, const Membrane& membrane, const std::string& reason, const std::string& hint) {
    Diagnostic problem = at_value(m.graph, symbol(m, membrane.v).value, "state");
    problem.reason = reason;
    problem.expected =
        "v_next = beta * v + input, with a reset to a value or by subtraction where v > threshold";
    problem.hint = hint;
    throw InputError(problem);
}

Membrane membrane_of(const Matcher& m, const StatePair& pair) {
    Membrane membrane{pair.state, pair.next, polynomial(m, pair.next), {}, {}, {}};
    for (const Variable q : variables(membrane.update)) {
        const Symbol& s = symbol(m, q);
        if (s.kind != Symbol::Kind::bounded || variables(s.bounded.argument).count(pair.state) == 0) continue;
        if (membrane.bounded || !all_equal_to(coefficient(membrane.update, {q}), 1.0))
            refuse(m, membrane, "it is bounded more than once, or its bound is scaled",
                   "bound the potential once, from below");
        Polynomial rest = membrane.update;
        rest.terms.erase({q});
        membrane.bounded = q;
        membrane.unbounded = s.bounded.argument;
        membrane.v_min = compressed(constant_term(rest));
    }
    if (membrane.bounded) membrane.update = without_bound(m, membrane, membrane.update);
    return membrane;
}

std::optional<ScaledSpike> carried_spikes(const Matcher& m, Variable state) {
    for (const StatePair& pair : m.pairs)
        if (pair.state == state) return scaled_spike(m.symbols, polynomial(m, pair.next));
    return std::nullopt;
}

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

std::optional<Threshold> threshold_on(const Matcher& m, const Membrane& membrane, Variable spikes,
                                      const Polynomial& p, std::optional<Variable> never) {
    if (is_count(m, spikes) && !symbol(m, spikes).spikes.from_zero) return std::nullopt;
    Compared compared = compared_by(m, membrane, spikes);
    if (never) compared.argument = substituted(compared.argument, *never, 0);
    return threshold_in(compared, p, max_spikes_of(m, spikes));
}

std::optional<MatchedReset> match_reset(const Matcher& m, const Membrane& membrane) {
    const Candidates found = candidates(m, membrane);
    if (found.early.size() > 1 || found.late.size() > 1) refuse_comparisons(m, membrane);
    if (found.early.empty() && found.late.empty()) return reset_by_state(m, membrane, found);
    if (found.late.empty()) {
        const Variable r = *found.early.begin();
        return delayed_reset(m, membrane, r, *threshold_on(m, membrane, r, variable(membrane.v)));
    }
    const Variable z = *found.late.begin();
    if (found.early.empty())
        return reset_at_once(m, membrane, membrane.update, z, compared_by(m, membrane, z));
    return reset_without_delay(m, membrane, *found.early.begin(), z);
}

}  // namespace synfire::onnx
