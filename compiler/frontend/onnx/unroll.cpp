// Which axis of the input is time, the graph over time, and what its outputs are in every step.
#include "compiler/frontend/onnx/unroll.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/frontend/onnx/unroll_rules.hpp"

namespace synfire::onnx {
namespace {

constexpr std::size_t max_steps = 1024;

bool is_loop(const Node& node) {
    return node.domain.empty() && (node.op == "Loop" || node.op == "Scan");
}

bool has_loop(const Graph& graph) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), is_loop);
}

// Splits, and gathers and slices of computed values: what cuts a sequence into steps.
bool cuts(const Graph& graph, const Node& node) {
    if (node.op != "Gather" && node.op != "Slice" && node.op != "Split") return false;
    if (node.inputs.empty() || node.inputs[0] == absent) return false;
    const Value& from = value_of(graph, node.inputs[0]);
    if (from.constant != nullptr) return false;
    return from.producer == absent || graph.nodes[static_cast<std::size_t>(from.producer)].op != "Shape";
}

const Shape& input_shape(const Graph& graph) {
    return value_of(graph, graph.inputs.front()).shape;
}

[[noreturn]] void refuse_input(const Graph& file, const std::string& reason, const std::string& expected) {
    Diagnostic problem = at_value(file, file.inputs.front(), "input");
    problem.field = "shape";
    problem.reason = reason;
    problem.expected = expected;
    problem.hint =
        "export one time step with batch 1: forward(x, v) -> (spk, v_next), with every state an input and an "
        "output";
    throw InputError(problem);
}

// The axes that time may run along, the likely one first.
std::vector<std::size_t> time_axes(const Graph& file) {
    const Shape& shape = input_shape(file);
    std::vector<std::size_t> axes;
    if (shape.size() >= 2 && (shape[0] > 1 || has_loop(file))) axes.push_back(0);
    if (shape.size() >= 3 && shape[0] == 1 && shape[1] > 1) axes.push_back(1);
    return axes;
}

Shape step_shape(Shape shape, std::size_t axis) {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    if (shape.size() < 2 || shape[0] != 1) shape.insert(shape.begin(), 1);
    return shape;
}

Timed write_inputs(Unroller& u, const Graph& file, std::size_t axis, std::vector<int>& x) {
    Shape shape = input_shape(file);
    shape[axis] = 1;
    Timed input{Timed::Kind::sequence, {}, axis};
    for (std::size_t t = 0; t < u.steps; ++t)
        x.push_back(write_input(u.writer, value_of(file, file.inputs.front()).name, shape));
    input.parts = x;
    return input;
}

// Further inputs hold initial states, which are zero.
void write_other_inputs(Unroller& u, const Graph& file, Scope& scope) {
    for (std::size_t i = 1; i < file.inputs.size(); ++i) {
        const Value& value = value_of(file, file.inputs[i]);
        const auto zero = std::make_shared<const Tensor>(zeros(value.shape));
        scope.values[static_cast<std::size_t>(file.inputs[i])] =
            plain(write_constant(u.writer, zero, value.name));
    }
}

const Node* producer_of(const Graph& graph, int value) {
    const int producer = value_of(graph, value).producer;
    return producer == absent ? nullptr : &graph.nodes[static_cast<std::size_t>(producer)];
}

bool is_constant(const Graph& graph, int value) {
    return value != absent && value_of(graph, value).constant != nullptr;
}

// The node that computes the value, if all of its operands are there.
const Node* complete_producer(const Graph& graph, int value) {
    const Node* node = value == absent ? nullptr : producer_of(graph, value);
    const bool complete = node != nullptr && !node->inputs.empty() &&
                          std::count(node->inputs.begin(), node->inputs.end(), absent) == 0;
    return complete ? node : nullptr;
}

// A comparison, cast to numbers or scaled: spikes.
bool is_spikes(const Graph& graph, int value) {
    while (const Node* node = complete_producer(graph, value)) {
        if (node->op == "Greater" || node->op == "GreaterOrEqual" || node->op == "Less" ||
            node->op == "LessOrEqual" || node->op == "Not")
            return true;
        if (node->op != "Cast" && node->op != "Mul" && node->op != "Identity" && node->op != "Reshape")
            return false;
        value = node->inputs[node->inputs.size() > 1 && is_constant(graph, node->inputs[0]) ? 1 : 0];
    }
    return false;
}

