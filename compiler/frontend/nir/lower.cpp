// Each neuron becomes a population; each path to it a connection, with the neuron's gain in its last matrix.
// An Output that reads more than the spikes or the membrane of one neuron becomes a population without
// memory.
#include "compiler/frontend/nir/lower.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/nir/cycles.hpp"
#include "compiler/frontend/nir/fold_neuron.hpp"
#include "compiler/frontend/nir/paths.hpp"
#include "compiler/frontend/nir/reach.hpp"
#include "compiler/frontend/nir/shapes.hpp"

namespace synfire::nir {
namespace {

constexpr std::size_t most_weights = std::size_t{1} << 27;  // of all connections: 1 GiB

void scale_rows(Dense& dense, const PerNeuron& scale) {
    for (std::size_t o = 0; o < dense.outputs; ++o) {
        for (std::size_t i = 0; i < dense.inputs; ++i) dense.weight[o * dense.inputs + i] *= at(scale, o);
        if (!dense.bias.empty()) dense.bias[o] *= at(scale, o);
    }
}

PerNeuron multiply(const PerNeuron& a, const PerNeuron& b) {
    PerNeuron out(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = at(a, i) * at(b, i);
    return out;
}

// The linear maps of a path. Before the first matrix an element-wise scale waits for its columns.
struct Chain {
    PerNeuron scale{1.0};
    int delay = 0;
    std::string name;  // of the last matrix
    std::vector<Stage> stages;

    void multiply_by(const PerNeuron& factor) {
        if (stages.empty())
            scale = multiply(scale, factor);
        else
            scale_rows(std::get<Dense>(stages.back()), factor);
    }

    bool has_bias() const {
        return std::any_of(stages.begin(), stages.end(), [](const Stage& stage) {
            const std::vector<double>& bias = std::get<Dense>(stage).bias;
            return std::any_of(bias.begin(), bias.end(), [](double b) { return b != 0; });
        });
    }
};

struct Lowering {
    const Graph& graph;
    const ReadOptions& options;
    Report& report;
    std::vector<Shape> shapes;
    Network network;
    std::map<std::size_t, std::size_t> inputs;       // node -> input
    std::map<std::size_t, std::size_t> populations;  // node -> population
    std::vector<PerNeuron> gains;                    // by population
    std::vector<std::size_t> nodes;                  // by population
    std::set<std::string> connection_names;
    std::size_t weights = 0;

    [[noreturn]] void refuse(std::size_t n, const char* field, const std::string& reason,
                             const std::string& expected, const std::string& hint) const {
        throw InputError(about(graph, graph.nodes[n], field, reason, expected, hint));
    }

    const std::vector<double>& values(std::size_t n, const char* field) const {
        return graph.nodes[n].fields->data.at(field).numbers;
    }

    void take(std::size_t n, std::size_t count) {
        if (count > most_weights - weights)
            refuse(n, "", "makes the network's weights too many to hold",
                   fmt::format("at most {}", most_weights), "is this the file that you meant?");
        weights += count;
    }

    void add_matrix(Chain& chain, const Path::Step& step) {
        const std::vector<double>& weight = values(step.node, "weight");
        take(step.node, weight.size());
        Dense d;
        d.outputs = *element_count(shapes[step.node]);
        d.inputs = weight.size() / d.outputs;
        d.weight = weight;
        for (std::size_t k = 0; k < weight.size(); ++k) d.weight[k] *= at(chain.scale, k % d.inputs);
        chain.scale = {1.0};
        if (graph.nodes[step.node].type == "Affine" && step.bias) {
            d.bias = values(step.node, "bias");
            if (d.bias.size() == 1) d.bias.assign(d.outputs, d.bias.front());
        }
        chain.name = graph.nodes[step.node].name;
        chain.stages.emplace_back(std::move(d));
    }

    void add_delay(Chain& chain, std::size_t n) const {
        const std::vector<double>& delay = values(n, "delay");
        const double steps = delay.front() / step_of(options), whole = std::round(steps);
        if (!std::all_of(delay.begin(), delay.end(), [&](double d) { return d == delay.front(); }))
            refuse(
                n, "delay", fmt::format("differs per value: {} s", shown(delay)), "one delay for all values",
                "delays per neuron are not supported yet by this version: use one Delay per value of delay");
        if (!(steps > -0.5 && whole <= max_delay))
            refuse(n, "delay",
                   fmt::format("value {} s is {} steps of dt = {} s", delay.front(), whole, step_of(options)),
                   fmt::format("0..{} steps", max_delay), "check the unit (s), or give another --dt");
        if (std::abs(steps - whole) > 1e-3)
            refuse(n, "delay",
                   fmt::format("value {} s is {} steps of dt = {} s", delay.front(), steps, step_of(options)),
                   "a whole number of steps", "give a --dt that divides the delay");
        if (chain.has_bias())
            refuse(n, "", "delays a bias, which this version can only add from the first step on", "",
                   "put the Delay before the Affine node");
        chain.delay += static_cast<int>(whole);
        report.note(about(graph, graph.nodes[n], "delay",
                          fmt::format("folded into the connection: {} steps", static_cast<int>(whole)), "",
                          ""));
    }

    Chain chain_of(const Path& path) {
        Chain chain;
        for (const Path::Step& step : path.steps) {
            const std::string& type = graph.nodes[step.node].type;
            if (type == "Affine" || type == "Linear") add_matrix(chain, step);
            if (type == "Delay") add_delay(chain, step.node);
            if (type == "Scale") {
                chain.multiply_by(values(step.node, "scale"));
                report.note(about(graph, graph.nodes[step.node], "scale",
                                  "folded into the weights: " + shown(values(step.node, "scale")), "", ""));
            }
        }
        return chain;
    }

    // A connection has at least one matrix: the diagonal one where the path holds none.
    void materialise(Chain& chain, std::size_t n, std::size_t width) {
        if (!chain.stages.empty()) return;
        take(n, width > most_weights / width ? most_weights + 1 : width * width);
        Dense diagonal{width, width, std::vector<double>(width * width, 0.0), {}};
        for (std::size_t i = 0; i < width; ++i) diagonal.weight[i * width + i] = at(chain.scale, i);
        chain.stages.emplace_back(std::move(diagonal));
    }

    std::string connection_name(const std::string& wanted) {
        std::string name = wanted;
        for (int k = 2; !connection_names.insert(name).second; ++k) name = fmt::format("{}.{}", wanted, k);
        return name;
    }

    Presynaptic source_of(std::size_t n, std::size_t reader) const {
        const Node& node = graph.nodes[n];
        if (node.role == Role::input) return {Presynaptic::Kind::input, inputs.at(n)};
        const std::size_t p = populations.at(n);
        if (!network.populations[p].spiking)
            refuse(reader, "", fmt::format("reads '{}' ({}), which has no spikes", node.name, node.type),
                   "neurons that spike",
                   "a membrane potential can only be an output: connect it to an Output");
        return {Presynaptic::Kind::population, p};
    }

    void connect(std::size_t p) {
        const std::size_t n = nodes[p];
        for (const Path& path : paths_to(graph, n)) {
            Connection c;
            c.source = source_of(path.source, n);
            c.target = p;
            Chain chain = chain_of(path);
            chain.multiply_by(gains[p]);
            materialise(chain, n, neurons(network.populations[p]));
            if (chain.delay > max_delay)
                refuse(n, "", fmt::format("a path to it delays by {} steps", chain.delay),
                       fmt::format("0..{} steps", max_delay), "give a larger --dt");
            c.delay = chain.delay;
            c.name = connection_name(chain.name.empty()
                                         ? graph.nodes[path.source].name + "." + network.populations[p].name
                                         : chain.name);
            c.stages = std::move(chain.stages);
            network.connections.push_back(std::move(c));
        }
    }

    void add_population(std::size_t n, Population population, PerNeuron gain) {
        populations[n] = network.populations.size();
        nodes.push_back(n);
        gains.push_back(std::move(gain));
        network.populations.push_back(std::move(population));
    }

    void add_populations() {
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            const Node& node = graph.nodes[n];
            if (node.role == Role::input) {
                inputs[n] = network.inputs.size();
                network.inputs.push_back({node.name, shapes[n], SignalKind::spikes});
            }
            if (node.role != Role::neuron) continue;
            FoldedNeuron folded = fold_neuron(graph, node, shapes[n], options, report);
            add_population(n, std::move(folded.population), std::move(folded.gain));
        }
        if (network.populations.empty())
            throw InputError(about(graph, {}, "nodes", "holds no neurons", "at least one IF, LIF or CubaLIF",
                                   "is this the file that you meant?"));
    }

    void add_outputs() {
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            const Node& node = graph.nodes[n];
            if (node.role != Role::output || node.from.empty()) continue;
            const std::size_t source = unchanged_source(graph, n);
            if (graph.nodes[source].role != Role::neuron) {
                Population sum;
                sum.name = node.name;
                sum.shape = shapes[n];
                add_population(n, sum, {1.0});
                report.note(about(graph, node, "",
                                  "reads weighted values: a population without memory holds them as v", "",
                                  ""));
            }
            const std::size_t p = populations.at(graph.nodes[source].role == Role::neuron ? source : n);
            if (std::find(network.outputs.begin(), network.outputs.end(), p) == network.outputs.end())
                network.outputs.push_back(p);
        }
    }

