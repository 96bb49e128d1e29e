// One rule per operator: on values of one step it is copied, on sequences it is done step by step where it
// keeps the steps apart, and refused where it does not.
#include "compiler/frontend/onnx/unroll_rules.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {
namespace {

constexpr std::size_t max_whole = std::size_t{1} << 24;  // elements of a sequence

bool is_sequence(const Timed& value) {
    return value.kind == Timed::Kind::sequence;
}

const Shape& part_shape(const Unroller& u, const Timed& value, std::size_t t = 0) {
    return value_of(u.writer.graph, value.parts.at(value.parts.size() > 1 ? t : 0)).shape;
}

std::vector<const Timed*> inputs_of(const Unroller& u, const Scope& s, const Node& node) {
    std::vector<const Timed*> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        inputs.push_back(node.inputs[i] == absent ? nullptr : &input_of(u, s, node, i));
    return inputs;
}

int part(const Timed& value, std::size_t t) {
    return value.parts[is_sequence(value) ? t : 0];
}

// The node on every step, with the steps of the sequences among its inputs.
Timed step_by_step(Unroller& u, const Node& node, const std::vector<const Timed*>& inputs, std::size_t axis) {
    Timed result{Timed::Kind::sequence, {}, axis};
    for (std::size_t t = 0; t < u.steps; ++t) {
        std::vector<int> parts;
        for (const Timed* input : inputs) parts.push_back(input == nullptr ? absent : part(*input, t));
        result.parts.push_back(write_node(u.writer, node, std::move(parts)));
    }
    return result;
}

Timed copied(Unroller& u, const Node& node, const std::vector<const Timed*>& inputs) {
    std::vector<int> values;
    for (const Timed* input : inputs) values.push_back(input == nullptr ? absent : input->parts[0]);
    return plain(write_node(u.writer, node, std::move(values)));
}

// The constant's share of step t, where it has a time axis itself.
Timed constant_steps(Unroller& u, const Node& node, const Timed& value, std::size_t axis) {
    const Tensor* whole = constant_of(u, value);
    if (whole == nullptr || whole->shape.at(axis) % u.steps != 0)
        refuse_mixing(u, node, "a value of one step meets a whole sequence");
    Tensor share{whole->shape, whole->element, {}};
    share.shape[axis] /= u.steps;
    const auto product = [&](std::size_t from, std::size_t to) {
        return std::accumulate(share.shape.begin() + static_cast<std::ptrdiff_t>(from),
                               share.shape.begin() + static_cast<std::ptrdiff_t>(to), std::size_t{1},
                               std::multiplies<>());
    };
    const std::size_t outer = product(0, axis), inner = product(axis, share.shape.size());
    Timed result{Timed::Kind::sequence, {}, axis};
    for (std::size_t t = 0; t < u.steps; ++t) {
        share.values.clear();
        for (std::size_t o = 0; o < outer; ++o) {
            const auto begin = whole->values.begin() + static_cast<std::ptrdiff_t>((o * u.steps + t) * inner);
            share.values.insert(share.values.end(), begin, begin + static_cast<std::ptrdiff_t>(inner));
        }
        result.parts.push_back(write_constant(u.writer, std::make_shared<const Tensor>(share), node.name));
    }
    return result;
}

// Elementwise operators: axes are aligned at the end, as broadcasting does.
Timed elementwise(Unroller& u, const Scope& s, const Node& node) {
    std::vector<const Timed*> inputs = inputs_of(u, s, node);
    std::size_t from_end = 0, rank = 0;
    for (const Timed* input : inputs) {
        if (input == nullptr) continue;
        if (input->kind == Timed::Kind::sum) refuse_mixing(u, node, "it reads a sum over the time steps");
        const std::size_t own_rank = part_shape(u, *input).size();
        rank = std::max(rank, own_rank);
        if (!is_sequence(*input)) continue;
        if (from_end != 0 && from_end != own_rank - input->axis)
            refuse_mixing(u, node, "two sequences have their time on different axes");
        from_end = own_rank - input->axis;
    }
    if (from_end == 0) return copied(u, node, inputs);
    std::vector<Timed> spread(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i] == nullptr || is_sequence(*inputs[i])) continue;
        const Shape& shape = part_shape(u, *inputs[i]);
        if (shape.size() < from_end || shape[shape.size() - from_end] == 1 || u.steps == 1) continue;
        spread[i] = constant_steps(u, node, *inputs[i], shape.size() - from_end);
        inputs[i] = &spread[i];
    }
    return step_by_step(u, node, inputs, rank - from_end);
}

