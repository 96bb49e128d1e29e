// Images are [channels, height, width] as in the file and flatten in that order; Lava holds them as
// [width, height, channels] and transposes before it flattens, which is the same.
#include "compiler/frontend/netx/lower.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/netx/neuron.hpp"
#include "compiler/frontend/netx/synapse.hpp"

namespace synfire::netx {
namespace {

struct Lowering {
    const std::vector<Layer>& layers;
    const ReadOptions& options;
    Report& report;
    Network network;
    Presynaptic source;  // what the next layer reads
    Shape shape;         // of the source; empty where the file has not said it yet
    bool flattened = false;

    bool has_blocks() const { return !network.populations.empty(); }

    // The network's input: of the shape that an input layer gave, or of as many values as the layer reads.
    void need_input(const Layer& layer, std::size_t values) {
        if (!network.inputs.empty()) return;
        if (shape.empty()) shape = {values};
        if (element_count(shape) != values)
            layer.fields.refuse("weight", fmt::format("reads {} values", values),
                                fmt::format("{}, the input's shape", to_string(shape)),
                                "check the shape of the input layer");
        network.inputs.push_back({"input", shape, SignalKind::spikes});
        source = {Presynaptic::Kind::input, 0};
        if (options.raw_input)
            report.warning(layer.fields.about("",
                                              "--raw-input has no effect: the file has no input layer "
                                              "with neurons, and the network reads spikes",
                                              "", "leave the option out"));
    }

    // Lava resets block i, counted from 0, i steps after the first.
    std::size_t add_population(Population p) {
        const std::size_t index = network.populations.size();
        if (options.reset_interval)
            p.periodic_reset = {*options.reset_interval, static_cast<int>(index) % *options.reset_interval};
        shape = p.shape;
        network.populations.push_back(std::move(p));
        return index;
    }

    void add_input(const Layer& layer) {
        if (has_blocks() || !network.inputs.empty() || !shape.empty())
            layer.fields.refuse("type", "comes after another layer", "one input layer, the first",
                                "remove the other input layers");
        if (layer.neuron == nullptr && !layer.fields.has("shape")) return;
        const Shape read = layer.fields.shape("shape");
        shape = read;
        if (layer.neuron == nullptr) return;
        // Lava keeps what drives a bias in 16 bits.
        network.inputs.push_back({"input", read, SignalKind::real, INT16_MAX, INT16_MAX});
        Population p = population_of(layer, read, report);
        p.alpha = {0.0};
        Connection c;
        c.name = layer.name;
        c.source = {Presynaptic::Kind::input, 0};
        c.target = add_population(std::move(p));
        add_transform(layer, c);
        network.connections.push_back(std::move(c));
        source = {Presynaptic::Kind::population, 0};
    }

    // lava-dl leaves it to the user to compute bias = x * weight + bias for the neurons.
    void add_transform(const Layer& layer, Connection& c) {
        if (options.raw_input) {
            report.note(
                layer.fields.about("", "input values are added to v as they are (--raw-input)", "", ""));
            return;
        }
        const auto one = [&](const char* field, double otherwise) {
            if (!layer.fields.has(field)) return otherwise;
            const std::vector<double> values = layer.fields.truncated(field, report);
            if (values.size() != 1)
                layer.fields.refuse(field, fmt::format("has {} values", values.size()), "one number",
                                    "transform the data yourself and give --raw-input");
            return values.front();
        };
        const double weight = one("weight", 64), bias = one("bias", 0);
        c.stages.push_back(Scale{{weight}, {bias}});
        // Up to where weight x + bias stays within Lava's 16 bits.
        const double room = std::floor((INT16_MAX - std::abs(bias)) / std::max(1.0, std::abs(weight)));
        Input& input = network.inputs.front();
        input.levels = static_cast<int>(std::clamp<double>(room, 1, INT16_MAX));
        input.range = input.levels;
        report.note(layer.fields.about(
            "weight",
            fmt::format("input values x are added to v as {} x + {}, the file's transform", weight, bias), "",
            ""));
    }

