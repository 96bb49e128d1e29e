// Every node is evaluated once when it is written: with its constants, or on zeros for its shape.
#include "compiler/frontend/onnx/graph_writer.hpp"

#include <algorithm>

#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {
namespace {

constexpr double max_work = 1e10;
constexpr std::size_t max_results = std::size_t{1} << 26;  // elements
constexpr std::size_t max_nodes = std::size_t{1} << 17;

[[noreturn]] void refuse(const GraphWriter& writer, const Node& node, const std::string& reason) {
    Diagnostic problem = at_node(writer.graph, node);
    problem.reason = reason;
    problem.expected = "operators on fixed shapes, a bounded number of time steps";
    problem.hint = "run the file in onnxruntime to see whether it is valid; export fewer steps";
    throw InputError(problem);
}

int add_value(GraphWriter& writer, Value value) {
    writer.graph.values.push_back(std::move(value));
    return static_cast<int>(writer.graph.values.size()) - 1;
}

Tensor evaluated(GraphWriter& writer, const Node& node, const Operands& operands) {
    std::vector<Shape> shapes;
    for (const Tensor* one : operands) shapes.push_back(one == nullptr ? Shape{0} : one->shape);
    writer.work += evaluation_work(node, shapes);
    if (writer.work > max_work) refuse(writer, node, "the time steps of the graph take too long to read");
    try {
        return evaluate(node, operands);
    } catch (const OperatorError& error) {
        refuse(writer, node, error.what());
    }
}

// The shape and type of the result, with operands that are not constant taken as zeros.
ResultType type_of_result(GraphWriter& writer, const Node& like, const Node& node) {
    std::vector<Shape> key;
    for (const int input : node.inputs) {
        key.push_back(input == absent ? Shape{} : value_of(writer.graph, input).shape);
        if (input != absent && value_of(writer.graph, input).constant != nullptr)
            key.push_back({static_cast<std::size_t>(input)});
    }
    const auto known = writer.types.find({&like, key});
    if (known != writer.types.end()) return known->second;
    std::vector<Tensor> held(node.inputs.size());
    Operands operands;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] == absent) {
            operands.push_back(nullptr);
            continue;
        }
        const Value& value = value_of(writer.graph, node.inputs[i]);
        if (value.constant == nullptr) {
            held[i] = zeros(value.shape);
            held[i].element = value.element;
        }
        operands.push_back(value.constant != nullptr ? value.constant.get() : &held[i]);
    }
    const Tensor result = evaluated(writer, node, operands);
    return writer.types[{&like, key}] = {result.shape, result.element};
}

}  // namespace

int write_constant(GraphWriter& writer, TensorPtr tensor, const std::string& name) {
    Value value{name, tensor, absent, tensor->shape, tensor->element};
    return add_value(writer, std::move(value));
}

int write_input(GraphWriter& writer, const std::string& name, const Shape& shape) {
    const int value = add_value(writer, Value{name, nullptr, absent, shape, Element::real});
    writer.graph.inputs.push_back(value);
    return value;
}

int write_node(GraphWriter& writer, const Node& like, std::vector<int> inputs) {
    Node node{like.name, like.domain, like.op, std::move(inputs), {}, like.attributes, nullptr};
    if (!node.domain.empty() || find_operator(node.op) == nullptr)
        throw InputError(refusal(writer.graph, node));
    const std::string& name = like.name;
    const auto constant = [&](int input) {
        return input == absent || value_of(writer.graph, input).constant != nullptr;
    };
    if (std::all_of(node.inputs.begin(), node.inputs.end(), constant)) {
        Operands operands;
        for (const int input : node.inputs)
            operands.push_back(input == absent ? nullptr : value_of(writer.graph, input).constant.get());
        Tensor result = evaluated(writer, node, operands);
        writer.work += static_cast<double>(result.values.size());
        if (!all_finite(result)) refuse(writer, node, "a constant of the graph becomes infinite or NaN here");
        return write_constant(writer, std::make_shared<const Tensor>(std::move(result)), name);
    }
    const auto [shape, element] = type_of_result(writer, like, node);
    const std::optional<std::size_t> count = element_count(shape);
    if (!count || *count == 0 || *count > max_activation)
        refuse(writer, node, "its result has shape " + to_string(shape));
    writer.elements += *count;
    if (writer.elements > max_results)
        refuse(writer, node, "the values of all time steps take too much memory");
    if (writer.graph.nodes.size() >= max_nodes) refuse(writer, node, "the time steps have too many nodes");
    const int result = add_value(writer, Value{name, nullptr, absent, shape, element});
    writer.graph.values.back().producer = static_cast<int>(writer.graph.nodes.size());
    node.outputs = {result};
    writer.graph.nodes.push_back(std::move(node));
    return result;
}

int write_reshape(GraphWriter& writer, const std::string& name, int value, const Shape& shape) {
    if (value_of(writer.graph, value).shape == shape) return value;
    Tensor target{{shape.size()}, Element::integer, {}};
    for (const std::size_t length : shape) target.values.push_back(static_cast<double>(length));
    const int constant =
        write_constant(writer, std::make_shared<const Tensor>(std::move(target)), name + " shape");
    Node node;
    node.name = name;
    node.op = "Reshape";
    const int result = write_node(writer, node, {value, constant});
    // `node` dies here: its address must not be found again.
    std::erase_if(writer.types, [&](const auto& entry) { return entry.first.first == &node; });
    return result;
}

}  // namespace synfire::onnx
