// Loop and Scan: the body once per step. A state that the body changes starts as an input of its own, so that
// the first step keeps the arithmetic of all others; what the file starts it with is kept beside it.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "compiler/frontend/onnx/unroll_rules.hpp"

namespace synfire::onnx {
namespace {

constexpr const char* way_out =
    "export one time step, or SpikingJelly step_mode='m' in eval mode with x [T, 1, ...] of fixed T";

[[noreturn]] void refuse(const Unroller& u, const Node& node, const std::string& reason) {
    Diagnostic problem = at_node(u.writer.graph, node);
    problem.reason = reason;
    problem.expected = "one iteration per time step of the input, carrying neuron states";
    problem.hint = way_out;
    throw InputError(problem);
}

const Body& body_of(const Unroller& u, const Node& node) {
    if (node.body == nullptr) refuse(u, node, "a " + node.op + " inside another one, or one without a body");
    return *node.body;
}

// A buffer that collects results, or a value that passes unchanged, is no state.
bool is_state(const Graph& body, int input, int output) {
    const int producer = body.values[static_cast<std::size_t>(output)].producer;
    if (producer == absent) return false;
    const Node* node = &body.nodes[static_cast<std::size_t>(producer)];
    return node->op != "ScatterND" && node->op != "Concat" && node->op != "SequenceInsert" &&
           !(node->op == "Identity" && !node->inputs.empty() && node->inputs[0] == input);
}

struct Carried {
    Timed value;
    std::optional<CarriedState> state;
};

Carried carry(Unroller& u, const Node& node, const Graph& body, std::size_t index, int output,
              const Timed& initial, const std::string& name) {
    Carried carried{initial, std::nullopt};
    if (!is_state(body, body.inputs[index], output)) return carried;
    const Tensor* tensor = constant_of(u, initial);
    if (tensor == nullptr) refuse(u, node, "the initial value of '" + printable(name) + "' is computed");
    if (tensor->element != Element::real) return carried;  // a counter
    const int before = write_input(u.writer, name, tensor->shape);
    carried.value = plain(before);
    carried.state = CarriedState{name, value_of(u.writer.graph, initial.parts[0]).constant, before, {}};
    return carried;
}

void advance(Unroller& u, const Node& node, Carried& carried, Timed next) {
    if (carried.state) {
        if (next.kind != Timed::Kind::plain ||
            value_of(u.writer.graph, next.parts[0]).shape != carried.state->initial->shape)
            refuse(u, node, "the state '" + printable(carried.state->name) + "' changes its shape");
        carried.state->after.push_back(next.parts[0]);
    }
    carried.value = std::move(next);
}

void capture(Scope& inner, const Scope& outer, const Body& body) {
    for (const auto& [inside, outside] : body.captured)
        inner.values[static_cast<std::size_t>(inside)] = outer.values[static_cast<std::size_t>(outside)];
}

Timed output_of(const Unroller& u, const Node& node, const Scope& inner, std::size_t index) {
    const std::optional<Timed>& value = inner.values[static_cast<std::size_t>(inner.graph.outputs.at(index))];
    if (!value) refuse(u, node, "its body gives a value that nothing computes");
    return *value;
}

// [..., 1, ...] with the new axis at `axis`, one part per step.
Timed stacked(Unroller& u, const Node& node, const std::vector<int>& parts, std::int64_t axis) {
    Timed result{Timed::Kind::sequence, {}, 0};
    for (const int part : parts) {
        Shape shape = value_of(u.writer.graph, part).shape;
        const auto rank = static_cast<std::int64_t>(shape.size()) + 1;
        if (axis < -rank || axis >= rank) refuse(u, node, "its axis is beyond its result");
        result.axis = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
        shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(result.axis), 1);
        result.parts.push_back(write_reshape(u.writer, node.name, part, shape));
    }
    return result;
}

void set_outputs(Unroller& u, Scope& s, const Node& node, std::vector<Carried>& carried,
                 std::vector<Timed>& collected) {
    for (std::size_t k = 0; k < node.outputs.size(); ++k) {
        if (node.outputs[k] == absent) continue;
        Timed& value = k < carried.size() ? carried[k].value : collected[k - carried.size()];
        s.values[static_cast<std::size_t>(node.outputs[k])] = std::move(value);
    }
    for (Carried& one : carried)
        if (one.state) u.states.push_back(std::move(*one.state));
}

int integer(Unroller& u, double value, Element element, const std::string& name) {
    return write_constant(u.writer, std::make_shared<const Tensor>(scalar(value, element)), name);
}

std::vector<int> plain_parts(const Unroller& u, const Node& node, const Timed& value) {
    if (value.kind != Timed::Kind::plain) refuse(u, node, "its body gives a whole sequence in every step");
    return value.parts;
}

}  // namespace

