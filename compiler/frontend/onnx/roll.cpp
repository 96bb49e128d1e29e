// One step as a graph: outputs as the last step computes them, states as the newest known step leaves them;
// equal computations of both become one. Then the numbers: from its first step on, the file must give what
// the rolled up graph gives.
#include "compiler/frontend/onnx/roll.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/frontend/onnx/compare_steps.hpp"
#include "compiler/frontend/onnx/find_states.hpp"
#include "compiler/frontend/onnx/graph_writer.hpp"
#include "compiler/frontend/onnx/merged_states.hpp"
#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {
namespace {

constexpr double tolerance = 1e-9;  // relative, of everything that is compared
constexpr int most_samples = 5;
constexpr double max_work = 4e9;  // elementary operations; large files are compared on fewer samples

struct Roller {
    const Unrolled& u;
    const StateHistory& history;
    GraphWriter writer;
    int samples = most_samples;
    int x = absent;
    std::vector<int> states;                          // inputs of the step graph
    std::vector<int> next;                            // their successors
    std::vector<int> outputs;                         // one per output of the file
    std::multimap<std::vector<int>, int> known;       // operands -> node
    std::multimap<std::size_t, int> known_constants;  // size -> value
};

[[noreturn]] void refuse(const Roller& r, int value, const std::string& reason,
                         const std::string& hint = export_one_step) {
    const int producer = value == absent ? absent : value_of(r.u.graph, value).producer;
    Diagnostic problem;
    if (producer != absent) problem = at_node(r.u.graph, r.u.graph.nodes[static_cast<std::size_t>(producer)]);
    problem.file = r.u.graph.file;
    problem.reason = reason;
    problem.expected = "a file over time whose steps are alike and start from zero states";
    problem.hint = hint;
    throw InputError(problem);
}

int constant_once(Roller& r, int value) {
    const Value& from = value_of(r.u.graph, value);
    const auto [begin, end] = r.known_constants.equal_range(from.constant->values.size());
    for (auto known = begin; known != end; ++known)
        if (same_tensor(*value_of(r.writer.graph, known->second).constant, *from.constant))
            return known->second;
    const int copy = write_constant(r.writer, from.constant, from.name);
    r.known_constants.emplace(from.constant->values.size(), copy);
    return copy;
}

int node_once(Roller& r, const Node& like, std::vector<int> inputs) {
    const auto [begin, end] = r.known.equal_range(inputs);
    for (auto known = begin; known != end; ++known) {
        const Node& node = r.writer.graph.nodes[static_cast<std::size_t>(known->second)];
        if (same_operation(node, like)) return node.outputs[0];
    }
    const int result = write_node(r.writer, like, inputs);
    if (value_of(r.writer.graph, result).producer != absent)
        r.known.emplace(std::move(inputs), value_of(r.writer.graph, result).producer);
    return result;
}

// The states that step t reads.
std::vector<int> read_by(const Roller& r, std::size_t t) {
    if (t > 0) return r.history.values[t - 1];
    std::vector<int> before;
    for (const CarriedState& state : r.u.states) before.push_back(state.before);
    return before;
}

// Copies what step t computes into the step graph; gives the copies of the values wanted.
std::vector<int> copy_step(Roller& r, std::size_t t, const std::vector<int>& wanted) {
    std::map<int, int> copies;
    const std::vector<int> read = read_by(r, t);
    for (std::size_t k = 0; k < read.size(); ++k) copies[read[k]] = r.states[k];
    copies[r.u.x[t]] = r.x;
    std::set<int> needed;
    std::vector<int> open;
    const auto need = [&](int value) {
        if (value != absent && copies.count(value) == 0 && needed.insert(value).second) open.push_back(value);
    };
    for (const int value : wanted) need(value);
    while (!open.empty()) {
        const Value& value = value_of(r.u.graph, open.back());
        const int index = open.back();
        open.pop_back();
        if (value.constant != nullptr) continue;
        if (value.producer == absent)
            refuse(r, index, "step " + std::to_string(t) + " reads the input of another step");
        for (const int input : r.u.graph.nodes[static_cast<std::size_t>(value.producer)].inputs) need(input);
    }
    for (const int index : needed) {  // operands come first: values are numbered as they were written
        const Value& value = value_of(r.u.graph, index);
        if (value.constant != nullptr) {
            copies[index] = constant_once(r, index);
            continue;
        }
        const Node& node = r.u.graph.nodes[static_cast<std::size_t>(value.producer)];
        std::vector<int> inputs;
        for (const int input : node.inputs) inputs.push_back(input == absent ? absent : copies.at(input));
        copies[index] = node_once(r, node, std::move(inputs));
    }
    std::vector<int> result;
    for (const int value : wanted) result.push_back(copies.at(value));
    return result;
}

void write_inputs(Roller& r) {
    const Value& x = value_of(r.u.graph, r.u.x[0]);
    r.x = write_reshape(r.writer, x.name, write_input(r.writer, x.name, r.u.step_shape), x.shape);
    std::set<std::string> names;
    for (std::size_t k = 0; k < r.history.values[0].size(); ++k) {
        const int newest = r.history.values[r.history.newest][k];
        const std::string wanted = r.u.states.empty() ? value_of(r.u.graph, newest).name : r.u.states[k].name;
        std::string name = wanted;
        for (int copy = 2; !names.insert(name).second; ++copy) name = wanted + "_" + std::to_string(copy);
        r.states.push_back(write_input(r.writer, name, value_of(r.u.graph, newest).shape));
    }
}

void write_outputs(Roller& r) {
    const std::size_t last = r.u.x.size() - 1;
    std::vector<int> parts;
    for (const SequenceOutput& output : r.u.outputs) parts.push_back(output.parts.back());
    r.outputs = copy_step(r, last, parts);
    r.next = copy_step(r, r.history.newest, r.history.values[r.history.newest]);
    Node identity;
    identity.op = "Identity";
    for (std::size_t i = 0; i < r.outputs.size(); ++i) {
        identity.name = r.u.outputs[i].name;
        r.writer.graph.outputs.push_back(write_node(r.writer, identity, {r.outputs[i]}));
    }
    for (std::size_t k = 0; k < r.next.size(); ++k) {
        identity.name = value_of(r.writer.graph, r.states[k]).name + "_next";
        r.writer.graph.outputs.push_back(write_node(r.writer, identity, {r.next[k]}));
    }
}

// Copies of two steps show what becomes of a state only once.
void tell_states_apart(const Roller& r) {
    if (r.u.x.size() != 2 || !r.u.states.empty()) return;
    for (std::size_t k = 0; k < r.states.size(); ++k)
        if (may_be_several(r.writer.graph, r.states[k]))
            refuse(r, r.history.values[0][k],
                   "the second of two time steps uses this value in several places: it may be one state or "
                   "several that are equal after the first step, such as a potential and its current",
                   export_three_steps);
}

// The same in every run: whole and broken numbers around 0, of another size in every sample.
Tensor sample_input(const Roller& r, int sample, std::size_t t) {
    Tensor x = zeros(value_of(r.u.graph, r.u.x[t]).shape);
    constexpr double scale[most_samples] = {1, 1, 0.3, 3, 10};
    std::uint64_t state =
        0x9E3779B97F4A7C15u * static_cast<std::uint64_t>(sample * 4096 + static_cast<int>(t) + 1);
    for (double& value : x.values) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const double uniform = static_cast<double>(state >> 11) * 0x1p-53;
        value = sample == 0 ? (uniform < 0.5 ? 0.0 : 1.0) : scale[sample] * (uniform * 1.5 - 0.5);
    }
    return x;
}

