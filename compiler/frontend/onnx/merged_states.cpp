#include "compiler/frontend/onnx/merged_states.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

namespace synfire::onnx {
namespace {

template <std::size_t count>
bool is_one_of(const Node& node, const std::string_view (&operators)[count]) {
    return std::find(std::begin(operators), std::end(operators), node.op) != std::end(operators);
}

constexpr std::string_view comparisons[] = {"Greater", "GreaterOrEqual", "Less", "LessOrEqual"};
constexpr std::string_view passing[] = {"Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"};

// Operations that use the value, or what merely hands it on.
std::set<const Node*> uses(const Graph& graph, int value) {
    std::set<int> same{value};
    std::set<const Node*> found;
    for (const Node& node : graph.nodes) {  // every node after the nodes it reads
        if (std::none_of(node.inputs.begin(), node.inputs.end(), [&](int i) { return same.count(i) != 0; }))
            continue;
        if (is_one_of(node, passing))
            same.insert(node.outputs[0]);
        else
            found.insert(&node);
    }
    return found;
}

// Whether more of the result goes on than whether it exceeds something.
bool goes_on(const Graph& graph, const Node& from) {
    if (is_one_of(from, comparisons)) return false;
    std::set<int> values{from.outputs[0]};
    for (const Node& node : graph.nodes)
        if (!is_one_of(node, comparisons) &&
            std::any_of(node.inputs.begin(), node.inputs.end(), [&](int i) { return values.count(i) != 0; }))
            values.insert(node.outputs[0]);
    return std::any_of(graph.outputs.begin(), graph.outputs.end(),
                       [&](int output) { return values.count(output) != 0; });
}

}  // namespace

bool may_be_several(const Graph& step, int state) {
    const std::set<const Node*> users = uses(step, state);
    return std::count_if(users.begin(), users.end(), [&](const Node* node) { return goes_on(step, *node); }) >
           1;
}

}  // namespace synfire::onnx
