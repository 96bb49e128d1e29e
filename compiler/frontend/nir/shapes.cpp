// A node's own fields tell its shape where they can; scalars take the shape of what arrives.
#include "compiler/frontend/nir/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace synfire::nir {
namespace {

// Sizes beyond this cannot be the neurons of one layer here.
constexpr std::size_t most_neurons = std::size_t{1} << 24;

const Data* data_of(const Node& node, const char* field) {
    const auto found = node.fields->data.find(field);
    return found == node.fields->data.end() ? nullptr : &found->second;
}

Shape without_ones(Shape shape) {
    shape.erase(std::remove(shape.begin(), shape.end(), std::size_t{1}), shape.end());
    return shape;
}

struct Inference {
    const Graph& graph;
    Report& report;
    std::vector<std::optional<Shape>> arriving = std::vector<std::optional<Shape>>(graph.nodes.size());
    std::vector<std::optional<Shape>> leaving = std::vector<std::optional<Shape>>(graph.nodes.size());

    void fail(const Node& node, const char* field, const std::string& reason, const std::string& expected,
              const std::string& hint) const {
        report.error(about(graph, node, field, reason, expected, hint));
    }

    // The values of a field as a shape: whole numbers.
    std::optional<Shape> written_shape(const Node& node, const char* field) const {
        const Data* data = data_of(node, field);
        if (data == nullptr) return std::nullopt;
        Shape shape;
        std::size_t count = 1;
        for (const double x : data->numbers) {
            if (!(x >= 1 && x <= static_cast<double>(most_neurons)) || x != std::floor(x) ||
                data->shape.size() > 1 || data->numbers.size() > 16) {
                fail(node, field, fmt::format("value {} is not a size", x), "whole numbers from 1",
                     "give the shape without batch and time");
                return std::nullopt;
            }
            shape.push_back(static_cast<std::size_t>(x));
            count = count > most_neurons ? count : count * shape.back();
        }
        if (count <= most_neurons) return shape;
        fail(node, field, fmt::format("{} is too large", to_string(shape)),
             fmt::format("at most {} values", most_neurons), "give the shape without batch and time");
        return std::nullopt;
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

    void matrix(std::size_t n) {
        const Node& node = graph.nodes[n];
        const Data& weight = *data_of(node, "weight");
        Shape shape = weight.shape;
        while (shape.size() > 2 && shape.front() == 1) shape.erase(shape.begin());
        if (shape.size() != 2) {
            fail(node, "weight", fmt::format("has shape {}", to_string(weight.shape)), "[outputs, inputs]",
                 "write the weight as a matrix; put a Flatten before inputs of several axes");
            return;
        }
        arriving[n] = Shape{shape[1]};
        leaving[n] = Shape{shape[0]};
        const Data* bias = data_of(node, "bias");
        if (bias != nullptr && bias->numbers.size() != shape[0] && bias->numbers.size() != 1)
            fail(node, "bias", fmt::format("has shape {}", to_string(bias->shape)),
                 fmt::format("[{}], one value per output", shape[0]), "check the layer's sizes");
    }

    // What the node's own fields say.
    void own(std::size_t n) {
        const Node& node = graph.nodes[n];
        if (node.type == "Affine" || node.type == "Linear") {
            matrix(n);
        } else if (node.type == "Flatten") {
            arriving[n] = written_shape(node, "input_type");
            if (arriving[n]) leaving[n] = Shape{*element_count(*arriving[n])};
        } else if (node.role == Role::neuron) {
            leaving[n] = arriving[n] = field_shape(
                node, {"v_threshold", "tau", "tau_mem", "tau_syn", "r", "v_leak", "w_in", "v_reset"});
        } else if (node.type == "Scale" || node.type == "Delay") {
            const char* field = node.type == "Scale" ? "scale" : "delay";
            if (data_of(node, field)->numbers.size() > 1)
                leaving[n] = arriving[n] = field_shape(node, {field});
        } else {
            leaving[n] = arriving[n] = written_shape(node, "shape");
        }
    }

    // Shapes that follow from what arrives, until nothing changes.
    void spread() {
        for (bool progress = true; progress;) {
            progress = false;
            for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
                if (leaving[n]) continue;
                for (const std::size_t source : graph.nodes[n].from) {
                    if (!leaving[source]) continue;
                    arriving[n] = leaving[source];
                    leaving[n] = graph.nodes[n].type == "Flatten" ? Shape{*element_count(*leaving[source])}
                                                                  : *leaving[source];
                    progress = true;
                    break;
                }
            }
        }
    }

    void check_edge(std::size_t source, std::size_t target) const {
        const Shape &sent = *leaving[source], &wanted = *arriving[target];
        if (sent == wanted) return;
        const Node& node = graph.nodes[target];
        const std::string what =
            fmt::format("shape {} arrives from '{}'", to_string(sent), graph.nodes[source].name);
        if (without_ones(sent) == without_ones(wanted)) {
            report.warning(about(graph, node, "",
                                 fmt::format("{} and is taken as {}", what, to_string(wanted)), "",
                                 "write both shapes alike"));
            return;
        }
        fail(node, "", what, to_string(wanted),
             element_count(sent) == element_count(wanted) ? "put a Flatten node between them"
                                                          : "check the sizes of the two nodes");
    }
};

}  // namespace

std::vector<Shape> infer_shapes(const Graph& graph, Report& report) {
    Inference inference{graph, report};
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) inference.own(n);
    report.stop_on_errors();
    inference.spread();
    std::vector<Shape> shapes;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        if (!inference.leaving[n]) {
            inference.fail(graph.nodes[n], "", "nothing tells its shape: no edge enters it", "",
                           "connect it, or write one value per neuron");
            shapes.emplace_back();
            continue;
        }
        for (const std::size_t source : graph.nodes[n].from)
            if (inference.leaving[source]) inference.check_edge(source, n);
        shapes.push_back(*inference.leaving[n]);
    }
    return shapes;
}

}  // namespace synfire::nir