// Operators on [batch, channels, ...] that keep the batch apart: time may run along axis 0 only.
Timed batchwise(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i] == nullptr) continue;
        if (inputs[i]->kind == Timed::Kind::sum) refuse_mixing(u, node, "it reads a sum over the time steps");
        if (!is_sequence(*inputs[i])) continue;
        if (i != 0 || inputs[i]->axis != 0 || int_attribute(node, "transA", 0) != 0)
            refuse_mixing(u, node, "it reads the whole sequence, not one time step after the other");
    }
    if (inputs.empty() || inputs[0] == nullptr || !is_sequence(*inputs[0])) return copied(u, node, inputs);
    return step_by_step(u, node, inputs, 0);
}

Timed matmul(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    for (const Timed* input : inputs)
        if (input != nullptr && input->kind == Timed::Kind::sum)
            refuse_mixing(u, node, "it reads a sum over the time steps");
    const Timed& left = input_of(u, s, node, 0);
    if (is_sequence(input_of(u, s, node, 1)))
        refuse_mixing(u, node, "it reads the whole sequence, not one time step after the other");
    if (!is_sequence(left)) return copied(u, node, inputs);
    if (left.axis + 1 == part_shape(u, left).size())
        refuse_mixing(u, node, "it adds up the time steps with weights of their own");
    return step_by_step(u, node, inputs, left.axis);
}

std::size_t axis_of(const Unroller& u, const Node& node, std::int64_t axis, std::size_t rank) {
    const auto signed_rank = static_cast<std::int64_t>(rank);
    if (axis < -signed_rank || axis >= signed_rank) refuse_mixing(u, node, "its axis is beyond its input");
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

// Which step a constant index names; nothing where it is not one.
std::optional<std::size_t> step_named(const Unroller& u, double index, std::size_t whole) {
    if (index < 0) index += static_cast<double>(whole);
    if (!(index >= 0) || index >= static_cast<double>(whole) || whole != u.steps) return std::nullopt;
    return static_cast<std::size_t>(index);
}

Timed gather(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    const Timed& from = input_of(u, s, node, 0);
    const Timed& index = input_of(u, s, node, 1);
    if (!is_sequence(from)) {
        if (from.kind == Timed::Kind::sum || index.kind != Timed::Kind::plain)
            refuse_mixing(u, node, "it picks from a sum over the time steps");
        return copied(u, node, inputs);
    }
    const Shape whole = whole_shape(u, from);
    const std::size_t axis = axis_of(u, node, int_attribute(node, "axis", 0), whole.size());
    const Tensor* indices = constant_of(u, index);
    if (indices == nullptr) refuse_mixing(u, node, "which time step it reads depends on data");
    if (axis != from.axis) {
        const bool before = axis < from.axis;
        return step_by_step(u, node, inputs, before ? from.axis + indices->shape.size() - 1 : from.axis);
    }
    if (indices->values.size() == 1) {
        const std::optional<std::size_t> t = step_named(u, indices->values[0], whole[axis]);
        if (!t) refuse_mixing(u, node, "it picks something else than one time step");
        Shape shape = part_shape(u, from);
        shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
        shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), indices->shape.begin(),
                     indices->shape.end());
        return plain(write_reshape(u.writer, node.name, from.parts[*t], shape));
    }
    for (std::size_t i = 0; i < indices->values.size(); ++i)
        if (indices->values.size() != u.steps || indices->shape.size() != 1 ||
            step_named(u, indices->values[i], whole[axis]) != i)
            refuse_mixing(u, node, "it picks several time steps, or changes their order");
    return from;
}

