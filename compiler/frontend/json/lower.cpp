// Walks the layers in topological order. Linear layers extend a Flow; a neuron layer ends it: it becomes a
// population, and each path of the flow a connection with the neuron's gain in its last matrix. In networks
// of ReLUs each relu layer takes that place, and a linear layer that no other reads is an output.
#include "compiler/frontend/json/lower.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/json/flow.hpp"
#include "compiler/frontend/json/fold_neuron.hpp"
#include "compiler/frontend/json/layers.hpp"
#include "compiler/frontend/json/linear_layers.hpp"
#include "compiler/frontend/json/recurrent.hpp"
#include "compiler/frontend/json/tensor.hpp"

namespace synfire::json {
namespace {

constexpr std::size_t most_paths = 256;  // sums of sums multiply

struct Lowering {
    const Value& document;
    const std::string& file;
    Report& report;
    bool conventional = false;  // a network of ReLUs
    LayerGraph graph;
    TensorSource source;
    Network network;
    Flow input;
    std::vector<Flow> flows;              // by layer
    std::vector<std::size_t> population;  // by layer; from_input where it is not a neuron layer
    std::vector<std::size_t> reads_left;  // by layer
    std::set<std::string> connection_names;

    // The flow of one source; moved out for its last reader, since weights are large.
    Flow fetch(std::size_t layer, const Place& place) {
        if (layer == from_input) return input;
        if (--reads_left[layer] == 0) return std::move(flows[layer]);
        take(source, stored_values(flows[layer]), place);
        return flows[layer];
    }

    // The sum of the layer's sources.
    Flow gather(const LayerNode& node) {
        const Place place = inside(node.place, "from");
        Flow sum;
        for (std::size_t s = 0; s < node.sources.size(); ++s) {
            Flow part = fetch(node.sources[s], place);
            sum.usable = sum.usable && part.usable;
            if (!part.usable) continue;
            if (part.readout)
                fail(place,
                     fmt::format("layer '{}' has no spikes to be read", graph.nodes[node.sources[s]].name),
                     "layers that spike",
                     "use model \"if\", \"lif\" or \"cubalif\" there, or read the layer before it");
            if (!sum.paths.empty() && part.shape != sum.shape)
                fail(place,
                     fmt::format("adds shape {} to shape {}", to_string(part.shape), to_string(sum.shape)),
                     "sources of one shape", "add a dense layer that makes the shapes equal");
            sum.shape = part.shape;
            for (Path& path : part.paths) sum.paths.push_back(std::move(path));
            if (sum.paths.size() > most_paths)
                fail(place, "adds up too many paths", fmt::format("at most {}", most_paths),
                     "put a neuron layer between sums of sums");
        }
        return sum;
    }

    std::string connection_name(const std::string& wanted) {
        std::string name = wanted;
        for (int k = 2; !connection_names.insert(name).second; ++k) name = fmt::format("{}.{}", wanted, k);
        return name;
    }

    // Ends the paths in a new population.
    std::size_t add_population(Population added, const LayerNode& node, std::size_t index, Flow& flow) {
        const std::size_t p = network.populations.size();
        const std::size_t n = *element_count(flow.shape);
        for (Path& path : flow.paths) finish(path, n, inside(node.place, "from"), source);
        network.populations.push_back(std::move(added));
        for (Path& path : flow.paths) {
            const std::string name =
                path.name.empty() ? name_of(network, path.source) + "." + node.name : path.name;
            network.connections.push_back(
                {connection_name(name), path.source, p, path.delay, std::move(path.stages)});
        }
        population[index] = p;
        return p;
    }

    // A layer of a network of ReLUs: what its sources add up to, rectified or, of the last layer, as it is.
    void activation(const LayerNode& node, std::size_t index, bool rectified, Flow& flow) {
        for (const Path& path : flow.paths)
            if (path.delay != 0)
                fail(node.place, "reads a layer with a delay", "delay 0: a network of ReLUs has no time",
                     "leave the delay out, or use neuron layers");
        Population added;
        added.name = node.name;
        added.shape = flow.shape;
        if (rectified) added.rectifier.emplace();
        const std::size_t p = add_population(std::move(added), node, index, flow);
        Path out;
        out.source = {Presynaptic::Kind::population, p};
        flow = Flow{flow.shape, {out}, true, !rectified};
    }

    void neuron(const Value& layer, const LayerNode& node, std::size_t index, Flow& flow) {
        if (conventional)
            fail(node.place, "is a layer of neurons in a network of ReLUs",
                 "neuron layers or relu layers, not both",
                 "leave it out behind the last dense layer, whose values are the output; replace it by relu "
                 "elsewhere");
        FoldedNeuron folded = fold_neuron(layer, node.name, flow.shape, document, node.place, source, report);
        if (folded.gain != PerNeuron{1.0}) {
            apply_elementwise(flow, folded.gain, {0.0});
            report.note(complaint(node.place,
                                  fmt::format("input gain {} folded into the weights and biases before it",
                                              shown_values(folded.gain)),
                                  "", ""));
        }
        const bool spiking = folded.population.spiking.has_value();
        const std::size_t p = add_population(folded.population, node, index, flow);
        if (layer.contains("recurrent"))
            network.connections.push_back(
                read_recurrent(layer["recurrent"], connection_name(node.name + ".recurrent"), p, folded,
                               network.populations[p], inside(node.place, "recurrent"), source, report));
        Path out;
        out.source = {Presynaptic::Kind::population, p};
        out.scale = {folded.spike_value};
        flow = Flow{flow.shape, {out}, true, !spiking};
    }