    // snnTorch writes a recurrent layer NAME as nodes NAME.lif and NAME.w_rec, and nested graphs are
    // flattened to such names: the layer's only population gets the layer's name.
    void shorten_names() {
        std::map<std::string, int> layers;
        const auto layer_of = [](const std::string& name) { return name.substr(0, name.rfind('.')); };
        for (const Population& p : network.populations) ++layers[layer_of(p.name)];
        for (const Input& i : network.inputs) ++layers[i.name];
        for (const Node& node : graph.nodes) layers[node.name] += 2;
        for (std::size_t p = 0; p < network.populations.size(); ++p) {
            std::string& name = network.populations[p].name;
            const std::string layer = layer_of(name);
            if (layer == name || layer.empty() || layers[layer] != 1) continue;
            report.note(about(graph, graph.nodes[nodes[p]], "",
                              fmt::format("is the only population of layer '{}' and gets its name", layer),
                              "", ""));
            name = layer;
        }
    }
};

}  // namespace

Network lower(const Graph& graph, const ReadOptions& options, Report& report) {
    refuse_stateless_cycles(graph, report);
    check_reach(graph, report);
    report.stop_on_errors();
    Lowering l{graph, options, report, infer_shapes(graph, report), {}, {}, {}, {}, {}, {}};
    report.stop_on_errors();
    l.network.name = std::filesystem::path(graph.file).stem().string();
    l.add_populations();
    report.stop_on_errors();
    l.add_outputs();
    for (std::size_t p = 0; p < l.network.populations.size(); ++p) l.connect(p);
    l.shorten_names();
    delay_cycles(l.network, graph.file, report);
    return std::move(l.network);
}

}  // namespace synfire::nir
