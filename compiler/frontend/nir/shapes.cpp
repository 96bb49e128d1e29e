// A node's own fields tell its shape where they can; the rest follows from what arrives.
#include "compiler/frontend/nir/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "compiler/frontend/nir/image.hpp"

namespace synfire::nir {
namespace {

// Sizes beyond this cannot be the neurons of one layer here.
constexpr std::size_t most_neurons = std::size_t{1} << 24;

Shape without_ones(Shape shape) {
    shape.erase(std::remove(shape.begin(), shape.end(), std::size_t{1}), shape.end());
    return shape;
}

bool passes_shape(const Node& node) {
    return node.role == Role::neuron || node.role == Role::output || node.role == Role::port ||
           node.type == "Scale" || node.type == "Delay";
}

struct Inference {
    const Graph& graph;
    Report& report;
    std::vector<std::optional<Shape>> arriving = std::vector<std::optional<Shape>>(graph.nodes.size());
    std::vector<std::optional<Shape>> leaving = std::vector<std::optional<Shape>>(graph.nodes.size());
    std::map<std::size_t, Window> windows{};
    std::map<std::size_t, Shape> single{};  // shapes of neurons whose fields hold one value

    void fail(const Node& node, const char* field, const std::string& reason, const std::string& expected,
              const std::string& hint) const {
        report.error(about(graph, node, field, reason, expected, hint));
    }

    bool too_large(const Node& node, const char* field, const Shape& shape) const {
        const std::optional<std::size_t> count = element_count(shape);
        if (count && *count <= most_neurons) return false;
        fail(node, field, fmt::format("{} is too large", to_string(shape)),
             fmt::format("at most {} values", most_neurons), "give the shape without batch and time");
        return true;
    }

    // The values of a field as a shape: whole numbers.
    std::optional<Shape> written_shape(const Node& node, const char* field) const {
        const Data* data = data_of(node, field);
        if (data == nullptr) return std::nullopt;
        Shape shape;
        for (const double x : data->numbers) {
            if (!(x >= 1 && x <= static_cast<double>(most_neurons)) || x != std::floor(x) ||
                data->shape.size() > 1 || data->numbers.size() > 16) {
                fail(node, field, fmt::format("value {} is not a size", x), "whole numbers from 1",
                     "give the shape without batch and time");
                return std::nullopt;
            }
            shape.push_back(static_cast<std::size_t>(x));
        }
        if (too_large(node, field, shape)) return std::nullopt;
        return shape;
    }

    // The common shape of per-neuron fields; nothing where all are scalars.
    std::optional<Shape> field_shape(const Node& node, const std::vector<const char*>& fields) const {
        std::optional<Shape> common;
        for (const char* field : fields) {
            const Data* data = data_of(node, field);
            if (data == nullptr || data->shape.empty()) continue;
            if (!common || (element_count(*common) == 1 && data->numbers.size() > 1)) common = data->shape;
        }
        for (const char* field : fields) {
            const Data* data = data_of(node, field);
            if (data == nullptr || data->numbers.size() == 1) continue;
            if (without_ones(data->shape) != without_ones(*common))
                fail(node, field, fmt::format("has shape {}", to_string(data->shape)),
                     fmt::format("{}, as the node's other fields, or one value", to_string(*common)),
                     "write one value per neuron for each field");
        }
        return common;
    }

    // weight [..., outputs, inputs]: one matrix for each place of the leading axes.
    void matrix(std::size_t n) {
        const Node& node = graph.nodes[n];
        const Shape& shape = data_of(node, "weight")->shape;
        if (shape.size() < 2) {
            fail(node, "weight", fmt::format("has shape {}", to_string(shape)), "[outputs, inputs]",
                 "write the weight as a matrix; put a Flatten before inputs of several axes");
            return;
        }
        Shape leading(shape.begin(), shape.end() - 2), in = leading, out = leading;
        in.push_back(shape.back());
        out.push_back(shape[shape.size() - 2]);
        const Data* bias = data_of(node, "bias");
        const std::size_t count = *element_count(out);
        if (bias != nullptr && bias->numbers.size() != count && bias->numbers.size() != 1 &&
            bias->numbers.size() != out.back())
            fail(node, "bias", fmt::format("has shape {}", to_string(bias->shape)),
                 fmt::format("{}, one value per output", to_string(out)), "check the layer's sizes");
        arriving[n] = in;
        leaving[n] = out;
    }

