// Looking up and evaluating operators, one by one and for a whole graph.
#include "compiler/frontend/onnx/operators.hpp"

#include <algorithm>
#include <utility>

#include "compiler/frontend/onnx/image.hpp"
#include "compiler/frontend/onnx/operator_rows.hpp"

namespace synfire::onnx {

const Tensor& operand(const Operands& operands, std::size_t index) {
    if (index >= operands.size() || operands[index] == nullptr)
        throw OperatorError("input " + std::to_string(index) + " is missing");
    return *operands[index];
}

const Tensor* optional_operand(const Operands& operands, std::size_t index) {
    return index < operands.size() ? operands[index] : nullptr;
}

std::size_t grown_count(const Shape& shape, const Operands& operands) {
    std::size_t limit = max_activation;
    for (const Tensor* one : operands) limit = std::max(limit, one->values.size());
    return checked_count(shape, limit);
}

const Operator* find_operator(std::string_view name) {
    for (const std::span<const Operator> rows :
         {arithmetic_operators(), layout_operators(), image_operators(), quantization_operators(),
          selection_operators()})
        for (const Operator& row : rows)
            if (row.name == name) return &row;
    return nullptr;
}

Tensor evaluate(const Node& node, const Operands& operands) {
    const Operator* row = find_operator(node.op);
    if (row == nullptr) throw OperatorError("there is no rule for this operator");
    if (operands.size() < row->min_inputs || operands.size() > row->max_inputs)
        throw OperatorError(std::to_string(operands.size()) + " inputs");
    for (const Tensor* one : operands)
        if (one != nullptr && one->values.empty() && one->shape.size() > 1)
            throw OperatorError("an empty tensor " + to_string(one->shape));
    Tensor result = row->evaluate(node, operands);
    if (result.shape.size() > max_rank)
        throw OperatorError("more than " + std::to_string(max_rank) + " axes");
    return result;
}

double evaluation_work(const Node& node, const std::vector<Shape>& shapes) {
    double sum = 1;
    std::vector<double> counts;
    for (const Shape& shape : shapes) {
        counts.push_back(static_cast<double>(element_count(shape).value_or(max_elements)));
        sum += counts.back();
    }
    if ((node.op == "Gemm" || node.op == "MatMul") && shapes.size() >= 2) {
        // m * k * n <= (m * k) * (k * n) / k, and k is the longest axis that both share at most.
        const Shape& a = shapes[0];
        const bool turned = int_attribute(node, "transA", 0) != 0 && a.size() == 2;
        const std::size_t shared = a.empty() ? 1 : turned ? a[0] : a.back();
        return std::max(sum, counts[0] * counts[1] / static_cast<double>(std::max<std::size_t>(1, shared)));
    }
    const bool conv = node.op == "Conv" && shapes.size() >= 2;
    if (!conv && node.op != "AveragePool" && node.op != "MaxPool") return sum;
    try {
        const Image image = image_of(node, shapes.at(0), conv ? &shapes[1] : nullptr);
        const double positions = static_cast<double>(image.positions());
        if (conv) return std::max(sum, positions * counts[1]);
        const auto kernel =
            static_cast<double>(image.axes[0].kernel) * static_cast<double>(image.axes[1].kernel);
        return std::max(sum, positions * kernel * static_cast<double>(image.channels));
    } catch (const OperatorError&) {
        return sum;  // evaluation will refuse it
    }
}

double evaluation_work(const Graph& graph) {
    double work = 0;
    for (const Node& node : graph.nodes) {
        std::vector<Shape> shapes;
        for (const int input : node.inputs)
            shapes.push_back(input == absent ? Shape{0}
                                             : graph.values[static_cast<std::size_t>(input)].shape);
        work += evaluation_work(node, shapes);
    }
    return work;
}

// The nodes that one of the wanted values needs, given the values that are already there.
std::vector<bool> needed_nodes(const Graph& graph, const std::vector<TensorPtr>& values,
                               const std::vector<int>& wanted) {
    std::vector<bool> value_needed(values.size(), false), needed(graph.nodes.size(), false);
    for (const int value : wanted) value_needed[static_cast<std::size_t>(value)] = true;
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
        const auto result = static_cast<std::size_t>(graph.nodes[i].outputs.at(0));
        if (!value_needed[result] || values[result] != nullptr) continue;
        needed[i] = true;
        for (const int input : graph.nodes[i].inputs)
            if (input != absent) value_needed[static_cast<std::size_t>(input)] = true;
    }
    return needed;
}

std::vector<TensorPtr> evaluate(const Graph& graph, const std::map<int, Tensor>& given,
                                const std::vector<int>& wanted) {
    std::vector<TensorPtr> values(graph.values.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = graph.values[i].constant;
    for (const auto& [value, tensor] : given)
        values[static_cast<std::size_t>(value)] = std::make_shared<const Tensor>(tensor);
    const std::vector<bool> needed = needed_nodes(graph, values, wanted);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (!needed[i]) continue;
        const Node& node = graph.nodes[i];
        TensorPtr& result = values[static_cast<std::size_t>(node.outputs.at(0))];
        Operands operands;
        for (const int input : node.inputs)
            operands.push_back(input == absent ? nullptr : values[static_cast<std::size_t>(input)].get());
        try {
            result = std::make_shared<const Tensor>(evaluate(node, operands));
        } catch (const OperatorError& error) {
            Diagnostic problem = at_node(graph, node);
            problem.reason = error.what();
            problem.hint = "run the file in onnxruntime to see whether it is valid";
            throw InputError(problem);
        }
    }
    return values;
}

}  // namespace synfire::onnx
