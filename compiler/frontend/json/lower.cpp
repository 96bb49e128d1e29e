// Walks the layers in topological order. Linear layers extend a Flow; a neuron layer ends it: it becomes a
// population, and each path of the flow a connection with the neuron's gain in its last matrix.
#include "compiler/frontend/json/lower.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/json/flow.hpp"
#include "compiler/frontend/json/fold_neuron.hpp"
#include "compiler/frontend/json/layers.hpp"
#include "compiler/frontend/json/tensor.hpp"

namespace synfire::json {
namespace {

constexpr std::size_t most_paths = 256;  // sums of sums multiply

struct Lowering {
    const Value& document;
    const std::string& file;
    Report& report;
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

    void dense(const Value& layer, const LayerNode& node, Flow& flow) {
        if (flow.shape.size() != 1)
            fail(node.place, fmt::format("gets an input of shape {}", to_string(flow.shape)),
                 "a flat input, [N]", "put {\"type\": \"flatten\"} before it");
        Dense d;
        d.outputs = layer["units"];
        d.inputs = flow.shape[0];
        d.weight = read_tensor(layer["weight"], {d.outputs, d.inputs}, "[units, inputs]",
                               inside(node.place, "weight"), source);
        if (layer.contains("bias"))
            d.bias = read_tensor(layer["bias"], {d.outputs}, "[units]", inside(node.place, "bias"), source);
        if (!flow.paths.front().stages.empty())
            report.note(
                complaint(node.place, "no neurons before it: a second stage of the same connection", "", ""));
        apply_dense(flow, d, layer.value("delay", 0), node.name, node.place, source);
    }

    void batchnorm(const Value& layer, const LayerNode& node, Flow& flow) {
        // One value per channel of [C, H, W], or per element of [N].
        const std::size_t channels = flow.shape[0];
        const std::size_t n = *element_count(flow.shape);
        const auto read = [&](const char* field, double otherwise) {
            if (!layer.contains(field)) return PerNeuron(channels, otherwise);
            return read_tensor(layer[field], {channels}, "one value per channel", inside(node.place, field),
                               source);
        };
        const PerNeuron gamma = read("scale", 1);
        const PerNeuron beta = read("shift", 0);
        const PerNeuron mean = read("mean", 0);
        const PerNeuron variance = read("var", 1);
        const double eps = layer.value("eps", 1e-5);
        take(source, 2 * n, node.place);
        PerNeuron scale(n);
        PerNeuron shift(n);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t c = i / (n / channels);
            if (!(variance[c] + eps > 0))
                fail(inside(node.place, "var"),
                     fmt::format("value {} at index {} is not a variance", variance[c], c), "var + eps > 0",
                     "give the running variance of the training");
            scale[i] = gamma[c] / std::sqrt(variance[c] + eps);
            shift[i] = beta[c] - mean[c] * scale[i];
        }
        apply_elementwise(flow, scale, shift);
        report.note(complaint(node.place,
                              fmt::format("folded into the weights: scale {}, shift {}", shown_values(scale),
                                          shown_values(shift)),
                              "", ""));
    }

    void scale(const Value& layer, const LayerNode& node, Flow& flow) {
        const PerNeuron value =
            read_per_neuron(layer["value"], flow.shape, inside(node.place, "value"), source);
        apply_elementwise(flow, value, {0.0});
        report.note(complaint(inside(node.place, "value"),
                              fmt::format("folded into the weights: {}", shown_values(value)), "", ""));
    }

    std::string connection_name(const std::string& wanted) {
        std::string name = wanted;
        for (int k = 2; !connection_names.insert(name).second; ++k) name = fmt::format("{}.{}", wanted, k);
        return name;
    }

