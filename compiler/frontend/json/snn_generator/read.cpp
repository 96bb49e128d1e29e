// The rule is that of snn-generator's own runtime: v = beta v + I, a spike when v >= 1, and v -= 1 at once.
// This is not what snnTorch trains with (v > 1, subtraction in the next step), and the files name neither.
// Convolutions have stride 1 and no padding, pools their kernel as stride, inputs are event counts.
#include "compiler/frontend/json/snn_generator/read.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "compiler/frontend/json/flow.hpp"
#include "compiler/frontend/json/tensor.hpp"
#include "compiler/support/files.hpp"

namespace synfire::json {
namespace {

constexpr std::size_t longest_side = std::size_t{1} << 20;

struct Reader {
    const std::string& file;
    const std::string weights_file;
    const Value weights;
    Report& report;
    TensorSource source;
    Network network;
    Flow flow;
    std::set<std::string> used;  // keys of the weights

    struct Layer {
        const Value& value;
        std::size_t index;
        std::string type;
        Place place;
    };

    // The fields that a type of layer has; a number is the one value that the runtime computes with, whatever
    // the file says.
    void check_fields(const Layer& layer, const std::vector<std::string>& fields,
                      const std::map<std::string, Value>& fixed) const {
        for (const auto& [key, value] : layer.value.items()) {
            const auto rule = fixed.find(key);
            if (rule == fixed.end()) {
                if (key == "type" || std::find(fields.begin(), fields.end(), key) != fields.end()) continue;
                fail(inside(layer.place, key), fmt::format("is not a field of {} here", layer.type),
                     fmt::format("one of: {}", fmt::join(fields, ", ")),
                     "remove it, or write the network as snn-json");
            }
            const Value pair = Value::array({rule->second, rule->second});
            if (value != rule->second && value != pair)
                fail(inside(layer.place, key), fmt::format("is {}", shown(value)),
                     fmt::format("{}: snn-generator computes with nothing else", rule->second.dump()),
                     "write the network as snn-json, which has this field");
        }
    }

    std::size_t size(const Layer& layer, const char* field) const {
        const Place at = inside(layer.place, field);
        if (!layer.value.contains(field))
            fail(at, "is missing", "a whole number >= 1", fmt::format("{} needs it", layer.type));
        return whole(layer.value[field], at);
    }

    static std::size_t whole(const Value& value, const Place& place) {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 ||
            value.get<std::uint64_t>() > longest_side)
            fail(place, fmt::format("is {}", shown(value)),
                 fmt::format("a whole number from 1 to {}", longest_side), "export the architecture again");
        return value.get<std::size_t>();
    }

    // A number, or [height, width].
    std::array<std::size_t, 2> kernel(const Layer& layer) const {
        const Place at = inside(layer.place, "kernel_size");
        if (!layer.value.contains("kernel_size") || !layer.value["kernel_size"].is_array()) {
            const std::size_t side = size(layer, "kernel_size");
            return {side, side};
        }
        const Value& sides = layer.value["kernel_size"];
        if (sides.size() != 2)
            fail(at, fmt::format("is {}", shown(sides)), "a number, or [height, width]",
                 "export the architecture again");
        return {whole(sides[0], inside(at, "0")), whole(sides[1], inside(at, "1"))};
    }

    // Throws where the kernel is larger than the image, or there is no image.
    void check_image(const Layer& layer, const std::array<std::size_t, 2>& kernel) const {
        if (flow.shape.size() != 3)
            fail(layer.place, fmt::format("gets an input of shape {}", to_string(flow.shape)),
                 "an image, [channels, height, width]", "give --input-shape C,H,W");
        if (kernel[0] > flow.shape[1] || kernel[1] > flow.shape[2])
            fail(inside(layer.place, "kernel_size"),
                 fmt::format("[{}, {}] is larger than the image of {}", kernel[0], kernel[1],
                             to_string(flow.shape)),
                 "a kernel that fits", "check --input-shape");
    }

    // A tensor of the state dict; empty where a bias is absent.
    std::vector<double> tensor(const Layer& layer, const char* name, const Shape& shape,
                               const std::string& what, bool required) {
        const std::string key = fmt::format("{}.{}", layer.index, name);
        const Place at{weights_file, layer.place.node, child("", key)};
        if (!weights.contains(key)) {
            if (!required) return {};
            fail(at, "is missing", fmt::format("{}: {}", what, to_string(shape)),
                 "is it the state dict of this architecture?");
        }
        used.insert(key);
        if (!weights[key].is_array())
            fail(at, fmt::format("is {}", shown(weights[key])), "a nested list of numbers",
                 "write the state dict with tolist()");
        return read_tensor(weights[key], shape, what, at, source);
    }

