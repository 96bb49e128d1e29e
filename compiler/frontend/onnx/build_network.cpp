// Populations, connections and outputs. Gains between a layer and its neuron are folded into the layer here.
#include "compiler/frontend/onnx/build_network.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "compiler/frontend/onnx/linear_map.hpp"

namespace synfire::onnx {
namespace {

constexpr std::size_t max_one_to_one = 2048;  // neurons; the diagonal is stored as a dense matrix

struct Builder {
    const Graph& graph;
    const Symbols& symbols;
    const std::vector<StatePair>& pairs;
    const std::vector<Neuron>& neurons;
    Network network;
    std::map<Variable, Presynaptic> sources;
    std::set<Variable> delayed;  // of those, the spikes of the step before
    std::set<std::string> names;
};

const Symbol& symbol(const Builder& b, Variable v) {
    return b.symbols.symbols[static_cast<std::size_t>(v)];
}

const Value& value(const Builder& b, Variable v) {
    return b.graph.values[static_cast<std::size_t>(symbol(b, v).value)];
}

int producer(const Graph& graph, int value) {
    return graph.values[static_cast<std::size_t>(value)].producer;
}

bool is_state(const Builder& b, Variable v) {
    return std::any_of(b.pairs.begin(), b.pairs.end(),
                       [v](const StatePair& pair) { return pair.state == v; });
}

void add_inputs(Builder& b) {
    for (std::size_t i = 0; i < b.graph.inputs.size(); ++i) {
        const auto v = static_cast<Variable>(i);
        if (is_state(b, v)) continue;
        Shape shape = value(b, v).shape;
        if (shape.size() > 1) shape.erase(shape.begin());
        b.sources[v] = {Presynaptic::Kind::input, b.network.inputs.size()};
        b.network.inputs.push_back({printable(value(b, v).name), std::move(shape), SignalKind::spikes});
    }
}

void add_populations(Builder& b) {
    for (std::size_t i = 0; i < b.neurons.size(); ++i) {
        b.network.populations.push_back(b.neurons[i].population);
        for (const Variable v : b.neurons[i].spikes) b.sources[v] = {Presynaptic::Kind::population, i};
        for (const Variable v : b.neurons[i].previous) {
            b.sources[v] = {Presynaptic::Kind::population, i};
            b.delayed.insert(v);
        }
    }
}

[[noreturn]] void refuse_source(const Builder& b, Variable v) {
    Diagnostic problem = at_value(b.graph, symbol(b, v).value, is_state(b, v) ? "state" : "comparison");
    if (producer(b.graph, symbol(b, v).value) != absent)
        problem =
            at_node(b.graph, b.graph.nodes[static_cast<std::size_t>(producer(b.graph, symbol(b, v).value))]);
    problem.reason = is_state(b, v)
                         ? "a layer reads this potential itself"
                         : "a layer reads the spikes of no recognised neuron (was its state traced as a "
                           "constant?)";
    problem.expected = "layers that read inputs or spikes of neurons whose potential is a state";
    problem.hint = "pass every state into forward() and return it: forward(x, v) -> (spk, v_next)";
    throw InputError(problem);
}

std::string unique_name(Builder& b, const std::string& wanted) {
    std::string name = wanted;
    for (int copy = 2; !b.names.insert(name).second; ++copy) name = wanted + "." + std::to_string(copy);
    return name;
}

void connect(Builder& b, Variable source, std::size_t target, const std::string& name,
             std::vector<Stage> stages) {
    const auto found = b.sources.find(source);
    if (found == b.sources.end()) refuse_source(b, source);
    b.network.connections.push_back({unique_name(b, name), found->second, target,
                                     b.delayed.count(source) != 0 ? 1 : 0, std::move(stages)});
}

Dense diagonal(const Builder& b, Variable source, std::size_t count, const PerNeuron& gain) {
    if (count > max_one_to_one) {
        Diagnostic problem = at_value(b.graph, symbol(b, source).value, "one-to-one synapses");
        problem.reason = std::to_string(count) + " neurons are driven one to one";
        problem.expected = "at most " + std::to_string(max_one_to_one);
        problem.hint = "put a layer (Linear) between them";
        throw InputError(problem);
    }
    Dense dense{count, count, std::vector<double>(count * count, 0.0), {}};
    for (std::size_t i = 0; i < count; ++i) dense.weight[i * count + i] = at(gain, i);
    return dense;
}

void connect_neuron(Builder& b, std::size_t target) {
    for (const NeuronSource& source : b.neurons[target].sources) {
        const Symbol& from = symbol(b, source.variable);
        const int node = producer(b.graph, from.value);
        const std::string name =
            printable(node == absent ? value(b, source.variable).name
                                     : b.graph.nodes[static_cast<std::size_t>(node)].name);
        if (from.kind != Symbol::Kind::drive) {
            connect(b, source.variable, target, name,
                    {diagonal(b, source.variable, from.count, source.gain)});
            continue;
        }
        for (const Path& path : from.drive.paths) {
            std::vector<Stage> stages = path.stages;
            stages.back() = with_scaled_outputs(std::get<Dense>(std::move(stages.back())), source.gain);
            connect(b, path.source, target, name, std::move(stages));
        }
    }
}

// Spikes, or the potential of a neuron as it is carried on.
std::optional<std::size_t> population_of_output(const Builder& b, int output) {
    const Polynomial& p = *b.symbols.values[static_cast<std::size_t>(output)];
    const std::optional<Variable> single = single_variable(p);
    for (std::size_t i = 0; i < b.neurons.size(); ++i) {
        const Neuron& neuron = b.neurons[i];
        if (single && std::count(neuron.spikes.begin(), neuron.spikes.end(), *single) > 0) return i;
        if (p == *b.symbols.values[static_cast<std::size_t>(neuron.next)]) return i;
    }
    return std::nullopt;
}

void set_outputs(Builder& b) {
    for (std::size_t i = 0; i < b.graph.outputs.size(); ++i) {
        if (std::any_of(b.pairs.begin(), b.pairs.end(),
                        [i](const StatePair& pair) { return pair.output == i; }))
            continue;
        const int output = b.graph.outputs[i];
        const std::optional<std::size_t> population = population_of_output(b, output);
        if (!population) {
            Diagnostic problem = at_value(b.graph, output, "output");
            problem.reason =
                "neither the spikes of a recognised neuron (0 or 1, once per step) nor its next potential";
            problem.expected = "spikes, unscaled, and one output per state";
            problem.hint = "return the spikes themselves: graded_spikes_factor 1, no decoding in the graph";
            throw InputError(problem);
        }
        if (std::count(b.network.outputs.begin(), b.network.outputs.end(), *population) == 0)
            b.network.outputs.push_back(*population);
    }
    if (b.network.outputs.empty()) b.network.outputs.push_back(b.neurons.size() - 1);
}

void warn_unread_inputs(const Builder& b, Report& report) {
    for (const auto& entry : b.sources) {
        const Presynaptic& source = entry.second;
        if (source.kind != Presynaptic::Kind::input) continue;
        const bool read = std::any_of(b.network.connections.begin(), b.network.connections.end(),
                                      [&](const Connection& c) { return c.source == source; });
        if (read) continue;
        Diagnostic d = at_value(b.graph, symbol(b, entry.first).value, "input");
        d.reason = "no neuron reads this input";
        d.hint = "remove it from forward()";
        report.warning(d);
    }
}

}  // namespace

std::vector<Neuron> in_order(const Graph& graph, const Symbols& symbols, std::vector<Neuron> neurons) {
    const auto position = [&](const Neuron& neuron) {
        const int value = neuron.spikes.empty()
                              ? neuron.next
                              : symbols.symbols[static_cast<std::size_t>(neuron.spikes.front())].value;
        return producer(graph, value);
    };
    std::stable_sort(neurons.begin(), neurons.end(),
                     [&](const Neuron& a, const Neuron& b) { return position(a) < position(b); });
    for (std::size_t i = 0; i < neurons.size(); ++i)
        neurons[i].population.name = "layer" + std::to_string(i + 1);
    return neurons;
}

Network build_network(const Graph& graph, const Symbols& symbols, const std::vector<StatePair>& pairs,
                      const std::vector<Neuron>& neurons, Report& report) {
    Builder b{graph, symbols, pairs, neurons, {}, {}, {}, {}};
    b.network.name = graph.name;
    add_inputs(b);
    add_populations(b);
    for (std::size_t i = 0; i < neurons.size(); ++i) connect_neuron(b, i);
    set_outputs(b);
    warn_unread_inputs(b, report);
    return b.network;
}

}  // namespace synfire::onnx