Timed slice(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    const Timed& from = input_of(u, s, node, 0);
    if (!is_sequence(from)) return copied(u, node, inputs);
    // Where the steps' numbers land tells which were picked.
    const Shape whole = whole_shape(u, from);
    if (element_count(whole).value_or(max_whole) >= max_whole)
        refuse_mixing(u, node, "the sequence is too large");
    Shape line(whole.size(), 1);
    line[from.axis] = whole[from.axis];
    Tensor numbers{line, Element::integer, {}};
    for (std::size_t i = 0; i < whole[from.axis]; ++i) numbers.values.push_back(static_cast<double>(i));
    const std::vector<std::size_t> at = broadcast_indices(line, whole);
    Tensor spread{whole, Element::integer, {}};
    for (const std::size_t i : at) spread.values.push_back(numbers.values[i]);
    Operands operands{&spread};
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        operands.push_back(inputs[i] == nullptr ? nullptr : constant_of(u, *inputs[i]));
        if (inputs[i] != nullptr && operands.back() == nullptr)
            refuse_mixing(u, node, "where it cuts depends on data");
    }
    Tensor picked;
    try {
        picked = evaluate(node, operands);
    } catch (const OperatorError& error) {
        refuse_mixing(u, node, error.what());
    }
    if (picked.values.empty()) refuse_mixing(u, node, "it leaves nothing");
    if (picked.shape == whole && picked.values == spread.values) return from;
    const bool one = std::all_of(picked.values.begin(), picked.values.end(),
                                 [&](double t) { return t == picked.values[0]; });
    Shape shape = part_shape(u, from);
    const auto t = static_cast<std::size_t>(picked.values[0]);
    if (!one || whole[from.axis] != u.steps || picked.shape != shape)
        refuse_mixing(u, node, "it cuts out several time steps, or parts of them");
    return plain(from.parts[t]);
}

// Reshape, Flatten, Squeeze, Unsqueeze: where time is the outermost axis before, it is so after.
Timed reshape(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    const Timed& from = input_of(u, s, node, 0);
    if (from.kind == Timed::Kind::sum) return from;
    if (!is_sequence(from)) return copied(u, node, inputs);
    const Shape whole = whole_shape(u, from);
    if (element_count(whole).value_or(max_whole) >= max_whole)
        refuse_mixing(u, node, "the sequence is too large");
    const Tensor zero = zeros(whole);
    Operands operands{&zero};
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        operands.push_back(inputs[i] == nullptr ? nullptr : constant_of(u, *inputs[i]));
        if (inputs[i] != nullptr && operands.back() == nullptr)
            refuse_mixing(u, node, "the shape of its result depends on data");
    }
    Shape shape;
    try {
        shape = evaluate(node, operands).shape;
    } catch (const OperatorError& error) {
        refuse_mixing(u, node, error.what());
    }
    for (std::size_t i = 0; i < from.axis; ++i)
        if (whole[i] != 1) refuse_mixing(u, node, "it reshapes a sequence whose time axis is not the first");
    std::size_t axis = 0;
    while (u.steps > 1 && axis + 1 < shape.size() && shape[axis] == 1) ++axis;
    if (shape.empty() || shape[axis] % u.steps != 0)
        refuse_mixing(u, node, "it joins time steps with other axes");
    shape[axis] /= u.steps;
    Timed result{Timed::Kind::sequence, {}, axis};
    for (std::size_t t = 0; t < u.steps; ++t)
        result.parts.push_back(write_reshape(u.writer, node.name, from.parts[t], shape));
    return result;
}

Timed transpose(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    const Timed& from = input_of(u, s, node, 0);
    if (!is_sequence(from)) return copied(u, node, inputs);
    const std::size_t rank = part_shape(u, from).size();
    std::size_t axis = rank - 1 - from.axis;
    if (const std::vector<std::int64_t>* order = ints_attribute(node, "perm")) {
        const auto at = std::find(order->begin(), order->end(), static_cast<std::int64_t>(from.axis));
        if (order->size() != rank || at == order->end())
            refuse_mixing(u, node, "its permutation has another rank");
        axis = static_cast<std::size_t>(at - order->begin());
    }
    return step_by_step(u, node, inputs, axis);
}