    void recurrent(const Value& layer, const LayerNode& node, std::size_t p, const PerNeuron& gain) {
        const Value& loop = layer["recurrent"];
        const Place place = inside(node.place, "recurrent");
        if (!loop.value("bias_at_first_step", true))
            fail(inside(place, "bias_at_first_step"),
                 "a first step without bias is not supported yet by this version", "true",
                 "add the bias to the dense layer before, or train without it");
        const std::size_t n = neurons(network.populations[p]);
        Dense d{n, n, {}, {}};
        d.weight = read_tensor(loop["weight"], {n, n}, "[n, n]", inside(place, "weight"), source);
        if (loop.contains("bias"))
            d.bias = read_tensor(loop["bias"], {n}, "[n]", inside(place, "bias"), source);
        Flow flow{{n}, {{}}, true, false};
        flow.paths[0].stages.emplace_back(std::move(d));
        apply_elementwise(flow, gain, {0.0});
        network.connections.push_back({connection_name(node.name + ".recurrent"),
                                       {Presynaptic::Kind::population, p},
                                       p,
                                       loop.value("delay", 1),
                                       std::move(flow.paths[0].stages)});
    }

    void neuron(const Value& layer, const LayerNode& node, std::size_t index, Flow& flow) {
        FoldedNeuron folded = fold_neuron(layer, node.name, flow.shape, document, node.place, source, report);
        const std::size_t p = network.populations.size();
        const std::size_t n = *element_count(flow.shape);
        for (Path& path : flow.paths) materialise(path, n, inside(node.place, "from"), source);
        if (folded.gain != PerNeuron{1.0}) {
            apply_elementwise(flow, folded.gain, {0.0});
            report.note(complaint(node.place,
                                  fmt::format("input gain {} folded into the weights and biases before it",
                                              shown_values(folded.gain)),
                                  "", ""));
        }
        const bool spiking = folded.population.spiking.has_value();
        network.populations.push_back(std::move(folded.population));
        for (Path& path : flow.paths) {
            const std::string name =
                path.name.empty() ? name_of(network, path.source) + "." + node.name : path.name;
            network.connections.push_back(
                {connection_name(name), path.source, p, path.delay, std::move(path.stages)});
        }
        population[index] = p;
        if (layer.contains("recurrent")) recurrent(layer, node, p, folded.gain);
        Path out;
        out.source = {Presynaptic::Kind::population, p};
        flow = Flow{flow.shape, {out}, true, !spiking};
    }

    [[noreturn]] void refuse(const std::string& type, const LayerNode& node) const {
        const std::string hint = type == "relu"     ? "replace it by a neuron layer of model \"if\""
                                 : type == "pool2d" ? "write a sum or average pool as a dense layer"
                                                    : "write it as a dense layer, row by row";
        fail(inside(node.place, "type"),
             fmt::format("layers of type \"{}\" are not supported yet by this version", type),
             "dense, flatten, identity, scale, batchnorm or neuron", hint);
    }

    void step(std::size_t index) {
        const Value& layer = document["layers"][index];
        const LayerNode& node = graph.nodes[index];
        const std::string type = layer["type"];
        Flow flow = gather(node);
        if (type == "conv2d" || type == "pool2d" || type == "relu") refuse(type, node);
        if (flow.usable) {
            if (type == "dense") dense(layer, node, flow);
            if (type == "batchnorm") batchnorm(layer, node, flow);
            if (type == "scale") scale(layer, node, flow);
            if (type == "flatten") flow.shape = {*element_count(flow.shape)};
            if (type == "neuron") neuron(layer, node, index, flow);
            if (type != "neuron" && node.readers == 0)
                fail(
                    node.place, "no neuron layer reads it", "a neuron layer after it",
                    "add {\"type\": \"neuron\"} after it; model \"i\" or \"li\" is a readout without spikes");
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

SignalKind read_kind(const Value& input) {
    const std::string kind = input.value("kind", "spikes");
    return kind == "counts" ? SignalKind::counts : kind == "analog" ? SignalKind::real : SignalKind::spikes;
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
}

}  // namespace

Network lower(const Value& document, const std::string& file, Report& report) {
    const std::size_t n = document["layers"].size();
    Lowering l{document, file, report, read_graph(document, file, report), {}, {}, {}, {}, {}, {}, {}};
    report.stop_on_errors();
    const std::filesystem::path path(file);
    l.source.folder = path.parent_path();
    l.network.name = document.value("name", path.stem().string());
    const Shape shape = read_shape(document["input"], file, l.source);
    l.network.inputs.push_back({"input", shape, read_kind(document["input"])});
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
    note_unused(document, file, report);
    return std::move(l.network);
}

}  // namespace synfire::json
