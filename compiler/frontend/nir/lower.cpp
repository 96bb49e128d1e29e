// Each neuron becomes a population; each path to it a connection, with the neuron's gain in its last weights.
// An Output that reads more than the spikes or the membrane of one neuron becomes a population without
// memory.
#include "compiler/frontend/nir/lower.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/nir/chains.hpp"
#include "compiler/frontend/nir/cycles.hpp"
#include "compiler/frontend/nir/filters.hpp"
#include "compiler/frontend/nir/fold_neuron.hpp"
#include "compiler/frontend/nir/lava_integers.hpp"
#include "compiler/frontend/nir/paths.hpp"
#include "compiler/frontend/nir/reach.hpp"
#include "compiler/frontend/nir/shapes.hpp"

namespace synfire::nir {
namespace {

struct Lowering {
    const Graph& graph;
    const ReadOptions& options;
    Report& report;
    std::vector<NodeShape> shapes;
    Network network{};
    std::map<std::size_t, FoldedNeuron> folded{};      // by node
    std::map<std::size_t, std::size_t> inputs{};       // node -> input
    std::map<std::size_t, std::size_t> populations{};  // node -> population
    std::vector<std::size_t> nodes{};                  // by population
    std::set<std::string> connection_names{};

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
            throw InputError(about(
                graph, graph.nodes[reader], "",
                fmt::format("reads '{}' ({}) through another neuron without spikes", node.name, node.type),
                "one neuron without spikes between those that spike",
                "a potential can be filtered once more; write one CubaLI for two LI"));
        return {Presynaptic::Kind::population, p};
    }

    void connect(std::size_t p, ChainBuilder& builder) {
        const std::size_t n = nodes[p];
        const std::vector<Path> paths = paths_to(graph, n);
        take_over_filter(graph, n, paths, folded, network.populations[p], report);
        for (const Path& path : paths) {
            const Presynaptic source = source_of(path.source, n);
            for (Chain& chain : builder.chains_of(path, n, folded.at(n).gain)) {
                Connection c;
                c.source = source;
                c.target = p;
                c.delay = chain.delay;
                c.name = connection_name(chain.name.empty() ? graph.nodes[path.source].name + "." +
                                                                  network.populations[p].name
                                                            : chain.name);
                c.stages = std::move(chain.stages);
                network.connections.push_back(std::move(c));
            }
        }
    }

    void add_population(std::size_t n, FoldedNeuron neuron) {
        populations[n] = network.populations.size();
        nodes.push_back(n);
        network.populations.push_back(neuron.population);
        folded[n] = std::move(neuron);
    }

    void add_populations() {
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            const Node& node = graph.nodes[n];
            if (node.role == Role::input) {
                inputs[n] = network.inputs.size();
                network.inputs.push_back({node.name, shapes[n].leaving, SignalKind::spikes});
            }
            if (node.role != Role::neuron) continue;
            add_population(n, fold_neuron(graph, node, shapes[n].leaving, options, report));
        }
        if (network.populations.empty())
            throw InputError(about(graph, {}, "nodes", "holds no neurons",
                                   "at least one IF, LIF, CubaLIF or Threshold",
                                   "is this the file that you meant?"));
    }

    void add_outputs() {
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            const Node& node = graph.nodes[n];
            if (node.role != Role::output || node.from.empty()) continue;
            const std::size_t source = unchanged_source(graph, n);
            if (graph.nodes[source].role != Role::neuron) {
                FoldedNeuron sum;
                sum.population.name = node.name;
                sum.population.shape = shapes[n].leaving;
                add_population(n, std::move(sum));
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
    Lowering l{graph, options, report, infer_shapes(graph, report)};
    report.stop_on_errors();
    l.network.name = std::filesystem::path(graph.file).stem().string();
    l.add_populations();
    report.stop_on_errors();
    l.add_outputs();
    const Conventions conventions = conventions_of(options, graph.hints);
    if (conventions.dt != 1) l.network.dt = conventions.dt;  // sinabs counts in steps
    ChainBuilder builder(graph, l.shapes, l.folded, conventions.dt, report);
    for (std::size_t p = 0; p < l.network.populations.size(); ++p) l.connect(p, builder);
    l.shorten_names();
    const std::vector<std::size_t> delayed = delay_cycles(l.network, graph.file, report);
    if (conventions.recurrent_bias_waits) hold_back_biases(l.network, delayed, graph.file, report);
    if (conventions.lava_integers) to_lava_integers(l.network, graph.file, report);
    return std::move(l.network);
}

}  // namespace synfire::nir