// Joined values of all steps are a sequence again; layers side by side stay within a step.
Timed concat(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    if (inputs.empty() || std::count(inputs.begin(), inputs.end(), nullptr) > 0)
        refuse_mixing(u, node, "an input is missing");
    const bool sequences =
        std::any_of(inputs.begin(), inputs.end(), [](const Timed* i) { return is_sequence(*i); });
    for (const Timed* input : inputs)
        if (input->kind == Timed::Kind::sum) refuse_mixing(u, node, "it reads a sum over the time steps");
    const std::size_t axis =
        axis_of(u, node, int_attribute(node, "axis", 0), part_shape(u, *inputs[0]).size());
    if (sequences) {
        for (const Timed* input : inputs)
            if (!is_sequence(*input) || input->axis != inputs[0]->axis || input->axis == axis)
                refuse_mixing(u, node, "it joins sequences with other values");
        return step_by_step(u, node, inputs, inputs[0]->axis);
    }
    const bool constant = std::all_of(inputs.begin(), inputs.end(),
                                      [&](const Timed* i) { return constant_of(u, *i) != nullptr; });
    const bool equal = std::all_of(inputs.begin(), inputs.end(), [&](const Timed* i) {
        return part_shape(u, *i) == part_shape(u, *inputs[0]);
    });
    if (constant || !equal || inputs.size() != u.steps || part_shape(u, *inputs[0])[axis] != 1)
        return copied(u, node, inputs);
    Timed result{Timed::Kind::sequence, {}, axis};
    for (const Timed* input : inputs) result.parts.push_back(input->parts[0]);
    return result;
}

// The length of an axis is a constant, however the value is computed.
Timed shape_of(Unroller& u, const Scope& s, const Node& node) {
    const Timed& from = input_of(u, s, node, 0);
    const Shape whole = from.kind == Timed::Kind::sum ? Shape{} : whole_shape(u, from);
    if (from.kind == Timed::Kind::sum || node.attributes.count("start") + node.attributes.count("end") > 0)
        refuse_mixing(u, node, "it asks for a part of a shape, or for the shape of a sum");
    Tensor shape{{whole.size()}, Element::integer, {}};
    for (const std::size_t length : whole) shape.values.push_back(static_cast<double>(length));
    return plain(write_constant(u.writer, std::make_shared<const Tensor>(std::move(shape)), node.name));
}

Timed expand(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    const Timed& from = input_of(u, s, node, 0);
    if (!is_sequence(from)) {
        const Timed result = copied(u, node, inputs);
        const Shape& shape = part_shape(u, result);
        if (from.kind == Timed::Kind::sum || constant_of(u, result) != nullptr ||
            element_count(shape) != element_count(part_shape(u, from)))
            return result;
        return plain(write_reshape(u.writer, node.name, from.parts[0], shape));  // nothing is repeated
    }
    const Tensor* target = constant_of(u, input_of(u, s, node, 1));
    if (target == nullptr) refuse_mixing(u, node, "the shape of its result depends on data");
    const Shape whole = whole_shape(u, from);
    if (target->values.size() > whole.size()) refuse_mixing(u, node, "it repeats a sequence");
    for (std::size_t i = 0; i < target->values.size(); ++i) {
        const double length = target->values[target->values.size() - 1 - i];
        if (length != 1 && length != static_cast<double>(whole[whole.size() - 1 - i]))
            refuse_mixing(u, node, "it repeats a sequence");
    }
    return from;
}

