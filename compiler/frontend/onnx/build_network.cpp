// Populations, connections and outputs. Gains between a layer and its neuron are folded into the layer here.
#include "compiler/frontend/onnx/build_network.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "compiler/frontend/onnx/stage_chain.hpp"
#include "compiler/network/per_neuron.hpp"

namespace synfire::onnx {
namespace {

struct Builder {
    const Graph& graph;
    const Symbols& symbols;
    const std::vector<StatePair>& pairs;
    const std::vector<Neuron>& neurons;
    Network network;
    std::map<Variable, Presynaptic> sources;
    std::map<Variable, PerNeuron> delayed;  // of those, the spikes of the step before, and their factor
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
        for (const ScaledSpike& previous : b.neurons[i].previous) {
            b.sources[previous.variable] = {Presynaptic::Kind::population, i};
            b.delayed[previous.variable] = previous.factor;
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
    const auto delayed = b.delayed.find(source);
    if (delayed != b.delayed.end()) scale_inputs(stages, delayed->second);
    // A factor alone is a synapse from each neuron to one other.
    if (stages.size() == 1)
        if (const auto* scale = std::get_if<Scale>(&stages[0]); scale != nullptr && scale->offset.empty())
            stages[0] = one_to_one(scale->factor, symbol(b, source).count);
    b.network.connections.push_back(
        {unique_name(b, name), found->second, target, delayed != b.delayed.end() ? 1 : 0, std::move(stages)});
}

// What a layer adds in every step: to the bias of its last stage, to the neuron's, or as a stage of its own
// where that neuron filters its input.
void add_offset(Builder& b, std::size_t target, const PerNeuron& offset, std::vector<Stage>& stages) {
    Population& population = b.network.populations[target];
    if (add_bias(stages, offset, neurons(population))) return;
    if (b.neurons[target].current) {
        stages.emplace_back(Scale{{1.0}, offset});
        return;
    }
    population.bias = combine(population.bias, offset, [](double x, double y) { return x + y; });
}

void connect_neuron(Builder& b, std::size_t target) {
    const std::size_t count = neurons(b.network.populations[target]);
    for (const NeuronSource& source : b.neurons[target].sources) {
        const Symbol& from = symbol(b, source.variable);
        const int node = producer(b.graph, from.value);
        const std::string name =
            printable(node == absent ? value(b, source.variable).name
                                     : b.graph.nodes[static_cast<std::size_t>(node)].name);
        std::vector<Path> paths{Path{source.variable, {}}};
        if (from.kind == Symbol::Kind::drive) paths = from.drive.paths;
        const bool first = &source == &b.neurons[target].sources.front();
        for (Path& path : paths) {
            scale_outputs(path.stages, source.gain, count);
            if (from.kind == Symbol::Kind::drive && &path == &paths.front())
                add_offset(b, target, multiply(from.drive.offset, source.gain), path.stages);
            if (b.neurons[target].current && first && &path == &paths.front())
                add_offset(b, target, b.neurons[target].current->offset, path.stages);
            connect(b, path.source, target, name, std::move(path.stages));
        }
    }
}

// Spikes, perhaps scaled, or the potential of a neuron as it is carried on.
std::optional<std::size_t> population_of_output(const Builder& b, int output, Report& report) {
    const Polynomial& p = *b.symbols.values[static_cast<std::size_t>(output)];
    const std::optional<ScaledSpike> spikes = scaled_spike(b.symbols, p);
    for (std::size_t i = 0; i < b.neurons.size(); ++i) {
        const Neuron& neuron = b.neurons[i];
        if (spikes && std::count(neuron.spikes.begin(), neuron.spikes.end(), spikes->variable) > 0) {
            if (!all_equal_to(spikes->factor, 1.0)) {
                Diagnostic d = at_value(b.graph, output, "output");
                d.reason = "spikes are multiplied by " + fmt::format("{}", spikes->factor[0]) +
                           " (graded_spikes_factor): recorded here as spikes, the factor is in the weights";
                report.note(d);
            }
            return i;
        }
        if (p == *b.symbols.values[static_cast<std::size_t>(neuron.next)]) return i;
    }
    return std::nullopt;
}

void set_outputs(Builder& b, Report& report) {
    for (std::size_t i = 0; i < b.graph.outputs.size(); ++i) {
        if (std::any_of(b.pairs.begin(), b.pairs.end(),
                        [i](const StatePair& pair) { return pair.output == i; }))
            continue;
        const int output = b.graph.outputs[i];
        const std::optional<std::size_t> population = population_of_output(b, output, report);
        if (!population) {
            Diagnostic problem = at_value(b.graph, output, "output");
            problem.reason = "neither the spikes of a recognised neuron nor its next potential";
            problem.expected = "spikes of one neuron layer, and one output per state";
            problem.hint = "return the spikes themselves, without decoding them in the graph";
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
    set_outputs(b, report);
    warn_unread_inputs(b, report);
    return b.network;
}

}  // namespace synfire::onnx