    void conv2d(const Layer& layer) {
        check_fields(layer, {"in_channels", "out_channels", "kernel_size"},
                     {{"stride", 1}, {"padding", 0}, {"dilation", 1}, {"groups", 1}});
        Convolution c;
        c.input = flow.shape;
        c.window.kernel = kernel(layer);
        check_image(layer, c.window.kernel);
        c.filters = size(layer, "out_channels");
        if (size(layer, "in_channels") != c.input[0])
            fail(inside(layer.place, "in_channels"),
                 fmt::format("is {}, and {} channels arrive", layer.value["in_channels"].dump(), c.input[0]),
                 fmt::format("{}", c.input[0]), "check --input-shape C,H,W");
        c.weight = tensor(layer, "weight", {c.filters, c.input[0], c.window.kernel[0], c.window.kernel[1]},
                          "[out_channels, in_channels, height, width]", true);
        c.bias = tensor(layer, "bias", {c.filters}, "[out_channels]", false);
        if (element_count(output_shape(c)).value_or(max_elements) > max_model_values)
            fail(layer.place, fmt::format("delivers an image of {}", to_string(output_shape(c))),
                 fmt::format("at most {} values", max_model_values), "check --input-shape");
        apply_convolution(flow, std::move(c), 0, fmt::format("layer{}", layer.index), layer.place, source);
    }

    void max_pool(const Layer& layer) {
        Pool pool;
        pool.kind = Pool::Kind::maximum;
        pool.input = flow.shape;
        pool.window.kernel = pool.window.stride = kernel(layer);
        check_fields(layer, {"kernel_size"}, {{"stride", layer.value["kernel_size"]}, {"padding", 0}});
        check_image(layer, pool.window.kernel);
        apply_pool(flow, pool, layer.place, source);
    }

    void flatten(const Layer& layer) {
        check_fields(layer, {}, {});
        flow.shape = {*element_count(flow.shape)};
    }

    void linear(const Layer& layer) {
        check_fields(layer, {"in_features", "out_features"}, {});
        Dense d;
        d.inputs = *element_count(flow.shape);  // an image is read row by row, as after Flatten
        d.outputs = size(layer, "out_features");
        if (size(layer, "in_features") != d.inputs)
            fail(inside(layer.place, "in_features"),
                 fmt::format("is {}, and {} values arrive", layer.value["in_features"].dump(), d.inputs),
                 fmt::format("{}", d.inputs), "check --input-shape C,H,W");
        d.weight = tensor(layer, "weight", {d.outputs, d.inputs}, "[out_features, in_features]", true);
        d.bias = tensor(layer, "bias", {d.outputs}, "[out_features]", false);
        apply_dense(flow, std::move(d), 0, fmt::format("layer{}", layer.index), layer.place, source);
    }

    double beta(const Layer& layer) const {
        const Value value = layer.value.value("beta", Value());
        const Place at = inside(layer.place, "beta");
        if (!value.is_number())
            fail(at, value.is_null() ? "is missing" : fmt::format("is {}", shown(value)),
                 "a number from 0 to 1", "the fraction of the membrane potential that is kept per step");
        const double number = value.get<double>();
        if (!(number >= 0 && number <= 1))
            fail(at, fmt::format("{} is out of range", number), "a number from 0 to 1",
                 "the fraction of the membrane potential that is kept per step");
        return number;
    }

    void spiking(const Layer& layer) {
        check_fields(layer, {"neuron_type", "beta", "spike_grad", "init_hidden", "output"},
                     {{"threshold", 1.0}, {"reset_mechanism", "subtract"}});
        const Value type = layer.value.value("neuron_type", Value());
        if (type != "Leaky")
            fail(inside(layer.place, "neuron_type"),
                 type.is_null() ? "is missing" : fmt::format("{} is not known", shown(type)), "\"Leaky\"",
                 "snn-generator runs Leaky neurons only");
        Population p;
        p.name = fmt::format("layer{}", layer.index);
        p.shape = flow.shape;
        p.beta = {beta(layer)};
        p.spiking = Spiking{{1.0}, Compare::greater_equal, SoftReset{{1.0}, false}, 0, 1};
        Path& path = flow.paths.front();
        finish(path, *element_count(flow.shape), layer.place, source);
        const std::string name = path.name.empty() ? name_of(network, path.source) + "." + p.name : path.name;
        const std::size_t index = network.populations.size();
        network.connections.push_back({name, path.source, index, 0, std::move(path.stages)});
        network.populations.push_back(std::move(p));
        network.outputs = {index};
        Path next;
        next.source = {Presynaptic::Kind::population, index};
        flow.paths = {next};
    }