std::vector<TensorPtr> evaluate_file(const Roller& r, const std::vector<TensorPtr>& initial, int sample) {
    std::map<int, Tensor> given;
    for (std::size_t t = 0; t < r.u.x.size(); ++t)
        given.insert_or_assign(r.u.x[t], sample_input(r, sample, t));
    for (std::size_t k = 0; k < r.u.states.size(); ++k)
        given.insert_or_assign(r.u.states[k].before, *initial[k]);
    std::vector<int> wanted;
    for (const std::vector<int>& states : r.history.values)
        wanted.insert(wanted.end(), states.begin(), states.end());
    for (const SequenceOutput& output : r.u.outputs)
        wanted.insert(wanted.end(), output.parts.begin(), output.parts.end());
    return evaluate(r.u.graph, given, wanted);
}

std::vector<TensorPtr> evaluate_step(const Roller& r, const std::vector<TensorPtr>& states, Tensor x) {
    std::map<int, Tensor> given;
    x.shape = r.u.step_shape;
    given.insert_or_assign(r.writer.graph.inputs[0], std::move(x));
    for (std::size_t k = 0; k < r.states.size(); ++k) given.insert_or_assign(r.states[k], *states[k]);
    std::vector<int> wanted = r.next;
    wanted.insert(wanted.end(), r.outputs.begin(), r.outputs.end());
    return evaluate(r.writer.graph, given, wanted);
}

bool agrees(const Tensor& a, const Tensor& b) {
    if (a.values.size() != b.values.size()) return false;
    for (std::size_t i = 0; i < a.values.size(); ++i)
        if (!(std::fabs(a.values[i] - b.values[i]) <=
              tolerance * (1 + std::fabs(a.values[i]) + std::fabs(b.values[i]))))
            return false;
    return true;
}

const Tensor& at(const std::vector<TensorPtr>& values, int value) {
    return *values[static_cast<std::size_t>(value)];
}

TensorPtr filled(const Shape& shape, double value) {
    Tensor tensor = zeros(shape);
    std::fill(tensor.values.begin(), tensor.values.end(), value);
    return std::make_shared<const Tensor>(std::move(tensor));
}