    void convolution(std::size_t n) {
        const Node& node = graph.nodes[n];
        const std::optional<Window> window = window_of(graph, node, report);
        if (!window) return;
        windows[n] = *window;
        const Data* bias = data_of(node, "bias");
        const std::size_t filters = data_of(node, "weight")->shape[0];
        if (bias != nullptr && bias->numbers.size() != filters && bias->numbers.size() != 1)
            fail(node, "bias", fmt::format("has shape {}", to_string(bias->shape)),
                 fmt::format("[{}], one value per filter", filters), "check the layer's sizes");
        std::optional<Shape> size = written_shape(node, "input_shape");
        if (!size) return;
        if (size->size() != axes_of(node)) {
            fail(node, "input_shape", fmt::format("{} is not the size of an image", to_string(*size)),
                 axes_of(node) == 1 ? "[width]" : "[height, width]", "give it without batch and channels");
            return;
        }
        size->insert(size->begin(), channels_of(node));
        through_window(n, *size);
    }

    void through_window(std::size_t n, const Shape& shape) {
        const Node& node = graph.nodes[n];
        const std::size_t axes = axes_of(node);
        const std::optional<Shape> image = image_of(shape, axes);
        if (!image) {
            fail(node, "", fmt::format("shape {} arrives", to_string(shape)),
                 axes == 1 ? "[channels, width]" : "[channels, height, width]",
                 "give the Input the image's shape, without batch and time");
            return;
        }
        Shape in = *image;
        if (is_convolution(node)) in[0] = channels_of(node);
        const std::size_t out = is_convolution(node) ? data_of(node, "weight")->shape[0] : in[0];
        const std::optional<Shape> left = leaving_shape(windows.at(n), in, out, axes);
        if (!left) {
            fail(node, "", fmt::format("its kernel is larger than the padded image of {}", to_string(shape)),
                 "", "check the Input's shape");
            return;
        }
        if (too_large(node, "", *left)) return;
        if (axes == 1) in.erase(in.begin() + 1);
        arriving[n] = in;
        leaving[n] = left;
    }

    int dimension(const Node& node, const char* field, int otherwise) const {
        const Data* data = data_of(node, field);
        if (data == nullptr) return otherwise;
        const double x = data->numbers.front();
        return std::abs(x) <= 64 ? static_cast<int>(x) : 64;
    }

    // start_dim and end_dim count axes without the batch; a range that has no axes leaves the shape alone.
    void flatten(std::size_t n, const Shape& shape) {
        const Node& node = graph.nodes[n];
        const int rank = static_cast<int>(shape.size());
        int first = dimension(node, "start_dim", 0), last = dimension(node, "end_dim", -1);
        if (first < 0) first += rank;
        if (last < 0) last += rank;
        last = std::min(last, rank - 1);
        arriving[n] = leaving[n] = shape;
        if (first < 0 || first >= last) return;
        const auto begin = leaving[n]->begin() + first, end = leaving[n]->begin() + last + 1;
        const std::size_t count = *element_count(Shape(begin, end));
        leaving[n]->erase(begin + 1, end);
        (*leaving[n])[static_cast<std::size_t>(first)] = count;
    }

    void neuron(std::size_t n) {
        const std::optional<Shape> shape = field_shape(
            graph.nodes[n],
            {"v_threshold", "threshold", "tau", "tau_mem", "tau_syn", "r", "v_leak", "w_in", "v_reset"});
        if (!shape || too_large(graph.nodes[n], "", *shape)) return;
        if (element_count(*shape) == 1)
            single[n] = *shape;
        else
            leaving[n] = arriving[n] = shape;
    }