    void step(std::size_t index) {
        const Value& layer = document["layers"][index];
        const LayerNode& node = graph.nodes[index];
        const std::string type = layer["type"];
        Flow flow = gather(node);
        if (flow.usable) {
            if (is_linear_layer(type)) apply_layer({layer, node, source, report}, flow);
            if (type == "neuron") neuron(layer, node, index, flow);
            if (type == "relu") activation(node, index, true, flow);
            if (is_linear_layer(type) && node.readers == 0) {
                if (!conventional)
                    fail(node.place, "no neuron layer reads it", "a neuron layer after it",
                         "add {\"type\": \"neuron\"} after it; model \"i\" or \"li\" is a readout without "
                         "spikes");
                activation(node, index, false, flow);
            }
        }
        flows[index] = std::move(flow);
    }

    void outputs() {
        if (document.contains("outputs")) {
            const Value& list = document["outputs"];
            for (std::size_t o = 0; o < list.size(); ++o) output(list[o]["layer"], child("/outputs", o));
            return;
        }
        for (std::size_t i = 0; i < graph.nodes.size(); ++i)
            if (graph.nodes[i].readers == 0 && population[i] != from_input)
                network.outputs.push_back(population[i]);
    }

    void output(const std::string& wanted, const std::string& pointer) {
        const Place place{file, "", child(pointer, "layer")};
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            if (graph.nodes[i].name != wanted) continue;
            if (population[i] == from_input)
                fail(place, fmt::format("layer '{}' has no neurons", wanted), "the name of a neuron layer",
                     "name the neuron layer after it");
            if (std::find(network.outputs.begin(), network.outputs.end(), population[i]) !=
                network.outputs.end())
                fail(place, fmt::format("layer '{}' is named twice", wanted), "each output once",
                     "remove one of them");
            network.outputs.push_back(population[i]);
            return;
        }
        fail(place, fmt::format("there is no layer {}", shown(wanted)), "the name of a neuron layer",
             "check the spelling; names are case sensitive");
    }
};

Shape read_shape(const Value& input, const std::string& file, TensorSource& source) {
    Shape shape = input["shape"].get<Shape>();
    take(source, element_count(shape).value_or(max_elements), {file, "", "/input/shape"});
    return shape;
}

SignalKind read_kind(const Value& input, bool conventional) {
    const std::string kind = input.value("kind", conventional ? "analog" : "spikes");
    return kind == "counts" ? SignalKind::counts : kind == "analog" ? SignalKind::real : SignalKind::spikes;
}

void note_conventional(const std::string& file, Report& report) {
    report.note(complaint({file, "", ""},
                          "a conventional network of ReLUs, not a spiking one: its rates are converted from "
                          "calibration data",
                          "", ""));
}

// What a file may say about its use, and what a compiler cannot act on.
void note_unused(const Value& document, const std::string& file, Report& report) {
    const auto note = [&](const std::string& pointer) {
        report.note(complaint({file, "", pointer},
                              "is information for the user of the network; it changes nothing here", "", ""));
    };
    for (const char* field : {"steps", "readout"})
        if (document.contains(field)) note(child("", field));
    for (const char* field : {"encoding", "max_count"})
        if (document["input"].contains(field)) note(child("/input", field));
    const Value outputs = document.value("outputs", Value::array());
    for (std::size_t o = 0; o < outputs.size(); ++o)
        if (outputs[o].contains("probe")) note(child(child("/outputs", o), "probe"));
}

}  // namespace

Network lower(const Value& document, const std::string& file, Report& report) {
    const std::size_t n = document["layers"].size();
    const bool conventional = std::any_of(document["layers"].begin(), document["layers"].end(),
                                          [](const Value& layer) { return layer["type"] == "relu"; });
    Lowering l{document, file, report, conventional, read_graph(document, file, report), {}, {}, {}, {},
               {},       {},   {}};
    report.stop_on_errors();
    const std::filesystem::path path(file);
    l.source.folder = path.parent_path();
    l.network.name = document.value("name", path.stem().string());
    l.network.dt = document.value("dt", 0.0);
    const Shape shape = read_shape(document["input"], file, l.source);
    l.network.inputs.push_back({"input", shape, read_kind(document["input"], conventional)});
    l.input = Flow{shape, {{}}, true, false};
    l.flows.resize(n);
    l.population.assign(n, from_input);
    for (const LayerNode& node : l.graph.nodes) l.reads_left.push_back(node.readers);
    for (const std::size_t index : l.graph.order) {
        try {
            l.step(index);
        } catch (const InputError& e) {
            report.error(e.diagnostic);
            l.flows[index].usable = false;
        }
    }
    report.stop_on_errors();
    l.outputs();
    if (conventional) note_conventional(file, report);
    note_unused(document, file, report);
    return std::move(l.network);
}

}  // namespace synfire::json