// ((s_0 + s_1) + s_2) + ...: spikes counted over the steps; empty where the value is something else.
std::vector<int> counted(const Graph& graph, int value, std::size_t steps) {
    std::vector<int> parts;
    while (const Node* node = complete_producer(graph, value)) {
        if (node->inputs.size() != 2) break;
        if (parts.empty() && is_constant(graph, node->inputs[1]) &&
            (node->op == "Div" || node->op == "Mul")) {
            value = node->inputs[0];
            continue;
        }
        if (node->op != "Add") break;
        const bool swapped = is_spikes(graph, node->inputs[0]) && !is_spikes(graph, node->inputs[1]);
        parts.push_back(node->inputs[swapped ? 0 : 1]);
        value = node->inputs[swapped ? 1 : 0];
    }
    if (!is_constant(graph, value)) parts.push_back(value);
    if (parts.size() != steps || steps < 2) return {};
    if (!std::all_of(parts.begin(), parts.end(), [&](int part) { return is_spikes(graph, part); })) return {};
    return {parts.rbegin(), parts.rend()};
}

SequenceOutput output_of(const Unroller& u, const Graph& file, const Scope& scope, int output) {
    SequenceOutput result{value_of(file, output).name, {}, false};
    const std::optional<Timed>& value = scope.values[static_cast<std::size_t>(output)];
    if (!value || constant_of(u, *value) != nullptr) {
        Diagnostic problem = at_value(file, output, "output");
        problem.reason = "a constant: it depends on no input";
        problem.expected = "spikes";
        problem.hint = "return the spikes of the last layer from forward()";
        throw InputError(problem);
    }
    result.parts = value->parts;
    result.summed = value->kind == Timed::Kind::sum;
    if (value->kind != Timed::Kind::plain) return result;
    const std::vector<int> parts = counted(u.writer.graph, value->parts[0], u.steps);
    if (parts.empty()) return result;
    result.parts = parts;
    result.summed = true;
    return result;
}

Unrolled unroll_along(const Graph& file, std::size_t axis) {
    Unroller u;
    u.writer.graph.file = file.file;
    u.writer.graph.name = file.name;
    u.writer.graph.opset = file.opset;
    u.steps = input_shape(file)[axis];
    if (u.steps > max_steps)
        refuse_input(file, std::to_string(u.steps) + " time steps in one file",
                     "at most " + std::to_string(max_steps));
    Unrolled result;
    result.step_shape = step_shape(input_shape(file), axis);
    Scope scope = open_scope(u, file);
    scope.values[static_cast<std::size_t>(file.inputs.front())] = write_inputs(u, file, axis, result.x);
    write_other_inputs(u, file, scope);
    unroll_nodes(u, scope);
    for (const int output : file.outputs) result.outputs.push_back(output_of(u, file, scope, output));
    result.graph = std::move(u.writer.graph);
    result.states = std::move(u.states);
    return result;
}

}  // namespace

bool runs_time_steps(const Graph& graph) {
    if (graph.inputs.empty()) return false;
    if (has_loop(graph)) return true;
    const bool cut = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                 [&](const Node& node) { return cuts(graph, node); });
    return cut && !time_axes(graph).empty();
}

bool may_be_one_step(const Graph& graph) {
    return !has_loop(graph) && input_shape(graph).front() == 1;
}

Unrolled unroll(const Graph& file) {
    const std::vector<std::size_t> axes = time_axes(file);
    if (axes.empty())
        refuse_input(file, "shape " + to_string(input_shape(file)) + " has no time axis", "[T, 1, ...]");
    try {
        return unroll_along(file, axes.front());
    } catch (const InputError&) {
        if (axes.size() < 2) throw;
    }
    return unroll_along(file, axes[1]);
}

}  // namespace synfire::onnx
