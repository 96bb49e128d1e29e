// Looking up and evaluating operators, one by one and for a whole graph.
#include "compiler/frontend/onnx/operators.hpp"

#include <algorithm>
#include <utility>

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
    for (const std::span<const Operator> rows : {arithmetic_operators(), layout_operators()})
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

double evaluation_work(const Node& node, const Operands& operands) {
    double sum = 1, product = 1;
    for (const Tensor* one : operands) {
        if (one == nullptr) continue;
        sum += static_cast<double>(one->values.size());
        product *= static_cast<double>(std::max<std::size_t>(1, one->values.size()));
    }
    if (node.op != "Gemm" && node.op != "MatMul") return sum;
    // m * k * n <= (m * k) * (k * n) / k, and k is the longest axis that both share at most.
    std::size_t shared = 1;
    if (!operands.empty() && operands[0] != nullptr && !operands[0]->shape.empty()) {
        const Shape& a = operands[0]->shape;
        const bool turned = int_attribute(node, "transA", 0) != 0 && a.size() == 2;
        shared = std::max<std::size_t>(1, turned ? a[0] : a.back());
    }
    return std::max(sum, product / static_cast<double>(shared));
}

std::vector<TensorPtr> evaluate(const Graph& graph, const std::map<int, Tensor>& given) {
    std::vector<TensorPtr> values(graph.values.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = graph.values[i].constant;
    for (const auto& [value, tensor] : given)
        values[static_cast<std::size_t>(value)] = std::make_shared<const Tensor>(tensor);
    for (const Node& node : graph.nodes) {
        TensorPtr& result = values[static_cast<std::size_t>(node.outputs.at(0))];
        if (result != nullptr) continue;
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
