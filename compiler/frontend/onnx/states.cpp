// Pairing of states: names first, then positions, then structure.
#include "compiler/frontend/onnx/states.hpp"

#include <algorithm>
#include <string_view>

namespace synfire::onnx {
namespace {

constexpr std::string_view suffixes[] = {"_next", "_out", "_new", "_t1", ".1"};

struct Pairing {
    const Graph& graph;
    const Symbols& symbols;
    std::vector<int> output_of;  // per graph input: index into Graph::outputs, or absent
    std::vector<bool> taken;     // per graph output
};

const std::string& name_of_input(const Pairing& p, std::size_t input) {
    return p.graph.values[static_cast<std::size_t>(p.graph.inputs[input])].name;
}
const std::string& name_of_output(const Pairing& p, std::size_t output) {
    return p.graph.values[static_cast<std::size_t>(p.graph.outputs[output])].name;
}

// Nothing where the output is a constant or an input.
const Polynomial* computed(const Pairing& p, std::size_t output) {
    const std::optional<Polynomial>& value =
        p.symbols.values[static_cast<std::size_t>(p.graph.outputs[output])];
    return value ? &*value : nullptr;
}

bool same_size(const Pairing& p, std::size_t input, std::size_t output) {
    return element_count(p.graph.values[static_cast<std::size_t>(p.graph.inputs[input])].shape) ==
           element_count(p.graph.values[static_cast<std::size_t>(p.graph.outputs[output])].shape);
}

void take(Pairing& p, std::size_t input, std::size_t output) {
    p.output_of[input] = static_cast<int>(output);
    p.taken[output] = true;
}

[[noreturn]] void refuse_given(const Pairing& p, const StateNames& names, const std::string& reason) {
    Diagnostic problem;
    problem.file = p.graph.file;
    problem.node = "'" + printable(names.input) + ":" + printable(names.output) + "'";
    problem.field = "--state";
    problem.reason = reason;
    problem.expected = "INPUT:OUTPUT, names of the graph";
    problem.hint = "leave the option out to see which states are in doubt";
    throw InputError(problem);
}

void pair_as_given(Pairing& p, const std::vector<StateNames>& given) {
    for (const StateNames& names : given) {
        std::size_t input = 0, output = 0;
        while (input < p.output_of.size() && name_of_input(p, input) != names.input) ++input;
        while (output < p.taken.size() && name_of_output(p, output) != names.output) ++output;
        if (input == p.output_of.size()) refuse_given(p, names, "the graph has no input of this name");
        if (output == p.taken.size()) refuse_given(p, names, "the graph has no output of this name");
        if (p.output_of[input] != absent || p.taken[output])
            refuse_given(p, names, "the input or the output is in two pairs");
        if (!same_size(p, input, output)) refuse_given(p, names, "input and output have different sizes");
        take(p, input, output);
    }
}

void pair_by_name(Pairing& p) {
    for (std::size_t input = 0; input < p.output_of.size(); ++input)
        for (std::size_t output = 0; output < p.taken.size(); ++output) {
            if (p.taken[output] || p.output_of[input] != absent || !same_size(p, input, output)) continue;
            const bool match =
                std::any_of(std::begin(suffixes), std::end(suffixes), [&](std::string_view suffix) {
                    return name_of_output(p, output) == name_of_input(p, input) + std::string(suffix);
                });
            if (match) take(p, input, output);
        }
}

// The graph inputs are the first variables, in order.
bool contains(const Polynomial& poly, std::size_t input) {
    return variables(poly).count(static_cast<Variable>(input)) != 0;
}

// States enter a neuron neuron by neuron, inputs enter through the synapses of a layer.
bool is_elementwise(const Pairing& p, std::size_t input) {
    for (const Symbol& s : p.symbols.symbols)
        for (const Polynomial* read : {&s.step.left, &s.step.right, &s.spikes.argument, &s.bounded.argument})
            if (contains(*read, input)) return true;
    for (std::size_t output = 0; output < p.taken.size(); ++output)
        if (const Polynomial* poly = computed(p, output); poly != nullptr && contains(*poly, input))
            return true;
    return false;
}

// Whether the value computed from the input neuron by neuron is more than the input itself; a bound hides it.
bool carries(const Pairing& p, const Polynomial& poly, std::size_t input) {
    if (contains(poly, input)) return true;
    for (const Variable v : variables(poly))
        if (contains(p.symbols.symbols[static_cast<std::size_t>(v)].bounded.argument, input)) return true;
    return false;
}

bool may_follow(const Pairing& p, std::size_t input, std::size_t output) {
    const Polynomial* poly = computed(p, output);
    if (poly == nullptr || !same_size(p, input, output)) return false;
    const bool spikes = scaled_spike(p.symbols, *poly).has_value();
    return carries(p, *poly, input) || (spikes && !is_elementwise(p, input));
}

bool any_paired(const Pairing& p) {
    return std::any_of(p.output_of.begin(), p.output_of.end(), [](int o) { return o != absent; });
}

// The k-th output follows the k-th input, input 0 being the signal and output 0 the spikes: as torch exports
// forward(x, v1, v2) -> (spk, v1, v2) without names.
void pair_by_position(Pairing& p) {
    if (any_paired(p) || p.output_of.size() != p.taken.size()) return;
    for (std::size_t i = 1; i < p.output_of.size(); ++i)
        if (!may_follow(p, i, i)) return;
    for (std::size_t i = 1; i < p.output_of.size(); ++i) take(p, i, i);
}

std::string listed(const Pairing& p, const std::vector<std::size_t>& outputs) {
    std::string text;
    for (const std::size_t output : outputs)
        text += (text.empty() ? "'" : ", '") + printable(name_of_output(p, output)) + "'";
    return text.empty() ? "none" : text;
}

void pair_by_structure(Pairing& p) {
    const bool named = any_paired(p);
    for (std::size_t input = 0; input < p.output_of.size(); ++input) {
        if (p.output_of[input] != absent || !is_elementwise(p, input)) continue;
        std::vector<std::size_t> candidates, all;
        for (std::size_t output = 0; output < p.taken.size(); ++output) {
            if (p.taken[output]) continue;
            all.push_back(output);
            const Polynomial* poly = computed(p, output);
            const std::optional<Variable> single = poly != nullptr ? single_variable(*poly) : std::nullopt;
            if (poly != nullptr && same_size(p, input, output) && carries(p, *poly, input) && !single)
                candidates.push_back(output);
        }
        if (candidates.size() == 1) {
            take(p, input, candidates.front());
            continue;
        }
        // The signal itself may enter neuron by neuron, where names tell the states.
        if (candidates.empty() && input == 0 && named) continue;
        Diagnostic problem = at_value(p.graph, p.graph.inputs[input], "input");
        problem.reason =
            candidates.empty()
                ? "a state without a successor: no output carries it to the next time step"
                : "several outputs may be the next value of this state: " + listed(p, candidates);
        problem.expected = "one output named '" + printable(name_of_input(p, input)) +
                           "_next'; outputs left: " + listed(p, all);
        problem.hint = candidates.empty() ? "return every state from forward() and name it in output_names: "
                                            "forward(x, v) -> (spk, v_next)"
                                          : "say which: --state " + printable(name_of_input(p, input)) + ":" +
                                                printable(name_of_output(p, candidates.front()));
        throw InputError(problem);
    }
}

void warn(const Pairing& p, std::size_t input, Report& report) {
    Diagnostic d = at_value(p.graph, p.graph.inputs[input], "input");
    const std::string& next = name_of_output(p, static_cast<std::size_t>(p.output_of[input]));
    d.reason = "taken as a state that output '" + printable(next) + "' carries to the next step";
    d.hint = "name the output '" + printable(name_of_input(p, input)) + "_next' to say so in the file";
    report.warning(d);
}

}  // namespace

std::vector<StatePair> pair_states(const Graph& graph, const Symbols& symbols,
                                   const std::vector<StateNames>& given, Report& report) {
    Pairing p{graph, symbols, std::vector<int>(graph.inputs.size(), absent),
              std::vector<bool>(graph.outputs.size(), false)};
    for (std::size_t output = 0; output < p.taken.size(); ++output)
        if (computed(p, output) == nullptr) {
            Diagnostic problem = at_value(graph, graph.outputs[output], "output");
            problem.reason = "a constant: it depends on no input";
            problem.expected = "spikes or states";
            problem.hint = "was a state traced as a constant? pass every state into forward() and return it";
            throw InputError(problem);
        }
    pair_as_given(p, given);
    pair_by_name(p);
    const std::vector<int> named = p.output_of;
    pair_by_position(p);
    pair_by_structure(p);
    std::vector<StatePair> pairs;
    for (std::size_t input = 0; input < p.output_of.size(); ++input) {
        if (p.output_of[input] == absent) continue;
        if (named[input] == absent) warn(p, input, report);
        const auto output = static_cast<std::size_t>(p.output_of[input]);
        pairs.push_back({static_cast<Variable>(input), output, graph.outputs[output]});
    }
    return pairs;
}

}  // namespace synfire::onnx
