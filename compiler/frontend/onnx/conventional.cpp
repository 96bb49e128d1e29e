// Every rectified variable becomes a population, its argument the population's connections.
#include "compiler/frontend/onnx/conventional.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "compiler/frontend/onnx/operators.hpp"
#include "compiler/frontend/onnx/stage_chain.hpp"
#include "compiler/network/per_neuron.hpp"
#include "compiler/network/rectified.hpp"

namespace synfire::onnx {
namespace {

constexpr double tolerance = 1e-9;  // relative

bool is_any(const Node& node, std::initializer_list<std::string_view> operators) {
    return node.domain.empty() && std::find(operators.begin(), operators.end(), node.op) != operators.end();
}

struct Builder {
    const Graph& graph;
    const Symbols& symbols;
    Network network;
    std::map<Variable, Presynaptic> sources;
    std::map<std::string, int> names;
};

const Symbol& symbol(const Builder& b, Variable v) {
    return b.symbols.symbols[static_cast<std::size_t>(v)];
}

Shape without_batch(const Shape& shape) {
    return shape.size() < 2 ? shape : Shape(shape.begin() + 1, shape.end());
}

// The shape that the file gives the variable, or a line where it never stands alone.
Shape shape_of(const Builder& b, Variable v) {
    for (std::size_t i = 0; i < b.graph.values.size(); ++i)
        if (b.symbols.values[i] && single_variable(*b.symbols.values[i]) == v &&
            element_count(b.graph.values[i].shape) == symbol(b, v).count)
            return without_batch(b.graph.values[i].shape);
    return {symbol(b, v).count};
}

std::string name_of(Builder& b, const Symbol& from) {
    const Value& value = b.graph.values[static_cast<std::size_t>(from.value == absent ? 0 : from.value)];
    const bool computed = from.value != absent && value.producer != absent;
    const std::string wanted =
        computed ? printable(b.graph.nodes[static_cast<std::size_t>(value.producer)].name) : "identity";
    const int copy = ++b.names[wanted];
    return copy == 1 ? wanted : wanted + "." + std::to_string(copy);
}

[[noreturn]] void refuse(const Builder& b, const std::string& reason) {
    throw InputError({Severity::error, b.graph.file, "", "graph", reason,
                      "a conventional network: layers that are linear, with ReLUs between them",
                      "export the network in eval mode, with ReLU activations and mean or max pooling"});
}

void connect(Builder& b, std::size_t target, const Polynomial& p) {
    if (!is_affine(p)) refuse(b, "a ReLU reads a product of signals");
    const std::size_t count = neurons(b.network.populations[target]);
    b.network.populations[target].bias = compressed(constant_term(p));
    for (const auto& [monomial, gain] : without_constant(p).terms) {
        const Symbol& from = symbol(b, monomial[0]);
        std::vector<Path> paths{Path{monomial[0], {}}};
        PerNeuron offset{0.0};
        if (from.kind == Symbol::Kind::drive) {
            paths = from.drive.paths;
            offset = multiply(from.drive.offset, gain);
        }
        for (Path& path : paths) {
            scale_outputs(path.stages, gain, count);
            const auto source = b.sources.find(path.source);
            if (source == b.sources.end()) refuse(b, "a layer reads something else than an input or a ReLU");
            b.network.connections.push_back(
                {name_of(b, from), source->second, target, 0, std::move(path.stages)});
        }
        Population& population = b.network.populations[target];
        population.bias = compressed(plus(population.bias, offset));
    }
}

std::size_t add_population(Builder& b, const Shape& shape, const Polynomial& argument) {
    Population population;
    population.name = "layer" + std::to_string(b.network.populations.size() + 1);
    population.shape = shape;
    b.network.populations.push_back(std::move(population));
    connect(b, b.network.populations.size() - 1, argument);
    return b.network.populations.size() - 1;
}

void add_inputs(Builder& b) {
    for (const int input : b.graph.inputs) {
        const auto v = static_cast<Variable>(b.network.inputs.size());
        b.sources[v] = {Presynaptic::Kind::input, b.network.inputs.size()};
        const Value& value = b.graph.values[static_cast<std::size_t>(input)];
        Input added;
        added.name = printable(value.name);
        added.shape = without_batch(value.shape);
        added.kind = SignalKind::real;
        b.network.inputs.push_back(std::move(added));
    }
}

// The rectified variables that the polynomial depends on, directly or through others.
void need(const Builder& b, const Polynomial& p, std::vector<bool>& needed) {
    std::vector<Variable> open;
    const auto push = [&](const Polynomial& q) {
        for (const Variable v : variables(q)) open.push_back(v);
    };
    push(p);
    while (!open.empty()) {
        const Variable v = open.back();
        open.pop_back();
        if (needed[static_cast<std::size_t>(v)]) continue;
        needed[static_cast<std::size_t>(v)] = true;
        if (symbol(b, v).kind == Symbol::Kind::bounded) push(symbol(b, v).bounded.argument);
        for (const Path& path : symbol(b, v).drive.paths) open.push_back(path.source);
    }
}

void check(const Builder& b) {
    for (int sample = 0; sample < 4; ++sample) {
        std::map<int, Tensor> given;
        std::vector<std::vector<double>> inputs;
        for (const int input : b.graph.inputs) {
            Tensor x = zeros(b.graph.values[static_cast<std::size_t>(input)].shape);
            std::uint64_t state = static_cast<std::uint64_t>(sample + 1) * 0x9E3779B97F4A7C15u;
            for (double& value : x.values) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                value = (static_cast<double>(state >> 11) * 0x1p-53 - 0.25) * (1 + 2 * sample);
            }
            inputs.push_back(x.values);
            given.insert_or_assign(input, std::move(x));
        }
        const std::vector<TensorPtr> graph = evaluate(b.graph, given, b.graph.outputs);
        const std::vector<std::vector<double>> own = evaluate_rectified(b.network, inputs);
        for (std::size_t k = 0; k < b.graph.outputs.size(); ++k) {
            const std::vector<double>& wanted = graph[static_cast<std::size_t>(b.graph.outputs[k])]->values;
            const std::vector<double>& values = own[b.network.outputs[k]];
            for (std::size_t i = 0; i < wanted.size(); ++i)
                if (values.size() != wanted.size() ||
                    !(std::fabs(values[i] - wanted[i]) <= tolerance * (1 + std::fabs(wanted[i]))))
                    refuse(b, "what was read gives other values than the file");
        }
    }
}

void note(const Builder& b, Report& report) {
    Diagnostic d;
    d.file = b.graph.file;
    d.reason =
        "a conventional network of ReLUs, not a spiking one: its rates are converted from calibration data";
    report.note(d);
}

}  // namespace

