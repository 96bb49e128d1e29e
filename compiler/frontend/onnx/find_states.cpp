// Copies of one step: what the last copy reads of the one before is traced back to the potentials it comes
// from; comparing the last two full copies pairs every state with its predecessor, and so on down to the
// first copy, in which the initial state has been folded away.
#include "compiler/frontend/onnx/find_states.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/frontend/onnx/compare_steps.hpp"
#include "compiler/frontend/onnx/graph_writer.hpp"
#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {
namespace {

[[noreturn]] void refuse(const Unrolled& u, const Node* node, const std::string& reason,
                         const std::string& hint = export_one_step) {
    Diagnostic problem;
    if (node != nullptr) problem = at_node(u.graph, *node);
    problem.file = u.graph.file;
    if (node == nullptr) problem.node = "graph";
    problem.reason = reason;
    problem.expected = "a file over time whose steps are alike and pass on neuron states alone";
    problem.hint = hint;
    throw InputError(problem);
}

const Node* producer_of(const Graph& graph, int value) {
    const int producer = value_of(graph, value).producer;
    return producer == absent ? nullptr : &graph.nodes[static_cast<std::size_t>(producer)];
}

bool is_constant(const Graph& graph, int value) {
    return value == absent || value_of(graph, value).constant != nullptr;
}

// Scaled or weighted values are traced back to what was scaled: beta * v is no state, v is.
int traced_back(const Unrolled& u, const std::set<int>& inputs, int value) {
    constexpr std::string_view passing[] = {"Cast",   "Conv", "Div", "Flatten", "Gemm",    "Identity",
                                            "MatMul", "Mul",  "Neg", "Reshape", "Squeeze", "Unsqueeze"};
    for (const Node* node = producer_of(u.graph, value); node != nullptr;
         node = producer_of(u.graph, value)) {
        if (std::find(std::begin(passing), std::end(passing), node->op) == std::end(passing)) break;
        int computed = absent;
        int count = 0;
        for (const int input : node->inputs)
            if (!is_constant(u.graph, input)) {
                computed = input;
                ++count;
            }
        if (count != 1 || inputs.count(computed) != 0) break;
        value = computed;
    }
    return value;
}

bool mixes_neurons(const Node& node) {
    constexpr std::string_view layers[] = {"AveragePool",       "Conv",   "Gemm",
                                           "GlobalAveragePool", "MatMul", "MaxPool"};
    return std::find(std::begin(layers), std::end(layers), node.op) != std::end(layers);
}

// Whether the value follows from the states alone, neuron by neuron: in the first of all steps the potentials
// of a layer follow from the layer before, but are states nevertheless.
bool follows_from(const Unrolled& u, const std::set<int>& states, int value) {
    std::vector<int> open;
    std::set<int> seen;
    const auto expand = [&](int of) {
        const Node* node = producer_of(u.graph, of);
        if (node == nullptr || mixes_neurons(*node)) return false;
        for (const int input : node->inputs)
            if (!is_constant(u.graph, input) && states.count(input) == 0 && seen.insert(input).second)
                open.push_back(input);
        return true;
    };
    if (!expand(value)) return false;
    while (!open.empty()) {
        const int next = open.back();
        open.pop_back();
        if (seen.size() > 10000 || !expand(next)) return false;
    }
    return true;
}

// What step t reads of step t - 1, reduced to as few values as it follows from.
std::vector<int> states_read(const Unrolled& u, std::size_t t) {
    const std::vector<int> steps = steps_of(u);
    const std::vector<bool> live = live_values(u);
    const std::set<int> inputs(u.x.begin(), u.x.end());
    const int now = static_cast<int>(t);
    std::set<int> found;
    for (const Node& node : u.graph.nodes) {
        if (!live[static_cast<std::size_t>(node.outputs[0])] ||
            steps[static_cast<std::size_t>(node.outputs[0])] != now)
            continue;
        for (const int input : node.inputs) {
            if (is_constant(u.graph, input)) continue;
            const int step = steps[static_cast<std::size_t>(input)];
            if (step == now) continue;
            if (step != now - 1)
                refuse(u, &node,
                       "step " + std::to_string(t) + " reads a value of step " + std::to_string(step) +
                           ", not of the step before");
            found.insert(traced_back(u, inputs, input));
        }
    }
    if (found.empty())
        refuse(u, nullptr, "no step reads a state of the step before: the states were traced as constants");
    std::vector<int> states(found.begin(), found.end());
    for (auto state = states.rbegin(); state != states.rend(); ++state) {
        std::set<int> others = found;
        others.erase(*state);
        if (follows_from(u, others, *state)) found = std::move(others);
    }
    return {found.begin(), found.end()};
}

[[noreturn]] void refuse_difference(const Unrolled& u, const StepComparison& c) {
    refuse(u, c.difference,
           "step " + std::to_string(c.t) + " computes something else than step " + std::to_string(c.t - 1) +
               ", or with other parameters");
}

// Values of step t - 1 that equal the last outputs, or what those are computed from, until every state has
// found its partner: files that give the last step alone.
void match_last_outputs(const Unrolled& u, StepComparison& c) {
    const std::vector<int> steps = steps_of(u);
    std::vector<int> open;
    for (const SequenceOutput& output : u.outputs) open.push_back(output.parts.back());
    std::set<int> seen;
    while (!open.empty() && c.partner.size() < c.states.size()) {
        const int value = open.back();
        open.pop_back();
        if (!seen.insert(value).second || c.states.count(value) != 0) continue;
        const Node* node = producer_of(u.graph, value);
        if (node == nullptr || steps[static_cast<std::size_t>(value)] != static_cast<int>(c.t)) continue;
        bool matched = false;
        for (auto other = u.graph.nodes.rbegin(); other != u.graph.nodes.rend() && !matched; ++other)
            matched = steps[static_cast<std::size_t>(other->outputs[0])] == static_cast<int>(c.t) - 1 &&
                      other->op == node->op && equal_steps(c, value, other->outputs[0]);
        if (matched) continue;
        for (const int input : node->inputs)
            if (!is_constant(u.graph, input)) open.push_back(input);
    }
}

bool stacked(const Unrolled& u, const SequenceOutput& output) {
    return output.parts.size() == u.x.size();
}

// The outputs of step t against those of the step before.
void compare_outputs(const Unrolled& u, StepComparison& c) {
    for (const SequenceOutput& output : u.outputs)
        if (stacked(u, output) && !equal_steps(c, output.parts[c.t], output.parts[c.t - 1]))
            refuse_difference(u, c);
}

std::vector<int> partners(const Unrolled& u, const StepComparison& c, const std::vector<int>& states) {
    std::vector<int> result;
    for (const int state : states) {
        const auto found = c.partner.find(state);
        if (found == c.partner.end()) refuse_difference(u, c);
        result.push_back(found->second);
    }
    return result;
}

StateHistory declared(const Unrolled& u) {
    StateHistory history;
    history.values.resize(u.x.size());
    std::vector<int> before;
    for (const CarriedState& state : u.states) {
        before.push_back(state.before);
        for (std::size_t t = 0; t < u.x.size(); ++t) history.values[t].push_back(state.after.at(t));
    }
    history.newest = u.x.size() - 1;
    for (std::size_t t = u.x.size() - 1; t > 0; --t) {
        const std::vector<int>& read = history.values[t - 1];
        StepComparison c{u, t, {read.begin(), read.end()}, {}};
        compare_outputs(u, c);
        for (std::size_t k = 0; k < read.size(); ++k)
            if (!equal_steps(c, history.values[t][k], read[k])) refuse_difference(u, c);
        const std::vector<int>& earlier = t > 1 ? history.values[t - 2] : before;
        for (std::size_t k = 0; k < read.size(); ++k) {
            const auto partner = c.partner.find(read[k]);
            if (partner != c.partner.end() && partner->second != earlier[k]) refuse_difference(u, c);
        }
    }
    return history;
}

StateHistory found_in_copies(const Unrolled& u) {
    const std::size_t last = u.x.size() - 1;
    StateHistory history;
    history.values.resize(u.x.size());
    history.newest = last - 1;
    history.values[last - 1] = states_read(u, last);
    for (std::size_t t = last; t >= 2; --t) {
        const std::vector<int>& read = history.values[t - 1];
        StepComparison c{u, t, {read.begin(), read.end()}, {}};
        compare_outputs(u, c);
        if (t == last) {
            match_last_outputs(u, c);
        } else {
            for (std::size_t k = 0; k < read.size(); ++k)
                if (!equal_steps(c, history.values[t][k], read[k])) refuse_difference(u, c);
        }
        history.values[t - 2] = partners(u, c, read);
    }
    return history;
}

// Two copies, the first of them folded: a state's successor is what the second copy computes in its place
// when it starts from zero.
StateHistory found_in_two_copies(const Unrolled& u) {
    StateHistory history;
    history.values = {states_read(u, 1), {}};
    history.newest = 1;
    const std::vector<int> steps = steps_of(u);
    std::map<int, Tensor> first, second;
    Tensor x = zeros(value_of(u.graph, u.x[0]).shape);
    for (std::size_t i = 0; i < x.values.size(); ++i)
        x.values[i] = static_cast<double>(i * 7 % 11) / 4 - 0.75;
    for (const int input : u.x) {
        first.insert_or_assign(input, x);
        second.insert_or_assign(input, x);
    }
    for (const int state : history.values[0])
        second.insert_or_assign(state, zeros(value_of(u.graph, state).shape));
    std::vector<int> all;
    for (const Node& node : u.graph.nodes) all.push_back(node.outputs[0]);
    const std::vector<TensorPtr> before = evaluate(u.graph, first, all),
                                 after = evaluate(u.graph, second, all);
    for (const int state : history.values[0]) {
        const std::vector<double>& wanted = before[static_cast<std::size_t>(state)]->values;
        int best = absent;
        std::size_t fewest = 0;
        for (const Node& node : u.graph.nodes) {
            const int value = node.outputs[0];
            if (steps[static_cast<std::size_t>(value)] != 1 ||
                value_of(u.graph, value).shape != value_of(u.graph, state).shape ||
                after[static_cast<std::size_t>(value)]->values != wanted)
                continue;
            // What it depends on: the state itself, and as little else as possible.
            std::set<int> seen{value};
            std::vector<int> open{value};
            while (!open.empty()) {
                const Node* from = producer_of(u.graph, open.back());
                open.pop_back();
                if (from == nullptr) continue;
                for (const int input : from->inputs)
                    if (!is_constant(u.graph, input) && seen.insert(input).second &&
                        std::count(history.values[0].begin(), history.values[0].end(), input) == 0)
                        open.push_back(input);
            }
            const auto states =
                static_cast<std::size_t>(std::count_if(history.values[0].begin(), history.values[0].end(),
                                                       [&](int other) { return seen.count(other) != 0; }));
            if (seen.count(state) == 0 || (best != absent && states > fewest)) continue;
            best = value;
            fewest = states;
        }
        if (best == absent)
            refuse(u, producer_of(u.graph, state),
                   "what the second of two time steps makes of this state is not in the file",
                   export_three_steps);
        history.values[1].push_back(best);
    }
    return history;
}

}  // namespace

StateHistory find_states(const Unrolled& unrolled) {
    if (!unrolled.states.empty()) return declared(unrolled);
    if (unrolled.x.size() < 2)
        refuse(unrolled, nullptr, "one time step without states: the states were traced as constants");
    return unrolled.x.size() == 2 ? found_in_two_copies(unrolled) : found_in_copies(unrolled);
}

}  // namespace synfire::onnx
