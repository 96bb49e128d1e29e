// Symbolic execution: every operator either combines polynomials, makes a new variable (a drive, a step), or
// is refused. One small function per operator and one row per operator at the end.
#include "compiler/frontend/onnx/symbolic.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "compiler/frontend/onnx/linear_map.hpp"
#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {
namespace {

constexpr std::size_t max_coefficients = std::size_t{1} << 27;  // of all polynomials and weights of a file

struct Expander {
    const Graph& graph;
    Symbols symbols;
    std::size_t coefficients = 0;
};

struct NotUnderstood : std::runtime_error {
    NotUnderstood(const std::string& reason, std::string way_out)
        : std::runtime_error(reason), hint(std::move(way_out)) {}
    std::string hint;
};

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

// The operand as a polynomial over the neurons of the result. Computed operands must not be repeated: a value
// that several neurons share is no longer one variable per neuron.
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

Polynomial greater(Expander& e, const Node& node) {
    return make_step(e, node, operand(e, node, 0), operand(e, node, 1), Compare::greater);
}
Polynomial greater_equal(Expander& e, const Node& node) {
    return make_step(e, node, operand(e, node, 0), operand(e, node, 1), Compare::greater_equal);
}
Polynomial less(Expander& e, const Node& node) {
    return make_step(e, node, operand(e, node, 1), operand(e, node, 0), Compare::greater);
}
Polynomial less_equal(Expander& e, const Node& node) {
    return make_step(e, node, operand(e, node, 1), operand(e, node, 0), Compare::greater_equal);
}

Polynomial add(Expander& e, const Node& node) {
    return sum(operand(e, node, 0), operand(e, node, 1));
}
Polynomial subtract(Expander& e, const Node& node) {
    return difference(operand(e, node, 0), operand(e, node, 1));
}
Polynomial multiply(Expander& e, const Node& node) {
    return multiplied(e, operand(e, node, 0), operand(e, node, 1));
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

// Equal(s, 0) of a spike s, as some exporters write "has not spiked".
Polynomial equal(Expander& e, const Node& node) {
    const Polynomial spikes = boolean_operand(e, node, 0);
    const Polynomial other = operand(e, node, 1);
    if (other.terms.empty()) return difference(constant({1.0}), spikes);
    if (other == constant({1.0})) return spikes;
    throw NotUnderstood("compares potentials for equality", "spike where the potential exceeds a threshold");
}

// sinabs counts floor(v / threshold) spikes in one step.
[[noreturn]] Polynomial multi_spike(Expander&, const Node&) {
    throw NotUnderstood(
        "a potential is rounded to an integer: a neuron that may spike several times per step (multi-spike)",
        "use a neuron that spikes once per step: spike_fn=SingleSpike in sinabs");
}

Polynomial cast(Expander& e, const Node& node) {
    const std::int64_t to = int_attribute(node, "to", 0);
    const bool to_float = to == 1 || to == 10 || to == 11 || to == 16;
    if (!to_float && to != 9 && !is_boolean(e, operand(e, node, 0))) multi_spike(e, node);
    return to_float ? operand(e, node, 0) : boolean_operand(e, node, 0);
}

Polynomial same(Expander& e, const Node& node) {
    return operand(e, node, 0);
}

// A permutation of axes is the identity on neurons when the axes longer than 1 keep their order.
Polynomial transpose(Expander& e, const Node& node) {
    const Shape& shape = value_at(e, node, 0).shape;
    std::vector<std::int64_t> order;
    for (std::size_t i = shape.size(); i-- > 0;) order.push_back(static_cast<std::int64_t>(i));
    if (const std::vector<std::int64_t>* given = ints_attribute(node, "perm")) order = *given;
    std::int64_t last = -1;
    for (std::int64_t axis : order) {
        if (axis < 0) axis += static_cast<std::int64_t>(shape.size());
        if (shape.at(static_cast<std::size_t>(axis)) == 1) continue;
        if (axis < last)
            throw NotUnderstood("reorders neurons", "transpose the weights instead of the signal");
        last = axis;
    }
    return operand(e, node, 0);
}

Polynomial gather(Expander& e, const Node& node) {
    if (value_at(e, node, 0).constant == nullptr &&
        element_count(value_at(e, node, 0).shape) == element_count(result_shape(e, node)))
        return operand(e, node, 0);
    throw NotUnderstood(
        "picks single entries: an unrolled graph over time, or an embedding",
        "export one time step: forward(x, v) -> (spk, v_next), with every state an input and an output");
}

Polynomial concat(Expander& e, const Node& node) {
    if (node.inputs.size() == 1) return operand(e, node, 0);
    throw NotUnderstood("joins several signals: an unrolled graph over time, or concatenated layers",
                        "export one time step; give each layer its own Linear and add the results");
}

void add_path(std::vector<Path>& paths, Variable source, std::vector<Stage> stages, Dense dense) {
    stages.emplace_back(std::move(dense));
    paths.push_back(Path{source, std::move(stages)});
}

// W * (sum of c_k * source_k + c_0) + b becomes one path per source. A source that is itself a drive is a
// linear layer before this one without a neuron between them: its stages are kept in front.
Polynomial linear(Expander& e, const Node& node) {
    LinearMap map;
    try {
        map = linear_map(e.graph, node);
    } catch (const OperatorError& error) {
        throw NotUnderstood(error.what(),
                            "write the layer as Linear: Gemm or MatMul of one signal with constant weights");
    }
    const Polynomial& signal = *e.symbols.values[static_cast<std::size_t>(map.signal)];
    if (!is_affine(signal))
        throw NotUnderstood("its input is not a sum of spikes and inputs", "feed layers with spikes");
    if (is_constant(signal)) throw NotUnderstood("its input is constant", "feed layers with spikes");
    std::vector<Path> paths;
    std::vector<double> bias = biased(map.dense, constant_term(signal));
    for (const auto& [monomial, factor] : without_constant(signal).terms) {
        Dense dense = with_scaled_inputs(map.dense, factor);
        dense.bias = std::exchange(bias, {});  // once per layer, with its first path
        e.coefficients += dense.weight.size();
        const Symbol& source = e.symbols.symbols[static_cast<std::size_t>(monomial[0])];
        if (source.kind == Symbol::Kind::step && !all_equal_to(factor, 1.0))
            throw NotUnderstood(
                "the spikes it reads are multiplied by " + fmt::format("{}", factor[0]) + " (graded spikes)",
                "set graded_spikes_factor to 1 and scale this layer's weights instead");
        if (source.kind != Symbol::Kind::drive) {
            add_path(paths, monomial[0], {}, std::move(dense));
            continue;
        }
        for (const Path& before : source.drive.paths) {
            add_path(paths, before.source, before.stages, dense);
            dense.bias.clear();
        }
    }
    if (e.coefficients > max_coefficients) throw NotUnderstood("the layers are too large", "split the model");
    const Variable v = new_symbol(e, node, Symbol::Kind::drive);
    e.symbols.symbols.back().drive.paths = std::move(paths);
    return variable(v);
}

[[noreturn]] Polynomial soft_spike(Expander&, const Node& node) {
    throw NotUnderstood(
        "an analogue function (" + node.op +
            ") where a neuron would compare with its threshold: a soft "
            "spike, or an activation of a conventional network",
        "spikes must come from a comparison: keep the surrogate for the gradient only "
        "(autograd.Function, spike_grad of snnTorch), and use ReLU networks where rates are converted");
}

[[noreturn]] Polynomial rectifier(Expander&, const Node&) {
    throw NotUnderstood("a ReLU: a conventional network, or a lower bound of the potential; neither is read",
                        "train it as a spiking network, without a bound on the potential");
}

[[noreturn]] Polynomial limit(Expander&, const Node&) {
    throw NotUnderstood("a computed value is clipped or bounded", "remove the bound on the potential");
}

[[noreturn]] Polynomial dequantized(Expander&, const Node&) {
    throw NotUnderstood("a computed value is dequantized: only stored integer weights and biases are read",
                        "quantize the weights alone, or export the float model; synfire quantizes it");
}

struct Rule {
    std::string_view op;
    Polynomial (*expand)(Expander&, const Node&);
};

constexpr Rule rules[] = {
    {"Add", add},
    {"And", both},
    {"Cast", cast},
    {"Clip", limit},
    {"Concat", concat},
    {"DequantizeLinear", dequantized},
    {"Div", divide},
    {"Dropout", same},
    {"Equal", equal},
    {"Exp", soft_spike},
    {"Flatten", same},
    {"Floor", multi_spike},
    {"Gather", gather},
    {"Gemm", linear},
    {"Greater", greater},
    {"GreaterOrEqual", greater_equal},
    {"Identity", same},
    {"Less", less},
    {"LessOrEqual", less_equal},
    {"MatMul", linear},
    {"Max", limit},
    {"Min", limit},
    {"Mul", multiply},
    {"Neg", negate},
    {"Not", negation},
    {"Relu", rectifier},
    {"Reshape", same},
    {"Sigmoid", soft_spike},
    {"Squeeze", same},
    {"Sub", subtract},
    {"Tanh", soft_spike},
    {"Transpose", transpose},
    {"Unsqueeze", same},
    {"Where", choose},
};

Polynomial expand_node(Expander& e, const Node& node) {
    for (const Rule& rule : rules)
        if (rule.op == node.op) return rule.expand(e, node);
    throw NotUnderstood("this operator is understood for constants only", "compute it before exporting");
}

}  // namespace

Symbols expand(const Graph& graph) {
    Expander e{graph, {}, 0};
    e.symbols.values.resize(graph.values.size());
    for (const int input : graph.inputs) {
        const Value& value = graph.values[static_cast<std::size_t>(input)];
        e.symbols.values[static_cast<std::size_t>(input)] =
            variable(static_cast<Variable>(e.symbols.symbols.size()));
        e.symbols.symbols.push_back(
            Symbol{Symbol::Kind::input, input, element_count(value.shape).value(), {}, {}});
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
