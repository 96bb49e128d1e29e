// Rules of the operators that work neuron by neuron and make no spikes: arithmetic, choices, types and codes.
// One small function per operator and one row per operator at the end.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/frontend/onnx/operators.hpp"
#include "compiler/frontend/onnx/symbolic_rules.hpp"

namespace synfire::onnx {
namespace {

Polynomial add(Expander& e, const Node& node) {
    return sum(operand(e, node, 0), operand(e, node, 1));
}
Polynomial subtract(Expander& e, const Node& node) {
    return difference(operand(e, node, 0), operand(e, node, 1));
}
Polynomial negate(Expander& e, const Node& node) {
    return scaled(operand(e, node, 0), {-1.0});
}

Polynomial divide(Expander& e, const Node& node) {
    const Polynomial divisor = operand(e, node, 1);
    if (!is_constant(divisor))
        throw NotUnderstood("divides by a computed value", "divide by parameters alone");
    const PerNeuron value = constant_term(divisor);
    if (std::count(value.begin(), value.end(), 0.0) > 0)
        throw NotUnderstood("divides by 0", "look at the trained parameters (tau, threshold)");
    if (value_at(e, node, 0).element == Element::integer)
        throw NotUnderstood("divides integers", "divide before the cast to integers");
    return scaled(operand(e, node, 0), over({1.0}, value));
}

// A comparison, its negation, or a product of them: what may be cast or chosen by without a change of value.
bool is_boolean(const Expander& e, const Polynomial& p) {
    const auto by_steps = [&](const auto& term) {
        return std::all_of(term.first.begin(), term.first.end(),
                           [&](Variable v) { return e.symbols.steps.count(v) != 0; });
    };
    if (!std::all_of(p.terms.begin(), p.terms.end(), by_steps)) return false;
    if (p.terms.empty()) return true;
    const Polynomial negated = difference(constant({1.0}), p);
    for (const Polynomial* one : {&p, &negated})
        if (one->terms.size() == 1 && all_equal_to(one->terms.begin()->second, 1.0)) return true;
    return false;
}

Polynomial boolean_operand(const Expander& e, const Node& node, std::size_t index) {
    Polynomial p = operand(e, node, index);
    if (!is_boolean(e, p))
        throw NotUnderstood("a value that is not a spike is used as a condition",
                            "compare the potential with a threshold");
    return p;
}

Polynomial negation(Expander& e, const Node& node) {
    return difference(constant({1.0}), boolean_operand(e, node, 0));
}
Polynomial both(Expander& e, const Node& node) {
    return multiplied(e, boolean_operand(e, node, 0), boolean_operand(e, node, 1));
}

Polynomial choose(Expander& e, const Node& node) {
    const Polynomial condition = boolean_operand(e, node, 0);
    const Polynomial otherwise = difference(constant({1.0}), condition);
    return sum(multiplied(e, condition, operand(e, node, 1)), multiplied(e, otherwise, operand(e, node, 2)));
}

Polynomial multiply(Expander& e, const Node& node) {
    const Polynomial a = operand(e, node, 0), b = operand(e, node, 1);
    if (std::optional<Polynomial> count = cleared_count(e, node, a, b)) return std::move(*count);
    if (std::optional<Polynomial> count = cleared_count(e, node, b, a)) return std::move(*count);
    return multiplied(e, a, b);
}

Polynomial cast_to(Expander& e, const Node& node, Element element) {
    if (element == Element::real) return operand(e, node, 0);
    if (element == Element::boolean) return boolean_operand(e, node, 0);
    const Polynomial p = operand(e, node, 0);
    return is_boolean(e, p) ? p : whole_part_of(e, node, p);
}

Polynomial cast(Expander& e, const Node& node) {
    const std::int64_t to = int_attribute(node, "to", 0);
    const bool real = to == 1 || to == 10 || to == 11 || to == 16;
    return cast_to(e, node, real ? Element::real : to == 9 ? Element::boolean : Element::integer);
}

Polynomial cast_like(Expander& e, const Node& node) {
    return cast_to(e, node, value_at(e, node, 1).element);
}

// The node's results where its only computed operand holds `value` everywhere.
PerNeuron result_at(const Expander& e, const Node& node, double value) {
    std::vector<TensorPtr> held;
    Operands operands;
    for (const int input : node.inputs) {
        if (input == absent) {
            operands.push_back(nullptr);
            continue;
        }
        const Value& one = e.graph.values[static_cast<std::size_t>(input)];
        Tensor filled{one.shape, one.element, {}};
        if (one.constant == nullptr) filled.values.assign(element_count(one.shape).value(), value);
        held.push_back(one.constant != nullptr ? one.constant : std::make_shared<const Tensor>(filled));
        operands.push_back(held.back().get());
    }
    return compressed(evaluate(node, operands).values);
}

// f(p) = f(0) + (f(1) - f(0)) p, for functions that are affine on the values of p.
Polynomial affine_image(const Expander& e, const Node& node, const Polynomial& p) {
    try {
        const PerNeuron zero = result_at(e, node, 0), one = result_at(e, node, 1);
        const auto finite = [](double x) { return std::isfinite(x); };
        if (!std::all_of(zero.begin(), zero.end(), finite) || !std::all_of(one.begin(), one.end(), finite))
            throw OperatorError("its result is infinite where there is no spike, or where there is one");
        return sum(scaled(p, minus(one, zero)), constant(zero));
    } catch (const OperatorError& error) {
        throw NotUnderstood(error.what(), "look at the parameters of this operator");
    }
}

Polynomial dequantized(Expander& e, const Node& node) {
    return affine_image(e, node, operand(e, node, 0));
}

Polynomial quantized(Expander& e, const Node& node) {
    const Polynomial p = operand(e, node, 0);
    if (single_count(e, p) && affine_image(e, node, p) == p) return p;
    throw NotUnderstood(
        "a potential or a current is quantized inside the network; only spikes and weights may be",
        "quantize the weights alone, or export the float model; synfire quantizes it");
}

Polynomial total(Expander& e, const Node& node) {
    Polynomial result = operand(e, node, 0);
    for (std::size_t i = 1; i < node.inputs.size(); ++i) result = sum(result, operand(e, node, i));
    return result;
}

Polynomial either(Expander& e, const Node& node) {
    const Polynomial a = boolean_operand(e, node, 0), b = boolean_operand(e, node, 1);
    return difference(sum(a, b), multiplied(e, a, b));
}

Polynomial same(Expander& e, const Node& node) {
    return operand(e, node, 0);
}

[[noreturn]] Polynomial soft_spike(Expander&, const Node& node) {
    throw NotUnderstood(
        "an analogue function (" + node.op +
            ") where a neuron would compare with its threshold: a soft "
            "spike, or an activation of a conventional network",
        "spikes must come from a comparison: keep the surrogate for the gradient only "
        "(autograd.Function, spike_grad of snnTorch), and use ReLU networks where rates are converted");
}

constexpr Rule rules[] = {
    {"Add", add},
    {"And", both},
    {"Cast", cast},
    {"CastLike", cast_like},
    {"DequantizeLinear", dequantized},
    {"Div", divide},
    {"Dropout", same},
    {"Exp", soft_spike},
    {"Flatten", same},
    {"Identity", same},
    {"Mul", multiply},
    {"Neg", negate},
    {"Not", negation},
    {"Or", either},
    {"QuantizeLinear", quantized},
    {"Reshape", same},
    {"Sigmoid", soft_spike},
    {"Squeeze", same},
    {"Sub", subtract},
    {"Sum", total},
    {"Tanh", soft_spike},
    {"Unsqueeze", same},
    {"Where", choose},
};

}  // namespace

std::span<const Rule> neuron_rules() {
    return rules;
}

std::optional<Polynomial> function_of_spikes(const Expander& e, const Node& node) {
    static constexpr std::string_view functions[] = {
        "Abs",     "Cast",    "Ceil",           "Clip",       "Equal",       "Exp",
        "Floor",   "Greater", "GreaterOrEqual", "Less",       "LessOrEqual", "Max",
        "Min",     "Pow",     "QuantizeLinear", "Reciprocal", "Relu",        "Round",
        "Sigmoid", "Sign",    "Sqrt",           "Tanh"};
    if (std::find(std::begin(functions), std::end(functions), node.op) == std::end(functions))
        return std::nullopt;
    std::optional<std::size_t> computed;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] == absent || value_at(e, node, i).constant != nullptr) continue;
        if (computed) return std::nullopt;
        computed = i;
    }
    if (!computed) return std::nullopt;
    const Polynomial p = operand(e, node, *computed);
    if (is_constant(p) || !is_boolean(e, p)) return std::nullopt;
    return affine_image(e, node, p);
}

}  // namespace synfire::onnx