    // What the node's own fields say.
    void own(std::size_t n) {
        const Node& node = graph.nodes[n];
        if (node.type == "Affine" || node.type == "Linear") {
            matrix(n);
        } else if (is_convolution(node)) {
            convolution(n);
        } else if (is_pool(node)) {
            if (const std::optional<Window> window = window_of(graph, node, report)) windows[n] = *window;
        } else if (node.type == "Flatten") {
            const Data* data = data_of(node, "input_type");
            const bool unknown =
                data != nullptr && std::count(data->numbers.begin(), data->numbers.end(), 0) > 0;
            if (data == nullptr || unknown) return;  // sinabs writes [0, 0, 0, 0]
            if (const std::optional<Shape> shape = written_shape(node, "input_type")) flatten(n, *shape);
        } else if (node.role == Role::neuron) {
            neuron(n);
        } else if (node.type == "Scale" || node.type == "Delay") {
            const char* field = node.type == "Scale" ? "scale" : "delay";
            if (data_of(node, field)->numbers.size() > 1)
                leaving[n] = arriving[n] = field_shape(node, {field});
        } else {
            leaving[n] = arriving[n] = written_shape(node, "shape");
        }
    }

    // Takes over the shape of what arrives.
    void follow(std::size_t n, const Shape& shape) {
        const Node& node = graph.nodes[n];
        if (windows.count(n) != 0) {
            through_window(n, shape);
        } else if (node.type == "Flatten") {
            flatten(n, shape);
        } else if (passes_shape(node)) {
            const auto one = single.find(n);
            const bool alone = one != single.end() && element_count(shape) == 1;
            arriving[n] = leaving[n] = alone ? one->second : shape;
            if (one != single.end() && !alone)
                report.warning(
                    about(graph, node, "",
                          fmt::format("holds one neuron's values, {} arrives: they are taken for all",
                                      to_string(shape)),
                          "", "write one value per neuron"));
        }
    }

    // Shapes that follow from what arrives, until nothing changes.
    void spread() {
        for (bool progress = true; progress && !report.has_errors();) {
            progress = false;
            for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
                if (leaving[n]) continue;
                for (const std::size_t source : graph.nodes[n].from) {
                    if (!leaving[source]) continue;
                    follow(n, Shape(*leaving[source]));
                    progress = progress || leaving[n].has_value();
                    break;
                }
            }
        }
        report.stop_on_errors();
    }

    void check_edge(std::size_t source, std::size_t target) const {
        const Shape &sent = *leaving[source], &wanted = *arriving[target];
        if (sent == wanted) return;
        const Node& node = graph.nodes[target];
        const std::string what =
            fmt::format("shape {} arrives from '{}'", to_string(sent), graph.nodes[source].name);
        const bool flat = graph.nodes[source].type == "Flatten" && wanted.size() == 1 &&
                          element_count(sent) == element_count(wanted);
        if (without_ones(sent) == without_ones(wanted) || flat) {
            report.warning(about(graph, node, "",
                                 fmt::format("{} and is taken as {}", what, to_string(wanted)), "",
                                 flat ? "write start_dim and end_dim without counting the batch axis"
                                      : "write both shapes alike"));
            return;
        }
        fail(node, "", what, to_string(wanted),
             element_count(sent) == element_count(wanted) ? "put a Flatten node between them"
                                                          : "check the sizes of the two nodes");
    }
};

}  // namespace

std::vector<NodeShape> infer_shapes(const Graph& graph, Report& report) {
    Inference inference{graph, report};
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) inference.own(n);
    report.stop_on_errors();
    inference.spread();
    for (const auto& [n, shape] : inference.single)
        if (!inference.leaving[n]) inference.arriving[n] = inference.leaving[n] = shape;
    inference.spread();
    std::vector<NodeShape> shapes;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        if (!inference.leaving[n]) {
            inference.fail(graph.nodes[n], "", "nothing tells its shape: no edge enters it", "",
                           "connect it, or write one value per neuron");
            shapes.emplace_back();
            continue;
        }
        for (const std::size_t source : graph.nodes[n].from)
            if (inference.leaving[source]) inference.check_edge(source, n);
        shapes.push_back({*inference.arriving[n], *inference.leaving[n]});
    }
    return shapes;
}

}  // namespace synfire::nir
