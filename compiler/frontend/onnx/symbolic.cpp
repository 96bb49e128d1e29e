// Symbolic execution: every operator either combines polynomials, makes a new variable (a drive, a step), or
// is refused.
#include "compiler/frontend/onnx/symbolic.hpp"

#include <algorithm>
#include <utility>

#include "compiler/frontend/onnx/conventional.hpp"
#include "compiler/frontend/onnx/symbolic_rules.hpp"

namespace synfire::onnx {

NotUnderstood::NotUnderstood(const std::string& reason, std::string way_out)
    : std::runtime_error(reason), hint(std::move(way_out)) {}

const Value& value_at(const Expander& e, const Node& node, std::size_t index) {
    if (index >= node.inputs.size() || node.inputs[index] == absent)
        SYNFIRE_BUG("an operand that evaluation accepted is missing");
    return e.graph.values[static_cast<std::size_t>(node.inputs[index])];
}

const Shape& result_shape(const Expander& e, const Node& node) {
    return e.graph.values[static_cast<std::size_t>(node.outputs[0])].shape;
}

PerNeuron spread(const Tensor& tensor, const Shape& shape) {
    if (tensor.values.size() == 1) return tensor.values;
    PerNeuron values;
    for (const std::size_t index : broadcast_indices(tensor.shape, shape))
        values.push_back(tensor.values[index]);
    return values;
}

Polynomial operand(const Expander& e, const Node& node, std::size_t index) {
    const Value& value = value_at(e, node, index);
    const Shape& shape = result_shape(e, node);
    if (value.constant != nullptr) return constant(spread(*value.constant, shape));
    if (element_count(value.shape) != element_count(shape))
        throw NotUnderstood(
            "a computed value of shape " + to_string(value.shape) + " is repeated to " + to_string(shape),
            "give every neuron its own state and drive");
    return *e.symbols.values[static_cast<std::size_t>(node.inputs[index])];
}

Polynomial multiplied(const Expander& e, const Polynomial& a, const Polynomial& b) {
    if (std::optional<Polynomial> result = product(a, b, e.symbols.steps)) return std::move(*result);
    throw NotUnderstood("potentials are multiplied with each other",
                        "a neuron must be linear in its potential between spikes");
}

Variable new_symbol(Expander& e, const Node& node, Symbol::Kind kind) {
    Symbol symbol;
    symbol.kind = kind;
    symbol.value = node.outputs[0];
    symbol.count = element_count(result_shape(e, node)).value();
    e.symbols.symbols.push_back(std::move(symbol));
    return static_cast<Variable>(e.symbols.symbols.size()) - 1;
}

std::optional<ScaledSpike> scaled_spike(const Symbols& symbols, const Polynomial& p) {
    if (p.terms.size() != 1) return std::nullopt;
    const auto& [monomial, factor] = *p.terms.begin();
    if (monomial.size() != 1 || symbols.steps.count(monomial[0]) + symbols.counts.count(monomial[0]) == 0)
        return std::nullopt;
    return ScaledSpike{monomial[0], compressed(factor)};
}

namespace {

Polynomial expand_node(Expander& e, const Node& node) {
    if (std::optional<Polynomial> linear = function_of_spikes(e, node)) return std::move(*linear);
    for (const std::span<const Rule> rules : {neuron_rules(), spike_rules(), layer_rules()})
        for (const Rule& rule : rules)
            if (rule.op == node.op) return rule.expand(e, node);
    throw NotUnderstood("this operator is understood for constants only", "compute it before exporting");
}

}  // namespace

Symbols expand(const Graph& graph) {
    Expander e{graph, {}, 0, 0};
    e.symbols.values.resize(graph.values.size());
    e.symbols.conventional = is_conventional(graph);
    for (const int input : graph.inputs) {
        const Value& value = graph.values[static_cast<std::size_t>(input)];
        e.symbols.values[static_cast<std::size_t>(input)] =
            variable(static_cast<Variable>(e.symbols.symbols.size()));
        Symbol symbol;
        symbol.value = input;
        symbol.count = element_count(value.shape).value();
        e.symbols.symbols.push_back(std::move(symbol));
    }
    for (const Node& node : graph.nodes) {
        Diagnostic problem = at_node(graph, node);
        try {
            Polynomial p = expand_node(e, node);
            for (const auto& [monomial, value] : p.terms) e.coefficients += value.size();
            if (e.coefficients > max_coefficients || p.terms.size() > max_terms)
                throw NotUnderstood("the expression becomes too large",
                                    "export one time step of one network");
            e.symbols.values[static_cast<std::size_t>(node.outputs[0])] = std::move(p);
        } catch (const NotUnderstood& error) {
            problem.reason = error.what();
            problem.expected = "layers that are linear, and neurons v_next = f(v, x), spike = v > threshold";
            problem.hint = error.hint;
            throw InputError(problem);
        }
    }
    return e.symbols;
}

}  // namespace synfire::onnx
