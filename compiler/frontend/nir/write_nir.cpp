// Populations become neurons, connections chains of nodes between them. A spike that goes around a loop of
// one population waits one step in every reader, so that step is not written; other delays are Delay nodes.
#include "compiler/frontend/nir/write_nir.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/frontend/hdf5/image.hpp"
#include "compiler/frontend/nir/write_neuron.hpp"
#include "compiler/frontend/nir/write_stages.hpp"

namespace synfire {
namespace {

using namespace nir;

constexpr const char* version = "1.0.7";  // of the nir package whose layout this is

struct NetworkWriter {
    const Network& network;
    WrittenGraph graph;
    std::vector<std::string> inputs{};  // nodes
    std::vector<NeuronEnds> neurons{};  // by population
    std::vector<Shape> shapes{};        // by population
    std::vector<PerNeuron> offsets{};   // by population
    std::vector<NeedsOptions> needs{};  // by population

    // A population keeps its shape unless vectors arrive and nobody reads it as an image.
    Shape shape_of(std::size_t p) const {
        const Shape& shape = network.populations[p].shape;
        const bool vectors =
            std::any_of(network.connections.begin(), network.connections.end(), [&](const Connection& c) {
                if (c.target != p) return false;
                const bool made = std::any_of(c.stages.begin(), c.stages.end(), leaves_vector);
                const Shape& sent = c.source.kind == Presynaptic::Kind::input
                                        ? network.inputs[c.source.index].shape
                                        : network.populations[c.source.index].shape;
                return made || (sent != shape && sent.size() == 1 &&
                                !std::any_of(c.stages.begin(), c.stages.end(), wants_image));
            });
        if (shape.size() == 1 || !vectors) return shape;
        return {*element_count(shape)};
    }

    void add_nodes() {
        for (const Input& input : network.inputs)
            inputs.push_back(graph.add(input.name, {"Input", {{"shape", sizes(input.shape)}}, {}}));
        for (std::size_t p = 0; p < network.populations.size(); ++p) {
            shapes.push_back(shape_of(p));
            needs.emplace_back();
            offsets.emplace_back();
            neurons.push_back(write_neuron(network.populations[p], shapes[p], graph, needs[p], offsets[p]));
        }
    }

    Flow source_of(const Connection& c) const {
        if (c.source.kind == Presynaptic::Kind::input)
            return {inputs[c.source.index], network.inputs[c.source.index].shape};
        return {neurons[c.source.index].exit, shapes[c.source.index]};
    }

    void add_connection(Connection c) {
        if (!offsets[c.target].empty()) {
            std::vector<double> offset(synfire::neurons(network.populations[c.target]));
            for (std::size_t i = 0; i < offset.size(); ++i) offset[i] = at(offsets[c.target], i);
            if (add_offset(c.stages, offset)) offsets[c.target].clear();
        }
        Flow flow = source_of(c);
        const bool loop = c.source.kind == Presynaptic::Kind::population && c.source.index == c.target;
        if (c.delay > 0 && !(loop && c.delay == 1))
            flow.node = graph.chain(flow.node, c.name + ".delay",
                                    {"Delay", {{"delay", filled(flow.shape, c.delay * graph.dt)}}, {}});
        for (const Stage& stage : c.stages) flow = write_stage(stage, std::move(flow), c.name, graph);
        if (graph.report.has_errors()) return;
        if (!reshape(flow, shapes[c.target], c.name, graph))
            graph.refuse(c.name,
                         fmt::format("delivers {} to '{}', which is read as {}", to_string(flow.shape),
                                     network.populations[c.target].name, to_string(shapes[c.target])),
                         "NIR can flatten an array but not fold it up again");
        graph.connect(flow.node, neurons[c.target].entry);
    }

    void add_outputs() {
        for (const std::size_t p : network.outputs)
            graph.chain(neurons[p].exit,
                        network.outputs.size() == 1 ? "output" : "output." + network.populations[p].name,
                        {"Output", {{"shape", sizes(shapes[p])}}, {}});
    }

    // An option where all populations need the same; what differs is in the nodes' metadata.
    std::string options() const {
        std::string text = fmt::format("--dt {}", graph.dt);
        const auto common = [&](auto pick) {
            auto value = decltype(pick(needs.front())){};
            for (const NeedsOptions& n : needs) {
                if (!pick(n)) continue;
                if (value && *value != *pick(n)) return decltype(value){};
                value = pick(n);
            }
            return value;
        };
        if (const auto reset = common([](const NeedsOptions& n) { return n.reset; }))
            text += " --reset " + name_of(*reset);
        if (const auto compare = common([](const NeedsOptions& n) { return n.compare; }))
            text += " --compare " + name_of(*compare);
        const auto most = common([](const NeedsOptions& n) { return n.max_spikes; });
        if (most && *most > 1) text += fmt::format(" --max-spikes {}", *most);
        return text + " --discretization euler";
    }
};

void add_field(hdf5::Image& image, const std::string& path, const WrittenField& field) {
    std::visit([&](const auto& values) { image.add(path, field.shape, values); }, field.values);
}

std::string bytes_of(const WrittenGraph& graph) {
    hdf5::Image image;
    image.add("/version", version);
    image.add("/node/type", "NIRGraph");
    std::vector<std::string> ends;
    for (const auto& [from, to] : graph.edges) {
        ends.push_back(from);
        ends.push_back(to);
    }
    image.add("/node/edges", {graph.edges.size(), 2}, ends);
    image.add("/node/metadata/dt", {}, std::vector<double>{graph.dt});
    image.add("/node/metadata/discretization", name_of(Discretization::euler));
    for (const auto& [name, node] : graph.nodes) {
        const std::string path = "/node/nodes/" + name + "/";
        image.add(path + "type", node.type);
        for (const auto& [field, values] : node.fields) add_field(image, path + field, values);
        for (const auto& [field, values] : node.metadata)
            add_field(image, path + "metadata/" + field, values);
    }
    return image.bytes();
}

}  // namespace

NirFile write_nir(const Network& network, double dt, const std::string& file, Report& report) {
    NetworkWriter writer{network, {file, dt, report}};
    writer.add_nodes();
    report.stop_on_errors();
    for (const Connection& c : network.connections) writer.add_connection(c);
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        if (!writer.offsets[p].empty())
            writer.graph.refuse(network.populations[p].name, "has a bias and a potential that never decays",
                                "NIR's IF has no field for a bias; put weights with a bias in front of it");
    report.stop_on_errors();
    writer.add_outputs();
    if (writer.graph.outgrows_package)
        writer.graph.warn(
            "",
            "the nir package (1.0) takes kernels for square and channels for ungrouped, and computes "
            "other shapes",
            "read the file there with nir.read(path, type_check=False)");
    return {bytes_of(writer.graph), writer.options()};
}

}  // namespace synfire