    void add_dense(const Layer& layer) {
        const std::size_t outputs = *element_count(layer.fields.shape("shape"));
        if (has_blocks() && shape.size() > 1 && !flattened)
            layer.fields.refuse("type", fmt::format("reads an image {}", to_string(shape)),
                                "a flatten layer before it",
                                "netx cannot connect it either; export the network with a flatten layer");
        if (layer.fields.group.groups.count("weight") != 0)
            layer.fields.refuse("weight", "has a real and an imaginary part", "one matrix [outputs, inputs]",
                                "only resonate-and-fire neurons read complex weights; use CUBA neurons");
        const hdf5::Data& weight = layer.fields.numbers("weight");
        need_input(layer, weight.shape.size() > 1
                              ? weight.shape[1]
                              : weight.numbers.size() / std::max<std::size_t>(outputs, 1));
        const std::size_t inputs = *element_count(shape);
        Population p = population_of(layer, {outputs}, report);
        const Presynaptic from = source;
        const std::size_t target = add_population(std::move(p));
        for (Connection& c : dense_connections(layer, from, inputs, target, outputs, report))
            network.connections.push_back(std::move(c));
        source = {Presynaptic::Kind::population, target};
        flattened = false;
    }

    void add_conv(const Layer& layer) {
        if (shape.size() != 3)
            layer.fields.refuse("type",
                                shape.empty() ? "reads an input of unknown shape"
                                              : fmt::format("reads {} values", to_string(shape)),
                                "an image [channels, height, width]",
                                "begin the file with an input layer that holds the shape");
        need_input(layer, *element_count(shape));
        if (layer.neuron == nullptr)
            layer.fields.refuse("neuron", "is missing", "a CUBA neuron",
                                "only a dense layer may come without neuron");
        if (layer.fields.has("delay"))
            report.warning(layer.fields.about("delay", "is ignored, as lava-dl's netx ignores it", "",
                                              "remove it, or Lava and slayer run different networks"));
        Convolution conv = convolution_of(layer, shape, report);
        Connection c;
        c.name = layer.name;
        c.source = source;
        c.delay = 1;
        c.target = add_population(population_of(layer, output_shape(conv), report));
        c.stages.emplace_back(std::move(conv));
        source = {Presynaptic::Kind::population, c.target};
        network.connections.push_back(std::move(c));
    }

    void add(const Layer& layer) {
        if (layer.type == "input") add_input(layer);
        if (layer.type == "dense" || layer.type == "dense_rec") add_dense(layer);
        if (layer.type == "conv") add_conv(layer);
        if (layer.type == "flatten") flattened = true;
    }

    // What is in the files and has no effect in Lava either.
    void tell_ignored() const {
        std::set<std::string> ignored;
        for (const Layer& layer : layers) {
            if (layer.neuron == nullptr) continue;
            for (const char* field : {"refDelay", "gradedSpike", "messageBits", "wgtExp", "weight_exp"})
                if (layer.neuron->data.count(field) != 0) ignored.insert(field);
        }
        if (ignored.empty()) return;
        const Fields& first = layers.front().fields;
        Diagnostic d;
        d.file = first.file;
        d.reason = fmt::format("neuron fields {} change nothing in lava-dl's netx and nothing here",
                               fmt::join(ignored, ", "));
        report.note(d);
    }
};

}  // namespace

Network lower(const std::vector<Layer>& layers, const std::string& file, const ReadOptions& options,
              Report& report) {
    Lowering l{layers, options, report, {}, {}, {}, false};
    l.network.name = std::filesystem::path(file).stem().string();
    for (const Layer& layer : layers) l.add(layer);
    Diagnostic d;
    d.file = file;
    if (!l.has_blocks()) {
        d.reason = "holds no layer with neurons";
        d.expected = "at least one dense or conv layer";
        d.hint = "is this the file that you meant?";
        throw InputError(d);
    }
    Population& last = l.network.populations.back();
    if (last.spiking && never_fires(last)) {
        last.spiking.reset();
        d.node = "'" + last.name + "'";
        d.field = "neuron/vThMant";
        d.reason = "is above every potential that Lava's membrane can hold: a readout without spikes";
        report.note(d);
    }
    l.network.outputs = {l.network.populations.size() - 1};
    l.tell_ignored();
    Diagnostic folded;
    folded.file = file;
    folded.reason =
        "Lava's timing and integers: each synapse takes one step, decays are multiples of 1/4096, v is set "
        "to 0 after a spike";
    report.note(folded);
    return std::move(l.network);
}

}  // namespace synfire::netx
