// The front end from bytes to Network, in the order of its stages.
#include "compiler/frontend/onnx/onnx_frontend.hpp"

#include <utility>
#include <vector>

#include "compiler/frontend/onnx/build_network.hpp"
#include "compiler/frontend/onnx/conventional.hpp"
#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/frontend/onnx/match_neuron.hpp"
#include "compiler/frontend/onnx/numeric_check.hpp"
#include "compiler/frontend/onnx/states.hpp"
#include "compiler/frontend/onnx/symbolic.hpp"

namespace synfire::onnx {
namespace {

[[noreturn]] void refuse(const Graph& graph, const std::string& reason, const std::string& hint) {
    throw InputError(
        {Severity::error, graph.file, "", "graph", reason,
         "at least one neuron: an input v, an output v_next, and spikes where v exceeds a threshold", hint});
}

// A graph without states or without spikes is none of ours; say which kind it seems to be.
void require_neurons(const Graph& graph, const Symbols& symbols, const std::vector<StatePair>& pairs) {
    if (symbols.steps.empty() && symbols.counts.empty())
        refuse(graph, "no threshold comparison: not a spiking network",
               "export the spiking model, with its neurons in the graph");
    if (pairs.empty())
        refuse(graph,
               "there are spikes but no states: the hidden state was traced as a constant, so that the file "
               "holds only the "
               "first time step",
               "set init_hidden=False and pass the states: forward(x, v) -> (spk, v_next)");
}

[[noreturn]] void refuse_initial(const Graph& graph, int state, const std::string& reason) {
    Diagnostic problem = at_value(graph, state, "state");
    problem.reason = reason;
    problem.expected = "a potential or current below the threshold, or zero";
    problem.hint = "start the neurons from 0 or from v_reset";
    throw InputError(problem);
}

// The values that a file over time starts its states with.
void set_initial_states(const Graph& graph, const Symbols& symbols, const std::vector<Neuron>& neurons,
                        Network& network) {
    for (const auto& [state, tensor] : graph.initial) {
        bool known = false;
        for (std::size_t i = 0; i < neurons.size(); ++i) {
            const auto value = [&](Variable v) { return symbols.symbols[static_cast<std::size_t>(v)].value; };
            Population& population = network.populations[i];
            if (value(neurons[i].state) == state) {
                population.initial_v = compressed(tensor->values);
                known = true;
                for (std::size_t k = 0; population.spiking && k < tensor->values.size(); ++k)
                    if (tensor->values[k] >= at(population.spiking->threshold, k))
                        refuse_initial(graph, state, "it starts at or above its threshold");
            } else if (neurons[i].current && value(neurons[i].current->state) == state) {
                population.initial_i = compressed(times(tensor->values, neurons[i].current->gain));
                known = true;
            }
        }
        if (!known)
            refuse_initial(graph, state, "it starts from something else than zero, and is no potential");
    }
}

void note(const Graph& graph, const Neuron& neuron, Report& report) {
    Diagnostic d;
    d.file = graph.file;
    d.node = "'" + neuron.population.name + "'";
    d.reason = "recognised: " + neuron.form;
    report.note(d);
}

}  // namespace

Network read_onnx(const Source& source, const ReadOptions& options, Report& report) {
    const Graph graph = fold(parse(source, report));
    const Symbols symbols = expand(graph);
    if (symbols.conventional) return build_conventional(graph, symbols, report);
    const std::vector<StatePair> pairs = pair_states(graph, symbols, options.states, report);
    require_neurons(graph, symbols, pairs);
    const std::vector<Neuron> neurons = in_order(graph, symbols, match_neurons(graph, symbols, pairs));
    Network network = build_network(graph, symbols, pairs, neurons, report);
    check_numerically(graph, symbols, pairs, neurons, network);
    set_initial_states(graph, symbols, neurons, network);
    for (const Neuron& neuron : neurons) note(graph, neuron, report);
    return network;
}

}  // namespace synfire::onnx
