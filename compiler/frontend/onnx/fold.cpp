// Constant folding and shapes. A node whose operands are all known is evaluated now; every other node is
// tried on zeros, which yields the shape of its result. Both are bounded, so that a small file cannot ask for
// much.
#include <algorithm>
#include <string_view>
#include <utility>

#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {
namespace {

constexpr double max_work = 1e10;  // multiplications and additions while reading one file
constexpr std::size_t extra_elements = std::size_t{1} << 26;  // folded constants beyond the file's own

struct Budget {
    double work = 0;
    std::size_t elements = extra_elements;
};

[[noreturn]] void refuse(const Graph& graph, const Node& node, const std::string& reason) {
    Diagnostic problem = at_node(graph, node);
    problem.reason = reason;
    problem.expected = "a graph of one time step with batch 1 and fixed shapes";
    problem.hint = "run the file in onnxruntime with batch 1 to see whether it is valid, and export it again";
    throw InputError(problem);
}

// Keeps the nodes that an output needs.
void prune(Graph& graph) {
    std::vector<bool> needed(graph.values.size(), false);
    for (const int output : graph.outputs) needed[static_cast<std::size_t>(output)] = true;
    std::vector<Node> kept;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        const bool live = std::any_of(node->outputs.begin(), node->outputs.end(), [&](int output) {
            return output != absent && needed[static_cast<std::size_t>(output)] &&
                   graph.values[static_cast<std::size_t>(output)].constant == nullptr;
        });
        if (!live) continue;
        for (const int input : node->inputs)
            if (input != absent) needed[static_cast<std::size_t>(input)] = true;
        kept.push_back(std::move(*node));
    }
    std::reverse(kept.begin(), kept.end());
    graph.nodes = std::move(kept);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        for (const int output : graph.nodes[i].outputs)
            if (output != absent)
                graph.values[static_cast<std::size_t>(output)].producer = static_cast<int>(i);
}

// Inputs that decide a shape must not depend on the network's input.
void require_constant_shape(const Graph& graph, const Node& node) {
    static constexpr std::string_view shaped_by_others[] = {"Expand",    "Pad",     "ReduceMax", "ReduceMean",
                                                            "ReduceSum", "Reshape", "Slice",     "Split",
                                                            "Squeeze",   "Tile",    "Unsqueeze"};
    const bool by_others = std::find(std::begin(shaped_by_others), std::end(shaped_by_others), node.op) !=
                           std::end(shaped_by_others);
    if (!by_others && node.op != "ConstantOfShape") return;
    for (std::size_t i = by_others ? 1 : 0; i < node.inputs.size(); ++i)
        if (node.inputs[i] != absent &&
            graph.values[static_cast<std::size_t>(node.inputs[i])].constant == nullptr)
            refuse(graph, node, "the shape of its result depends on data");
}

Tensor evaluate_bounded(const Graph& graph, const Node& node, const Operands& operands, Budget& budget) {
    std::vector<Shape> shapes;
    for (const Tensor* one : operands) shapes.push_back(one == nullptr ? Shape{0} : one->shape);
    budget.work += evaluation_work(node, shapes);
    if (budget.work > max_work) refuse(graph, node, "the constants of the graph take too long to evaluate");
    try {
        return evaluate(node, operands);
    } catch (const OperatorError& error) {
        refuse(graph, node, error.what());
    }
}

Tensor nothing_of(const Value& value) {
    Tensor tensor = zeros(value.shape);
    tensor.element = value.element;
    return tensor;
}

void fold_node(Graph& graph, const Node& node, Budget& budget) {
    std::vector<TensorPtr> held;
    Operands operands;
    bool constant = true;
    for (const int input : node.inputs) {
        if (input == absent) {
            operands.push_back(nullptr);
            continue;
        }
        const Value& value = graph.values[static_cast<std::size_t>(input)];
        if (value.producer != absent && value.constant == nullptr &&
            graph.nodes[static_cast<std::size_t>(value.producer)].outputs.at(0) != input)
            refuse(graph, node, "it reads a second result of another node ('" + printable(value.name) + "')");
        constant = constant && value.constant != nullptr;
        held.push_back(value.constant != nullptr ? value.constant
                                                 : std::make_shared<const Tensor>(nothing_of(value)));
        operands.push_back(held.back().get());
    }
    require_constant_shape(graph, node);
    Value& result = graph.values[static_cast<std::size_t>(node.outputs.at(0))];
    if (constant && node.op == "Identity" && !held.empty()) {  // an alias, however large
        result.constant = held.front();
        result.shape = result.constant->shape;
        result.element = result.constant->element;
        return;
    }
    Tensor tensor = evaluate_bounded(graph, node, operands, budget);
    result.shape = tensor.shape;
    result.element = tensor.element;
    if (!constant && node.op != "Shape") {
        if (tensor.values.empty() || tensor.values.size() > max_activation)
            refuse(graph, node, "its result has shape " + to_string(tensor.shape));
        return;
    }
    if (!all_finite(tensor)) refuse(graph, node, "a constant of the graph becomes infinite or NaN here");
    if (tensor.values.size() > budget.elements)
        refuse(graph, node, "the constants of the graph take too much memory");
    budget.elements -= tensor.values.size();
    result.constant = std::make_shared<const Tensor>(std::move(tensor));
}

}  // namespace

Graph fold(Graph graph) {
    prune(graph);
    Budget budget;
    for (Value& value : graph.values)
        if (value.constant != nullptr) {
            value.shape = value.constant->shape;
            value.element = value.constant->element;
            budget.elements += 4 * value.constant->values.size();  // cast, clipped, transposed, scaled
        }
    for (const Node& node : graph.nodes) {
        for (const auto& [name, attribute] : node.attributes)
            if (const TensorPtr* tensor = std::get_if<TensorPtr>(&attribute))
                budget.elements += 4 * (*tensor)->values.size();
        if (node.outputs.empty() || node.outputs[0] == absent)
            refuse(graph, node, "its first result has no name");
        fold_node(graph, node, budget);
    }
    prune(graph);
    return graph;
}

}  // namespace synfire::onnx