bool is_conventional(const Graph& graph) {
    bool rectifies = false;
    for (const Node& node : graph.nodes) {
        if (is_any(node, {"Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Sign", "Floor",
                          "Ceil", "Round", "Loop", "Scan", "If", "ScatterND"}) ||
            !node.domain.empty())
            return false;
        rectifies = rectifies || is_any(node, {"Relu", "Clip", "Max"});
    }
    return rectifies && graph.inputs.size() == 1;
}

void drop_decision(Graph& graph, Report& report) {
    for (int& output : graph.outputs) {
        const int producer = graph.values[static_cast<std::size_t>(output)].producer;
        if (producer == absent) continue;
        const Node& node = graph.nodes[static_cast<std::size_t>(producer)];
        if (!is_any(node, {"Softmax", "LogSoftmax", "Sigmoid", "ArgMax"}) || node.inputs.empty() ||
            node.inputs[0] == absent)
            continue;
        Diagnostic d = at_node(graph, node);
        d.reason = "left out: the class with the greatest value is the same before it";
        report.note(d);
        output = node.inputs[0];
    }
    // Nodes that no output needs any more are not read.
    std::vector<bool> needed(graph.values.size(), false);
    for (const int output : graph.outputs) needed[static_cast<std::size_t>(output)] = true;
    std::vector<Node> kept;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        if (std::none_of(node->outputs.begin(), node->outputs.end(), [&](int output) {
                return output != absent && needed[static_cast<std::size_t>(output)];
            }))
            continue;
        for (const int input : node->inputs)
            if (input != absent) needed[static_cast<std::size_t>(input)] = true;
        kept.push_back(std::move(*node));
    }
    graph.nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        for (const int output : graph.nodes[i].outputs)
            if (output != absent)
                graph.values[static_cast<std::size_t>(output)].producer = static_cast<int>(i);
}

Network build_conventional(const Graph& graph, const Symbols& symbols, Report& report) {
    Builder b{graph, symbols, {}, {}, {}};
    b.network.name = graph.name;
    add_inputs(b);
    std::vector<bool> needed(symbols.symbols.size(), false);
    for (const int output : graph.outputs) {
        if (!symbols.values[static_cast<std::size_t>(output)]) refuse(b, "an output is a constant");
        need(b, *symbols.values[static_cast<std::size_t>(output)], needed);
    }
    for (std::size_t i = 0; i < symbols.symbols.size(); ++i) {
        const auto v = static_cast<Variable>(i);
        if (symbol(b, v).kind != Symbol::Kind::bounded || !needed[i]) continue;
        const std::size_t p = add_population(b, shape_of(b, v), symbol(b, v).bounded.argument);
        b.network.populations[p].rectifier = Rectifier{symbol(b, v).bounded.most};
        b.sources[v] = {Presynaptic::Kind::population, p};
    }
    for (const int output : graph.outputs) {
        const Polynomial& p = *symbols.values[static_cast<std::size_t>(output)];
        const std::optional<Variable> single = single_variable(p);
        if (single && symbol(b, *single).kind == Symbol::Kind::bounded)
            b.network.outputs.push_back(b.sources.at(*single).index);
        else
            b.network.outputs.push_back(
                add_population(b, without_batch(graph.values[static_cast<std::size_t>(output)].shape), p));
    }
    if (!has_rectifiers(b.network)) refuse(b, "no ReLU leads to an output");
    check(b);
    note(b, report);
    return b.network;
}

}  // namespace synfire::onnx