// buffer[t] := update, as scripted loops collect their results.
Timed scatter(Unroller& u, const Scope& s, const Node& node) {
    const Timed& buffer = input_of(u, s, node, 0);
    const Tensor* index = constant_of(u, input_of(u, s, node, 1));
    const Timed& update = input_of(u, s, node, 2);
    if (index == nullptr || index->values.size() != 1 || update.kind != Timed::Kind::plain ||
        buffer.kind == Timed::Kind::sum)
        throw InputError(refusal(u.writer.graph, node));
    Timed result = buffer;
    if (!is_sequence(buffer)) {
        if (constant_of(u, buffer) == nullptr || part_shape(u, buffer).empty() ||
            part_shape(u, buffer)[0] != u.steps)
            throw InputError(refusal(u.writer.graph, node));
        result = constant_steps(u, node, buffer, 0);
    }
    const std::optional<std::size_t> t = step_named(u, index->values[0], whole_shape(u, result)[0]);
    if (!t || result.axis != 0 ||
        element_count(part_shape(u, update)) != element_count(part_shape(u, result, *t)))
        refuse_mixing(u, node, "it writes something else than one time step");
    result.parts[*t] = write_reshape(u.writer, node.name, update.parts[0], part_shape(u, result, *t));
    return result;
}

// A sum over time ends the network; sums over other axes stay within a step.
Timed reduce(Unroller& u, const Scope& s, const Node& node) {
    const std::vector<const Timed*> inputs = inputs_of(u, s, node);
    const Timed& from = input_of(u, s, node, 0);
    if (!is_sequence(from)) return copied(u, node, inputs);
    const std::size_t rank = part_shape(u, from).size();
    std::vector<std::int64_t> axes;
    if (const std::vector<std::int64_t>* given = ints_attribute(node, "axes")) axes = *given;
    if (const Timed* given = optional_input(s, node, 1)) {
        const Tensor* tensor = constant_of(u, *given);
        if (tensor == nullptr || tensor->values.size() > max_rank)
            refuse_mixing(u, node, "the axes of the sum depend on data");
        for (const double axis : tensor->values) axes.push_back(static_cast<std::int64_t>(axis));
    }
    std::vector<bool> reduced(rank, axes.empty());
    for (const std::int64_t axis : axes) reduced[axis_of(u, node, axis, rank)] = true;
    const Shape& shape = part_shape(u, from);
    bool others = false;
    for (std::size_t i = 0; i < rank; ++i) others = others || (reduced[i] && i != from.axis && shape[i] != 1);
    if (reduced[from.axis] && !others) return Timed{Timed::Kind::sum, from.parts, 0};
    if (reduced[from.axis]) refuse_mixing(u, node, "it adds up neurons as well as time steps");
    std::size_t axis = from.axis;
    if (int_attribute(node, "keepdims", 1) == 0)
        axis -= static_cast<std::size_t>(
            std::count(reduced.begin(), reduced.begin() + static_cast<std::ptrdiff_t>(from.axis), true));
    return step_by_step(u, node, inputs, axis);
}

// What does not change which neuron had most spikes.
Timed scaled(Unroller& u, const Scope& s, const Node& node) {
    const Timed& from = input_of(u, s, node, 0);
    if (from.kind != Timed::Kind::sum) return elementwise(u, s, node);
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        const Tensor* factor = constant_of(u, input_of(u, s, node, i));
        if (factor == nullptr || factor->values.size() != 1 || !(factor->values[0] > 0))
            refuse_mixing(u, node, "it computes with a sum over the time steps");
    }
    return from;
}

struct UnrollRule {
    std::string_view op;
    Timed (*unroll)(Unroller&, const Scope&, const Node&);
};

constexpr UnrollRule rules[] = {
    {"AveragePool", batchwise},
    {"BatchNormalization", batchwise},
    {"Cast", scaled},
    {"Concat", concat},
    {"Constant", elementwise},
    {"ConstantOfShape", elementwise},
    {"Conv", batchwise},
    {"DequantizeLinear", batchwise},
    {"Div", scaled},
    {"Expand", expand},
    {"Flatten", reshape},
    {"Gather", gather},
    {"Gemm", batchwise},
    {"GlobalAveragePool", batchwise},
    {"GlobalMaxPool", batchwise},
    {"Identity", scaled},
    {"MatMul", matmul},
    {"MaxPool", batchwise},
    {"Mul", scaled},
    {"Pad", batchwise},
    {"ReduceMean", reduce},
    {"ReduceSum", reduce},
    {"Reshape", reshape},
    {"ScatterND", scatter},
    {"Shape", shape_of},
    {"Slice", slice},
    {"Split", slice},
    {"Squeeze", reshape},
    {"Transpose", transpose},
    {"Unsqueeze", reshape},
};

