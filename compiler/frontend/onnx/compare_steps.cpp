// Pairs of values are compared from a work list: graphs of untrusted files may be deeper than the stack.
#include "compiler/frontend/onnx/compare_steps.hpp"

#include <algorithm>
#include <utility>

#include "compiler/frontend/onnx/graph_writer.hpp"

namespace synfire::onnx {
namespace {

bool same_attribute(const Attribute& a, const Attribute& b) {
    const TensorPtr* left = std::get_if<TensorPtr>(&a);
    const TensorPtr* right = std::get_if<TensorPtr>(&b);
    if (left != nullptr && right != nullptr) return same_tensor(**left, **right);
    return a == b;
}

}  // namespace

bool same_tensor(const Tensor& a, const Tensor& b) {
    return &a == &b || (a.shape == b.shape && a.element == b.element && a.values == b.values);
}

bool same_operation(const Node& a, const Node& b) {
    return a.op == b.op && a.domain == b.domain && a.inputs.size() == b.inputs.size() &&
           std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(), b.attributes.end(),
                      [](const auto& x, const auto& y) {
                          return x.first == y.first && same_attribute(x.second, y.second);
                      });
}

bool equal_steps(StepComparison& c, int later, int earlier) {
    const Graph& graph = c.unrolled.graph;
    std::map<int, int> partner = c.partner;
    std::set<std::pair<int, int>> seen;
    std::vector<std::pair<int, int>> open{{later, earlier}};
    c.difference = nullptr;
    while (!open.empty()) {
        const auto [a, b] = open.back();
        open.pop_back();
        if (c.budget == 0) return false;
        --c.budget;
        if (!seen.insert({a, b}).second) continue;
        if (c.states.count(a) != 0) {
            if (!partner.emplace(a, b).second && partner[a] != b) return false;
            continue;
        }
        if (a == c.unrolled.x[c.t]) {
            if (b != c.unrolled.x[c.t - 1]) return false;
            continue;
        }
        const Value& left = value_of(graph, a);
        const Value& right = value_of(graph, b);
        if (left.constant != nullptr || right.constant != nullptr) {
            if (left.constant == nullptr || right.constant == nullptr ||
                !same_tensor(*left.constant, *right.constant)) {
                c.difference =
                    left.producer != absent ? &graph.nodes[static_cast<std::size_t>(left.producer)] : nullptr;
                return false;
            }
            continue;
        }
        if (left.producer == absent || right.producer == absent) return false;
        const Node& x = graph.nodes[static_cast<std::size_t>(left.producer)];
        const Node& y = graph.nodes[static_cast<std::size_t>(right.producer)];
        c.difference = &x;
        if (!same_operation(x, y)) return false;
        for (std::size_t i = 0; i < x.inputs.size(); ++i) {
            if ((x.inputs[i] == absent) != (y.inputs[i] == absent)) return false;
            if (x.inputs[i] != absent) open.emplace_back(x.inputs[i], y.inputs[i]);
        }
    }
    c.difference = nullptr;
    c.partner = std::move(partner);
    return true;
}

std::vector<int> steps_of(const Unrolled& unrolled) {
    std::vector<int> steps(unrolled.graph.values.size(), -1);
    for (std::size_t t = 0; t < unrolled.x.size(); ++t)
        steps[static_cast<std::size_t>(unrolled.x[t])] = static_cast<int>(t);
    for (const Node& node : unrolled.graph.nodes) {
        int& step = steps[static_cast<std::size_t>(node.outputs[0])];
        for (const int input : node.inputs)
            if (input != absent) step = std::max(step, steps[static_cast<std::size_t>(input)]);
    }
    return steps;
}

std::vector<bool> live_values(const Unrolled& unrolled) {
    std::vector<bool> live(unrolled.graph.values.size(), false);
    for (const SequenceOutput& output : unrolled.outputs)
        for (const int part : output.parts) live[static_cast<std::size_t>(part)] = true;
    for (const CarriedState& state : unrolled.states)
        for (const int value : state.after) live[static_cast<std::size_t>(value)] = true;
    for (auto node = unrolled.graph.nodes.rbegin(); node != unrolled.graph.nodes.rend(); ++node)
        if (live[static_cast<std::size_t>(node->outputs[0])])
            for (const int input : node->inputs)
                if (input != absent) live[static_cast<std::size_t>(input)] = true;
    return live;
}

}  // namespace synfire::onnx