    void step(const Layer& layer) {
        if (layer.type == "Conv2d") return conv2d(layer);
        if (layer.type == "MaxPool2d") return max_pool(layer);
        if (layer.type == "Flatten") return flatten(layer);
        if (layer.type == "Linear") return linear(layer);
        if (layer.type == "SpikingLayer") return spiking(layer);
        fail(inside(layer.place, "type"), fmt::format("\"{}\" is not known", shown_text(layer.type)),
             "Conv2d, MaxPool2d, Flatten, Linear or SpikingLayer",
             "snn-json has more types of layers; see docs/json.md");
    }

    Layer layer_at(const Value& layers, std::size_t k) const {
        const Place place{file, fmt::format("'layer{}'", k), child("/layers", k)};
        if (!layers[k].is_object() || !layers[k].value("type", Value()).is_string())
            fail(inside(place, "type"), "is missing", "Conv2d, MaxPool2d, Flatten, Linear or SpikingLayer",
                 "every layer is an object with a type");
        const std::string type = layers[k]["type"];
        return {
            layers[k], k, type, {file, fmt::format("'layer{}' ({})", k, shown_text(type)), place.pointer}};
    }
};

std::string read_weights(const std::string& path, const std::string& file) {
    if (std::filesystem::path(path).extension() != ".json")
        fail({file, "", ""}, fmt::format("--weights names {}", shown(Value(path))), "a .json file",
             "write the state dict as nested lists: json.dump({k: v.tolist() for k, v in "
             "model.state_dict().items()}, f)");
    return read_file(path);
}

void check_options(const std::string& file, const ReadOptions& options, Report& report) {
    const auto missing = [&](const char* option, const char* expected, const char* hint) {
        report.error(complaint(
            {file, "", ""},
            std::string("snn-generator keeps ") + expected + " elsewhere, and " + option + " is not given",
            "", hint));
    };
    if (!options.weights) missing("--weights", "the weights", "give the state dict with --weights FILE.json");
    if (!options.input_shape)
        missing("--input-shape", "the input's shape",
                "give --input-shape C,H,W: 2,34,34 for N-MNIST, 2,10,10 for ST-MNIST");
    report.stop_on_errors();
}

}  // namespace

Network read_snn_generator(const Value& document, const std::string& file, const ReadOptions& options,
                           Report& report) {
    for (const auto& [key, value] : document.items())
        if (key != "layers")
            fail({file, "", child("", key)}, "is not a field of snn-generator's architectures", "layers",
                 "remove it");
    check_options(file, options, report);
    const std::string& path = *options.weights;
    Reader r{file, path, parse(read_weights(path, file), path), report, {}, {}, {}, {}};
    if (!r.weights.is_object())
        fail({path, "", ""}, fmt::format("is {}", shown(r.weights)),
             "an object, \"<layer>.weight\" and \"<layer>.bias\"", "is it the state dict?");
    const Shape& shape = *options.input_shape;
    take(r.source, element_count(shape).value_or(max_elements), {file, "", ""});
    r.network.name = std::filesystem::path(file).stem().string();
    r.network.inputs.push_back({"input", shape, SignalKind::counts});
    r.flow = Flow{shape, {Path{}}, true, false};
    const Value& layers = document["layers"];
    if (layers.size() > 4096)
        fail({file, "", "/layers"}, fmt::format("has {} entries", layers.size()), "at most 4096 layers",
             "is it an architecture?");
    for (std::size_t k = 0; k < layers.size(); ++k) r.step(r.layer_at(layers, k));
    if (layers.back().value("type", "") != "SpikingLayer")
        fail(r.layer_at(layers, layers.size() - 1).place, "is the last layer and does not spike",
             "a SpikingLayer", "add a SpikingLayer after it");
    for (const auto& [key, value] : r.weights.items())
        if (r.used.count(key) == 0)
            report.warning(complaint({path, "", child("", key)}, "belongs to no layer that has weights", "",
                                     "is it the state dict of this architecture?"));
    report.note(
        complaint({file, "", ""},
                  "read as snn-generator runs it: v = beta v + I, a spike when v >= 1, then v -= 1 at "
                  "once; inputs are event counts",
                  "", ""));
    return std::move(r.network);
}

}  // namespace synfire::json