void unroll_loop(Unroller& u, Scope& s, const Node& node) {
    const Body& body = body_of(u, node);
    const Graph& inside = body.graph;
    const std::size_t states = node.inputs.size() - std::min<std::size_t>(2, node.inputs.size());
    if (inside.inputs.size() != states + 2 || inside.outputs.size() < states + 1 ||
        node.outputs.size() + 1 != inside.outputs.size())
        refuse(u, node, "its body does not fit its inputs and outputs");
    const Tensor* trips = optional_input(s, node, 0) ? constant_of(u, *optional_input(s, node, 0)) : nullptr;
    if (trips == nullptr || trips->values.size() != 1) refuse(u, node, "how often it runs depends on data");
    if (trips->values[0] != static_cast<double>(u.steps))
        refuse(u, node, fmt::format("it runs {} times, the input has {} steps", trips->values[0], u.steps));
    std::vector<Carried> carried;
    for (std::size_t k = 0; k < states; ++k)
        carried.push_back(carry(u, node, inside, k + 2, inside.outputs[k + 1], input_of(u, s, node, k + 2),
                                inside.values[static_cast<std::size_t>(inside.inputs[k + 2])].name));
    std::vector<std::vector<int>> scanned(inside.outputs.size() - 1 - states);
    Scope prototype = open_scope(u, inside);
    capture(prototype, s, body);
    for (std::size_t t = 0; t < u.steps; ++t) {
        Scope inner = prototype;
        const auto set = [&](std::size_t input, Timed value) {
            inner.values[static_cast<std::size_t>(inside.inputs[input])] = std::move(value);
        };
        set(0, plain(integer(u, static_cast<double>(t), Element::integer, node.name)));
        set(1, plain(integer(u, 1, Element::boolean, node.name)));
        for (std::size_t k = 0; k < states; ++k) set(k + 2, carried[k].value);
        unroll_nodes(u, inner);
        const Timed go_on = output_of(u, node, inner, 0);
        const Tensor* condition = constant_of(u, go_on);
        if (condition == nullptr || condition->values.size() != 1 || condition->values[0] == 0)
            refuse(u, node, "when it ends depends on data");
        for (std::size_t k = 0; k < states; ++k)
            advance(u, node, carried[k], output_of(u, node, inner, k + 1));
        for (std::size_t k = 0; k < scanned.size(); ++k)
            scanned[k].push_back(plain_parts(u, node, output_of(u, node, inner, states + 1 + k))[0]);
    }
    std::vector<Timed> collected;
    for (const std::vector<int>& parts : scanned) collected.push_back(stacked(u, node, parts, 0));
    set_outputs(u, s, node, carried, collected);
}

void unroll_scan(Unroller& u, Scope& s, const Node& node) {
    const Body& body = body_of(u, node);
    const Graph& inside = body.graph;
    const std::int64_t count = int_attribute(node, "num_scan_inputs", 0);
    if (count < 1 || count > static_cast<std::int64_t>(node.inputs.size()) ||
        inside.inputs.size() != node.inputs.size() || node.outputs.size() != inside.outputs.size() ||
        u.writer.graph.opset < 9)
        refuse(u, node, "its body does not fit its inputs and outputs");
    const std::size_t states = node.inputs.size() - static_cast<std::size_t>(count);
    if (inside.outputs.size() < states) refuse(u, node, "its body does not fit its inputs and outputs");
    for (const char* direction : {"scan_input_directions", "scan_output_directions"})
        if (const std::vector<std::int64_t>* given = ints_attribute(node, direction))
            if (std::any_of(given->begin(), given->end(), [](std::int64_t d) { return d != 0; }))
                refuse(u, node, "it runs backwards in time");
    const auto axis = [&](const char* attribute, std::size_t k) {
        const std::vector<std::int64_t>* given = ints_attribute(node, attribute);
        return given != nullptr && k < given->size() ? (*given)[k] : 0;
    };
    std::vector<Carried> carried;
    for (std::size_t k = 0; k < states; ++k)
        carried.push_back(carry(u, node, inside, k, inside.outputs[k], input_of(u, s, node, k),
                                inside.values[static_cast<std::size_t>(inside.inputs[k])].name));
    std::vector<std::vector<int>> scanned(inside.outputs.size() - states);
    Scope prototype = open_scope(u, inside);
    capture(prototype, s, body);
    for (std::size_t t = 0; t < u.steps; ++t) {
        Scope inner = prototype;
        for (std::size_t k = 0; k < node.inputs.size(); ++k) {
            const auto input = static_cast<std::size_t>(inside.inputs[k]);
            if (k < states) {
                inner.values[input] = carried[k].value;
                continue;
            }
            const Timed& from = input_of(u, s, node, k);
            Shape shape = whole_shape(u, from);
            const std::int64_t wanted = axis("scan_input_axes", k - states);
            const std::int64_t at = wanted < 0 ? wanted + static_cast<std::int64_t>(shape.size()) : wanted;
            if (from.kind != Timed::Kind::sequence || at != static_cast<std::int64_t>(from.axis) ||
                shape[from.axis] != u.steps)
                refuse(u, node, "it scans something else than the time steps of its input");
            shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(from.axis));
            inner.values[input] = plain(write_reshape(u.writer, node.name, from.parts[t], shape));
        }
        unroll_nodes(u, inner);
        for (std::size_t k = 0; k < states; ++k) advance(u, node, carried[k], output_of(u, node, inner, k));
        for (std::size_t k = 0; k < scanned.size(); ++k)
            scanned[k].push_back(plain_parts(u, node, output_of(u, node, inner, states + k))[0]);
    }
    std::vector<Timed> collected;
    for (std::size_t k = 0; k < scanned.size(); ++k)
        collected.push_back(stacked(u, node, scanned[k], axis("scan_output_axes", k)));
    set_outputs(u, s, node, carried, collected);
}

}  // namespace synfire::onnx
