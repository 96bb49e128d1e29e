// Rules of the operators that make spikes of potentials, and bound them: comparisons, counts (several spikes
// in one step are the whole part of a potential, as sinabs MultiSpike computes it) and limits. One small
// function per operator and one row per operator at the end.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/frontend/onnx/symbolic_rules.hpp"

namespace synfire::onnx {
namespace {

const Symbol& symbol(const Expander& e, Variable v) {
    return e.symbols.symbols[static_cast<std::size_t>(v)];
}

// The potential of a neuron may stand on either side. A comparison that falls with every state it reads is
// written as the negation of the opposite one, so that spikes have one form: potential > threshold.
bool falls(const Expander& e, const Polynomial& argument) {
    bool any = false;
    for (const auto& [monomial, factor] : argument.terms) {
        if (monomial.size() != 1 ||
            e.symbols.symbols[static_cast<std::size_t>(monomial[0])].kind != Symbol::Kind::input)
            continue;
        if (std::any_of(factor.begin(), factor.end(), [](double x) { return x > 0; })) return false;
        any = true;
    }
    return any;
}

Polynomial make_step(Expander& e, const Node& node, Polynomial left, Polynomial right, Compare compare,
                     bool negated = false) {
    if (!negated && falls(e, difference(left, right))) {
        const Compare opposite = compare == Compare::greater ? Compare::greater_equal : Compare::greater;
        return difference(constant({1.0}),
                          make_step(e, node, std::move(right), std::move(left), opposite, true));
    }
    for (const Variable known : e.symbols.steps) {
        const Symbol& symbol = e.symbols.symbols[static_cast<std::size_t>(known)];
        if (symbol.step.compare == compare && symbol.step.left == left && symbol.step.right == right &&
            symbol.count == element_count(result_shape(e, node)))
            return variable(known);
    }
    const Variable v = new_symbol(e, node, Symbol::Kind::step);
    e.symbols.symbols.back().step = Step{std::move(left), std::move(right), compare};
    e.symbols.symbols.back().negated = negated;
    e.symbols.steps.insert(v);
    return variable(v);
}

Polynomial make_count(Expander& e, const Node& node, Count count) {
    for (const Variable known : e.symbols.counts) {
        const Count& other = symbol(e, known).spikes;
        if (other.argument == count.argument && other.from_zero == count.from_zero &&
            other.most == count.most)
            return variable(known);
    }
    const Variable v = new_symbol(e, node, Symbol::Kind::count);
    e.symbols.symbols.back().spikes = std::move(count);
    e.symbols.counts.insert(v);
    return variable(v);
}

// [p > t] * whole part of p is the whole part from 0 where t lies in [0, 1): sinabs writes it so.
bool clears_negative(const Step& step, const Polynomial& argument) {
    const Polynomial compared = difference(step.left, step.right), linear = without_constant(argument);
    if (linear.terms.empty()) return false;
    const auto& [monomial, factor] = *linear.terms.begin();
    if (std::count(factor.begin(), factor.end(), 0.0) > 0) return false;
    const PerNeuron k = over(coefficient(compared, monomial), factor);
    if (!std::all_of(k.begin(), k.end(), [](double x) { return x > 0; })) return false;
    if (!nearly_equal(without_constant(compared), scaled(linear, k))) return false;
    const PerNeuron t = minus(constant_term(argument), over(constant_term(compared), k));
    return std::all_of(t.begin(), t.end(), [](double x) { return x >= 0 && x < 1; });
}

}  // namespace

std::optional<Variable> single_count(const Expander& e, const Polynomial& p) {
    const std::optional<Variable> v = single_variable(p);
    return v && e.symbols.counts.count(*v) != 0 ? v : std::nullopt;
}

Polynomial whole_part_of(Expander& e, const Node& node, const Polynomial& p) {
    if (single_count(e, p)) return p;
    if (p.terms.size() == 1 && p.terms.begin()->first.size() == 1) {
        const auto& [monomial, factor] = *p.terms.begin();
        const Symbol& inner = symbol(e, monomial[0]);
        const bool positive = std::all_of(factor.begin(), factor.end(), [](double k) { return k > 0; });
        if (inner.kind == Symbol::Kind::bounded && positive)
            return make_count(e, node, {scaled(inner.bounded.argument, factor), true, max_count});
    }
    return make_count(e, node, {p, false, max_count});
}

std::optional<Polynomial> cleared_count(Expander& e, const Node& node, const Polynomial& a,
                                        const Polynomial& b) {
    const std::optional<Variable> step = single_variable(a), count = single_count(e, b);
    if (!step || !count || e.symbols.steps.count(*step) == 0) return std::nullopt;
    Count cleared = symbol(e, *count).spikes;
    if (!clears_negative(symbol(e, *step).step, cleared.argument)) return std::nullopt;
    cleared.from_zero = true;
    return make_count(e, node, std::move(cleared));
}

namespace {

Polynomial whole_part(Expander& e, const Node& node) {
    return whole_part_of(e, node, operand(e, node, 0));
}

// [count >= n], which is a comparison of the potential itself.
Polynomial at_least(Expander& e, const Node& node, const Count& count, double n, bool negated) {
    if (n > count.most) return constant({0.0});
    if (n < 1 && count.from_zero) return constant({1.0});
    if (n < 1)
        throw NotUnderstood("a count of spikes that may be negative is compared with " + std::to_string(n),
                            "count spikes from 0: (v > 0) * trunc(v / threshold), as sinabs MultiSpike");
    return make_step(e, node, count.argument, constant({n}), Compare::greater_equal, negated);
}

// A count against a number; nothing where the operands are something else.
std::optional<Polynomial> compared_count(Expander& e, const Node& node, const Polynomial& left,
                                         const Polynomial& right, Compare compare) {
    const auto number = [](const Polynomial& p) -> std::optional<double> {
        const PerNeuron value = constant_term(p);
        if (!is_constant(p) || !all_equal_to(value, value[0])) return std::nullopt;
        return value[0];
    };
    if (const auto count = single_count(e, left)) {
        const std::optional<double> t = number(right);
        if (!t) return std::nullopt;
        const double n = compare == Compare::greater ? std::floor(*t) + 1 : std::ceil(*t);
        return at_least(e, node, Count(symbol(e, *count).spikes), n, false);
    }
    if (const auto count = single_count(e, right)) {
        const std::optional<double> t = number(left);
        if (!t) return std::nullopt;
        const double n = compare == Compare::greater ? std::ceil(*t) : std::floor(*t) + 1;
        return difference(constant({1.0}), at_least(e, node, Count(symbol(e, *count).spikes), n, true));
    }
    return std::nullopt;
}

Polynomial compared(Expander& e, const Node& node, Polynomial left, Polynomial right, Compare compare) {
    if (std::optional<Polynomial> count = compared_count(e, node, left, right, compare))
        return std::move(*count);
    return make_step(e, node, std::move(left), std::move(right), compare);
}

Polynomial greater(Expander& e, const Node& node) {
    return compared(e, node, operand(e, node, 0), operand(e, node, 1), Compare::greater);
}
Polynomial greater_equal(Expander& e, const Node& node) {
    return compared(e, node, operand(e, node, 0), operand(e, node, 1), Compare::greater_equal);
}
Polynomial less(Expander& e, const Node& node) {
    return compared(e, node, operand(e, node, 1), operand(e, node, 0), Compare::greater);
}
Polynomial less_equal(Expander& e, const Node& node) {
    return compared(e, node, operand(e, node, 1), operand(e, node, 0), Compare::greater_equal);
}

// Equal(s, 0) of a count s, as sinabs writes "has not spiked".
Polynomial equal(Expander& e, const Node& node) {
    for (const std::size_t index : {std::size_t{0}, std::size_t{1}}) {
        const auto count = single_count(e, operand(e, node, index));
        if (count && operand(e, node, 1 - index).terms.empty() && symbol(e, *count).spikes.from_zero)
            return difference(constant({1.0}), at_least(e, node, Count(symbol(e, *count).spikes), 1, true));
    }
    throw NotUnderstood("compares potentials for equality", "spike where the potential exceeds a threshold");
}

// max(p, low): a bounded variable that starts at 0.
Polynomial bounded_below(Expander& e, const Node& node, const Polynomial& p, const PerNeuron& low) {
    if (const auto count = single_count(e, p); count && all_equal_to(low, 0.0)) {
        Count from_zero = symbol(e, *count).spikes;
        from_zero.from_zero = true;
        return make_count(e, node, std::move(from_zero));
    }
    const Variable v = new_symbol(e, node, Symbol::Kind::bounded);
    e.symbols.symbols.back().bounded = Bounded{difference(p, constant(low))};
    e.symbols.symbols.back().value = absent;  // the ONNX value holds the bound as well
    return sum(variable(v), constant(low));
}

// min(ReLU(x), high) in a conventional network; nothing where p is something else.
std::optional<Polynomial> bounded_rectifier(Expander& e, const Node& node, const Polynomial& p,
                                            const PerNeuron& high) {
    const std::optional<Variable> v = single_variable(p);
    if (!e.symbols.conventional || !v || symbol(e, *v).kind != Symbol::Kind::bounded ||
        !all_equal_to(high, high[0]) || !(high[0] > 0))
        return std::nullopt;
    Bounded limited = symbol(e, *v).bounded;
    limited.most = std::min(limited.most, high[0]);
    const Variable result = new_symbol(e, node, Symbol::Kind::bounded);
    e.symbols.symbols.back().bounded = std::move(limited);
    return variable(result);
}

Polynomial bounded_above(Expander& e, const Node& node, const Polynomial& p, const PerNeuron& high) {
    if (std::optional<Polynomial> rectifier = bounded_rectifier(e, node, p, high))
        return std::move(*rectifier);
    const auto count = single_count(e, p);
    if (!count || !all_equal_to(high, high[0]) || high[0] < 1)
        throw NotUnderstood("a computed value has an upper bound",
                            "remove the bound: a potential may be bounded from below alone");
    Count limited = symbol(e, *count).spikes;
    limited.most = static_cast<int>(std::min<double>(limited.most, std::floor(high[0])));
    return make_count(e, node, std::move(limited));
}

Polynomial rectify(Expander& e, const Node& node) {
    return bounded_below(e, node, operand(e, node, 0), {0.0});
}

// Clip(x, min, max) of constant limits; since opset 11 the limits are inputs.
Polynomial limit(Expander& e, const Node& node) {
    const auto given = [&](std::size_t index, const char* name) -> std::optional<double> {
        if (index < node.inputs.size() && node.inputs[index] != absent) {
            const Value& value = value_at(e, node, index);
            if (value.constant == nullptr || value.constant->values.size() != 1)
                throw NotUnderstood("a limit is computed", "clip with fixed limits");
            return value.constant->values[0];
        }
        if (node.attributes.count(name) == 0) return std::nullopt;
        return real_attribute(node, name, 0);
    };
    constexpr double no_bound = 1e38;  // exporters write the largest float32 for "none"
    Polynomial p = operand(e, node, 0);
    const std::optional<double> low = given(1, "min"), high = given(2, "max");
    if (low && *low > -no_bound) p = bounded_below(e, node, p, {*low});
    if (high && *high < no_bound) p = bounded_above(e, node, p, {*high});
    return p;
}

Polynomial bounded_by_other(Expander& e, const Node& node,
                            Polynomial (*bounded)(Expander&, const Node&, const Polynomial&,
                                                  const PerNeuron&)) {
    if (node.inputs.size() == 1) return operand(e, node, 0);
    if (node.inputs.size() == 2)
        for (const std::size_t index : {std::size_t{0}, std::size_t{1}}) {
            const Polynomial p = operand(e, node, index);
            if (is_constant(p)) return bounded(e, node, operand(e, node, 1 - index), constant_term(p));
        }
    throw NotUnderstood("chooses the larger or the smaller of computed values",
                        "a potential may be bounded from below by a constant alone");
}

Polynomial upper_of(Expander& e, const Node& node) {
    return bounded_by_other(e, node, bounded_below);
}
Polynomial lower_of(Expander& e, const Node& node) {
    return bounded_by_other(e, node, bounded_above);
}

constexpr Rule rules[] = {
    {"Clip", limit},
    {"Equal", equal},
    {"Floor", whole_part},
    {"Greater", greater},
    {"GreaterOrEqual", greater_equal},
    {"Less", less},
    {"LessOrEqual", less_equal},
    {"Max", upper_of},
    {"Min", lower_of},
    {"Relu", rectify},
};

}  // namespace

std::span<const Rule> spike_rules() {
    return rules;
}

}  // namespace synfire::onnx