constexpr std::string_view elementwise_operators[] = {"Abs",
                                                      "Add",
                                                      "And",
                                                      "Ceil",
                                                      "Clip",
                                                      "Dropout",
                                                      "Equal",
                                                      "Exp",
                                                      "Floor",
                                                      "Greater",
                                                      "GreaterOrEqual",
                                                      "Less",
                                                      "LessOrEqual",
                                                      "Max",
                                                      "Min",
                                                      "Neg",
                                                      "Not",
                                                      "Or",
                                                      "Pow",
                                                      "Reciprocal",
                                                      "Relu",
                                                      "Sigmoid",
                                                      "Sign",
                                                      "Sqrt",
                                                      "Sub",
                                                      "Tanh",
                                                      "Where"};

}  // namespace

void refuse_mixing(const Unroller& u, const Node& node, const std::string& reason) {
    Diagnostic problem = at_node(u.writer.graph, node);
    problem.reason = reason;
    problem.expected = "a file over time whose steps are alike and pass on neuron states alone";
    problem.hint =
        "export one time step: forward(x, v) -> (spk, v_next), with every state an input and an output";
    throw InputError(problem);
}

const Timed* optional_input(const Scope& s, const Node& node, std::size_t index) {
    if (index >= node.inputs.size() || node.inputs[index] == absent) return nullptr;
    const std::optional<Timed>& value = s.values[static_cast<std::size_t>(node.inputs[index])];
    return value ? &*value : nullptr;
}

const Timed& input_of(const Unroller& u, const Scope& s, const Node& node, std::size_t index) {
    const Timed* value = optional_input(s, node, index);
    if (value == nullptr)
        refuse_mixing(u, node,
                      "input " + std::to_string(index) + " is missing, or a second result of another node");
    return *value;
}

const Tensor* constant_of(const Unroller& u, const Timed& value) {
    return value.kind == Timed::Kind::plain ? value_of(u.writer.graph, value.parts[0]).constant.get()
                                            : nullptr;
}

Shape whole_shape(const Unroller& u, const Timed& value) {
    Shape shape = part_shape(u, value);
    if (is_sequence(value)) shape[value.axis] *= u.steps;
    return shape;
}

Timed plain(int value) {
    return Timed{Timed::Kind::plain, {value}, 0};
}

Scope open_scope(Unroller& u, const Graph& graph) {
    Scope scope{graph, std::vector<std::optional<Timed>>(graph.values.size())};
    for (std::size_t i = 0; i < graph.values.size(); ++i)
        if (graph.values[i].constant != nullptr)
            scope.values[i] = plain(write_constant(u.writer, graph.values[i].constant, graph.values[i].name));
    return scope;
}

void unroll_node(Unroller& u, Scope& s, const Node& node) {
    if (node.domain.empty() && node.op == "Loop") return unroll_loop(u, s, node);
    if (node.domain.empty() && node.op == "Scan") return unroll_scan(u, s, node);
    const UnrollRule* rule = std::find_if(std::begin(rules), std::end(rules),
                                          [&](const UnrollRule& r) { return r.op == node.op; });
    const bool known = rule != std::end(rules) ||
                       std::find(std::begin(elementwise_operators), std::end(elementwise_operators),
                                 node.op) != std::end(elementwise_operators);
    if (!node.domain.empty() || !known) throw InputError(refusal(u.writer.graph, node));
    if (node.outputs.empty() || node.outputs[0] == absent)
        refuse_mixing(u, node, "its first result has no name");
    Timed result = rule != std::end(rules) ? rule->unroll(u, s, node) : elementwise(u, s, node);
    s.values[static_cast<std::size_t>(node.outputs[0])] = std::move(result);
}

void unroll_nodes(Unroller& u, Scope& s) {
    for (const Node& node : s.graph.nodes) unroll_node(u, s, node);
}

}  // namespace synfire::onnx