// Copies of a step do not say what the states are before the first: zero, or a number that the step uses
// (SpikingJelly starts from v_reset). The first that explains the first copy is taken, state by state in the
// order in which the graph computes them.
std::vector<TensorPtr> explain_first_step(const Roller& r) {
    std::vector<double> candidates{0.0};
    for (const Value& value : r.writer.graph.values)
        if (value.constant != nullptr && value.constant->element == Element::real &&
            value.constant->values.size() == 1 && candidates.size() < 32 &&
            std::count(candidates.begin(), candidates.end(), value.constant->values[0]) == 0)
            candidates.push_back(value.constant->values[0]);
    std::vector<TensorPtr> initial;
    for (const int state : r.states) initial.push_back(filled(value_of(r.writer.graph, state).shape, 0));
    std::vector<std::vector<TensorPtr>> file;
    for (int sample = 0; sample < r.samples; ++sample) file.push_back(evaluate_file(r, initial, sample));
    for (std::size_t k = 0; k < r.states.size(); ++k) {
        const int first = r.history.values[0][k];
        const auto explains = [&](double candidate) {
            initial[k] = filled(value_of(r.writer.graph, r.states[k]).shape, candidate);
            for (int sample = 0; sample < r.samples; ++sample) {
                const auto step = evaluate_step(r, initial, sample_input(r, sample, 0));
                if (!agrees(at(step, r.next[k]), at(file[static_cast<std::size_t>(sample)], first)))
                    return false;
            }
            return true;
        };
        if (std::none_of(candidates.begin(), candidates.end(), explains))
            refuse(r, first, "the first step starts from a state that is neither zero nor the reset value");
    }
    return initial;
}

void compare_with_file(const Roller& r, const std::vector<TensorPtr>& initial) {
    for (int sample = 0; sample < r.samples; ++sample) {
        const std::vector<TensorPtr> file = evaluate_file(r, initial, sample);
        std::vector<TensorPtr> states = initial;
        for (std::size_t t = 0; t < r.u.x.size(); ++t) {
            const std::vector<TensorPtr> step = evaluate_step(r, states, sample_input(r, sample, t));
            for (std::size_t k = 0; k < r.states.size(); ++k) {
                states[k] = step[static_cast<std::size_t>(r.next[k])];
                if (!r.history.values[t].empty() && !agrees(*states[k], at(file, r.history.values[t][k])))
                    refuse(r, r.history.values[t][k],
                           "step " + std::to_string(t) +
                               " leaves another state than the steps rolled up into one");
            }
            for (std::size_t i = 0; i < r.outputs.size(); ++i) {
                const std::vector<int>& parts = r.u.outputs[i].parts;
                const bool last = parts.size() == 1 && t + 1 == r.u.x.size();
                if (parts.size() != r.u.x.size() && !last) continue;
                const int part = parts.size() == 1 ? parts[0] : parts[t];
                if (!agrees(at(step, r.outputs[i]), at(file, part)))
                    refuse(r, part,
                           "step " + std::to_string(t) +
                               " gives another output than the steps rolled up into one");
            }
        }
    }
}

void note(const Roller& r, Report& report) {
    Diagnostic d;
    d.file = r.u.graph.file;
    d.reason = "the file runs " + std::to_string(r.u.x.size()) +
               " time steps; they are alike and were rolled up into one";
    report.note(d);
    for (const SequenceOutput& output : r.u.outputs) {
        Diagnostic o = d;
        o.node = "'" + printable(output.name) + "' (output)";
        o.reason = "the file sums it over the time steps; the network gives the spikes of every step";
        if (output.summed) report.note(o);
        o.reason = "the file gives it for the last time step; the network gives it for every step";
        if (output.parts.size() == 1 && r.u.x.size() > 1) report.note(o);
    }
}

void drop_dead_nodes(Unrolled& u) {
    const std::vector<bool> live = live_values(u);
    std::erase_if(u.graph.nodes,
                  [&](const Node& node) { return !live[static_cast<std::size_t>(node.outputs[0])]; });
    for (std::size_t i = 0; i < u.graph.nodes.size(); ++i)
        u.graph.values[static_cast<std::size_t>(u.graph.nodes[i].outputs[0])].producer = static_cast<int>(i);
}

}  // namespace

Graph roll(Unrolled unrolled, Report& report) {
    drop_dead_nodes(unrolled);
    const StateHistory history = find_states(unrolled);
    Roller r{unrolled, history, {}, most_samples, absent, {}, {}, {}, {}, {}};
    const double affordable = max_work / (1 + evaluation_work(unrolled.graph));
    r.samples = std::clamp(static_cast<int>(std::min(affordable, 100.0)), 1, most_samples);
    r.writer.graph.file = unrolled.graph.file;
    r.writer.graph.name = unrolled.graph.name;
    r.writer.graph.opset = unrolled.graph.opset;
    write_inputs(r);
    write_outputs(r);
    tell_states_apart(r);
    std::vector<TensorPtr> initial;
    for (const CarriedState& state : unrolled.states) initial.push_back(state.initial);
    if (unrolled.states.empty()) initial = explain_first_step(r);
    compare_with_file(r, initial);
    for (std::size_t k = 0; k < initial.size(); ++k)
        if (std::any_of(initial[k]->values.begin(), initial[k]->values.end(),
                        [](double v) { return v != 0; }))
            r.writer.graph.initial[r.states[k]] = initial[k];
    note(r, report);
    return std::move(r.writer.graph);
}

}  // namespace synfire::onnx
