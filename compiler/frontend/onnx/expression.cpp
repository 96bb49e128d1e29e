// Arithmetic of polynomials with per-neuron coefficients.
#include "compiler/frontend/onnx/expression.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/support/report.hpp"

namespace synfire::onnx {
namespace {

template <class Function>
PerNeuron combine(const PerNeuron& a, const PerNeuron& b, Function function) {
    if (a.size() != b.size() && a.size() != 1 && b.size() != 1)
        SYNFIRE_BUG("coefficients of " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                    " neurons");
    PerNeuron result(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = function(at(a, i), at(b, i));
    return result;
}

void add_term(Polynomial& p, const Monomial& monomial, const PerNeuron& value) {
    const auto found = p.terms.find(monomial);
    PerNeuron total = found == p.terms.end() ? value : plus(found->second, value);
    if (all_equal_to(total, 0.0)) {
        if (found != p.terms.end()) p.terms.erase(found);
        return;
    }
    p.terms.insert_or_assign(monomial, std::move(total));
}

Monomial joined(const Monomial& a, const Monomial& b, const std::set<Variable>& idempotent) {
    Monomial result;
    std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
    const auto same = [&](Variable x, Variable y) { return x == y && idempotent.count(x) != 0; };
    result.erase(std::unique(result.begin(), result.end(), same), result.end());
    return result;
}

double largest(const Polynomial& p) {
    double size = 0;
    for (const auto& [monomial, value] : p.terms)
        for (const double x : value) size = std::max(size, std::fabs(x));
    return size;
}

}  // namespace

PerNeuron plus(const PerNeuron& a, const PerNeuron& b) {
    return combine(a, b, [](double x, double y) { return x + y; });
}
PerNeuron minus(const PerNeuron& a, const PerNeuron& b) {
    return combine(a, b, [](double x, double y) { return x - y; });
}
PerNeuron times(const PerNeuron& a, const PerNeuron& b) {
    return combine(a, b, [](double x, double y) { return x * y; });
}
PerNeuron over(const PerNeuron& a, const PerNeuron& b) {
    return combine(a, b, [](double x, double y) { return x / y; });
}

bool all_equal_to(const PerNeuron& a, double value) {
    return std::all_of(a.begin(), a.end(), [value](double x) { return x == value; });
}

PerNeuron compressed(PerNeuron a) {
    if (!a.empty() && all_equal_to(a, a[0])) a.resize(1);
    return a;
}

Polynomial constant(PerNeuron value) {
    Polynomial p;
    add_term(p, {}, value);
    return p;
}

Polynomial variable(Variable v) {
    return Polynomial{{{{v}, {1.0}}}};
}

Polynomial sum(const Polynomial& a, const Polynomial& b) {
    Polynomial result = a;
    for (const auto& [monomial, value] : b.terms) add_term(result, monomial, value);
    return result;
}

Polynomial scaled(const Polynomial& a, const PerNeuron& factor) {
    Polynomial result;
    for (const auto& [monomial, value] : a.terms) add_term(result, monomial, times(value, factor));
    return result;
}

Polynomial difference(const Polynomial& a, const Polynomial& b) {
    return sum(a, scaled(b, {-1.0}));
}

std::optional<Polynomial> product(const Polynomial& a, const Polynomial& b,
                                  const std::set<Variable>& idempotent) {
    Polynomial result;
    for (const auto& [left, x] : a.terms)
        for (const auto& [right, y] : b.terms) {
            const Monomial monomial = joined(left, right, idempotent);
            if (monomial.size() > max_degree || result.terms.size() >= max_terms) return std::nullopt;
            add_term(result, monomial, times(x, y));
        }
    return result;
}

Polynomial substituted(const Polynomial& p, Variable v, double value) {
    Polynomial result;
    for (const auto& [monomial, factor] : p.terms) {
        Monomial rest;
        PerNeuron replaced = factor;
        for (const Variable one : monomial) {
            if (one == v) {
                replaced = times(replaced, {value});
            } else {
                rest.push_back(one);
            }
        }
        add_term(result, rest, replaced);
    }
    return result;
}

std::optional<Polynomial> replaced(const Polynomial& p, Variable v, const Polynomial& by,
                                   const std::set<Variable>& idempotent) {
    Polynomial result;
    for (const auto& [monomial, factor] : p.terms) {
        Polynomial term = constant(factor);
        for (const Variable one : monomial) {
            std::optional<Polynomial> longer = product(term, one == v ? by : variable(one), idempotent);
            if (!longer) return std::nullopt;
            term = std::move(*longer);
        }
        result = sum(result, term);
    }
    return result.terms.size() > max_terms ? std::nullopt : std::optional(std::move(result));
}

PerNeuron coefficient(const Polynomial& p, const Monomial& monomial) {
    const auto found = p.terms.find(monomial);
    return found == p.terms.end() ? PerNeuron{0.0} : found->second;
}

PerNeuron constant_term(const Polynomial& p) {
    return coefficient(p, {});
}

Polynomial without_constant(Polynomial p) {
    p.terms.erase(Monomial{});
    return p;
}

bool is_constant(const Polynomial& p) {
    return without_constant(p).terms.empty();
}

bool is_affine(const Polynomial& p) {
    return std::all_of(p.terms.begin(), p.terms.end(),
                       [](const auto& term) { return term.first.size() <= 1; });
}

std::set<Variable> variables(const Polynomial& p) {
    std::set<Variable> all;
    for (const auto& [monomial, value] : p.terms) all.insert(monomial.begin(), monomial.end());
    return all;
}

std::optional<Variable> single_variable(const Polynomial& p) {
    if (p.terms.size() != 1) return std::nullopt;
    const auto& [monomial, value] = *p.terms.begin();
    if (monomial.size() != 1 || !all_equal_to(value, 1.0)) return std::nullopt;
    return monomial[0];
}

bool nearly_equal(const Polynomial& a, const Polynomial& b) {
    constexpr double rounding = 1e-12;
    return largest(difference(a, b)) <= rounding * std::max(largest(a), largest(b));
}

}  // namespace synfire::onnx
