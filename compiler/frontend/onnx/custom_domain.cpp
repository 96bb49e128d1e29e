// Neurons that a file names instead of spelling out: org.snn::LIF, version 1, becomes standard operators
// here, so that recognition and the numeric check treat it as every other neuron.
//
//   LIF(x, v, beta, threshold [, v_reset [, gain]]) -> (spk, v_next)
//   h = beta * v + gain * x, spk = h > threshold, and a reset as the attributes say:
//   reset "subtract" (default), "zero", "value" (v_reset) or "none"; compare "gt" (default) or "ge";
//   timing "immediate" (default: in the step of the spike) or "next_step" (of the old potential, before beta)
#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "compiler/frontend/onnx/graph.hpp"

namespace synfire::onnx {
namespace {

[[noreturn]] void refuse(const Graph& graph, const Node& node, const std::string& field,
                         const std::string& reason, const std::string& expected) {
    Diagnostic problem = at_node(graph, node);
    problem.field = field;
    problem.reason = reason;
    problem.expected = expected;
    problem.hint = "write the neuron as org.snn::LIF of version 1 defines it, or export standard operators";
    throw InputError(problem);
}

// The attribute's text where it is one of the choices; the first choice where it is missing.
std::string choice(const Graph& graph, const Node& node, const std::string& name,
                   std::initializer_list<std::string_view> choices) {
    const auto found = node.attributes.find(name);
    if (found == node.attributes.end()) return std::string(*choices.begin());
    const std::string* text = std::get_if<std::string>(&found->second);
    if (text != nullptr && std::count(choices.begin(), choices.end(), *text) > 0) return *text;
    std::string expected;
    for (const std::string_view one : choices) {
        if (!expected.empty()) expected += ", ";
        expected += one;
    }
    refuse(graph, node, name, "this value is not read", expected);
}

struct Lif {
    std::string reset, timing, compare;
};

Lif attributes(const Graph& graph, const Node& node) {
    for (const auto& [name, value] : node.attributes) {
        if (name == "reset" || name == "timing" || name == "compare") continue;
        if (name == "max_spikes" && int_attribute(node, name, 0) == 1) continue;
        refuse(graph, node, printable(name), "this attribute changes the neuron in a way that is not read",
               "reset, timing, compare; max_spikes of 1");
    }
    return {choice(graph, node, "reset", {"subtract", "zero", "value", "none"}),
            choice(graph, node, "timing", {"immediate", "next_step"}),
            choice(graph, node, "compare", {"gt", "ge"})};
}

// Appends standard nodes for one neuron; every method returns the value that holds its result.
struct Writer {
    Graph& graph;
    std::vector<Node>& nodes;
    const Node& lif;

    int op(const char* name, std::vector<int> inputs, int result = absent) {
        if (result == absent) {
            result = static_cast<int>(graph.values.size());
            graph.values.push_back(Value{lif.name + "/" + name, nullptr, absent, {}, Element::real});
        }
        nodes.push_back(Node{lif.name, "", name, std::move(inputs), {result}, {}});
        return result;
    }

    int zero() {
        const int value = static_cast<int>(graph.values.size());
        graph.values.push_back(
            Value{lif.name + "/zero", std::make_shared<const Tensor>(scalar(0)), absent, {}, Element::real});
        return value;
    }
};

int input(const Node& node, std::size_t index) {
    return index < node.inputs.size() ? node.inputs[index] : absent;
}

void require_operands(const Graph& graph, const Node& node, const Lif& form) {
    const bool given = node.inputs.size() >= 4 && node.inputs.size() <= 6 &&
                       std::count(node.inputs.begin(), node.inputs.begin() + 4, absent) == 0;
    if (!given || (form.reset == "value" && input(node, 4) == absent))
        refuse(graph, node, "inputs", "an input is missing, or there are too many",
               "x, v, beta, threshold; v_reset (for reset 'value') and gain may follow");
    if (node.outputs.size() != 2 || node.outputs[1] == absent)
        refuse(graph, node, "outputs", "its next potential has no name", "spk, v_next");
}

// The potential h after the reset where the spikes s say so.
int after_reset(Writer& w, const Lif& form, int s, int h, int result) {
    if (form.reset == "none") return w.op("Identity", {h}, result);
    if (form.reset == "subtract")
        return w.op("Sub", {h, w.op("Where", {s, input(w.lif, 3), w.zero()})}, result);
    return w.op("Where", {s, form.reset == "value" ? input(w.lif, 4) : w.zero(), h}, result);
}

void write(Writer& w, const Lif& form) {
    const char* compare = form.compare == "gt" ? "Greater" : "GreaterOrEqual";
    const int x = input(w.lif, 0), v = input(w.lif, 1), beta = input(w.lif, 2), threshold = input(w.lif, 3);
    const int current = input(w.lif, 5) == absent ? x : w.op("Mul", {input(w.lif, 5), x});
    const int spk = w.lif.outputs[0], next = w.lif.outputs[1];
    int fired = absent;
    if (form.timing == "immediate") {
        const int h = w.op("Add", {w.op("Mul", {beta, v}), current});
        fired = w.op(compare, {h, threshold});
        after_reset(w, form, fired, h, next);
    } else if (form.reset == "subtract") {  // after the leak, as snnTorch does
        const int h = w.op("Add", {w.op("Mul", {beta, v}), current});
        after_reset(w, form, w.op(compare, {v, threshold}), h, next);
        fired = w.op(compare, {next, threshold});
    } else {
        const int old = after_reset(w, form, w.op(compare, {v, threshold}), v, absent);
        w.op("Add", {w.op("Mul", {beta, old}), current}, next);
        fired = w.op(compare, {next, threshold});
    }
    if (spk == absent) return;
    w.op("Cast", {fired}, spk);
    w.nodes.back().attributes.emplace("to", std::int64_t{1});
}

}  // namespace

void expand_custom_domain(Graph& graph) {
    std::vector<Node> nodes;
    for (Node& node : std::exchange(graph.nodes, {})) {
        if (node.domain != "org.snn" || node.op != "LIF") {
            nodes.push_back(std::move(node));
            continue;
        }
        const Lif form = attributes(graph, node);
        require_operands(graph, node, form);
        Writer writer{graph, nodes, node};
        write(writer, form);
    }
    graph.nodes = std::move(nodes);
}

}  // namespace synfire::onnx
