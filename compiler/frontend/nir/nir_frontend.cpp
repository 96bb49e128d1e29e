// The stages of reading a NIR file: bytes -> tree of HDF5 groups -> graph of nodes -> Network.
#include "compiler/frontend/nir/nir_frontend.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/frontend/nir/fold_neuron.hpp"
#include "compiler/frontend/nir/graph.hpp"
#include "compiler/frontend/nir/lower.hpp"

namespace synfire {
namespace {

bool has_field(const nir::Graph& graph, const char* field) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                       [&](const nir::Node& node) { return node.fields->data.count(field) != 0; });
}

// True where a file resets to something else than 0, which only a hard reset can mean.
bool states_reset(const nir::Graph& graph) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const nir::Node& node) {
        const auto found = node.fields->data.find("v_reset");
        return found != node.fields->data.end() &&
               std::any_of(found->second.numbers.begin(), found->second.numbers.end(),
                           [](double v) { return v != 0; });
    });
}

// What was taken because neither the file nor the user says it.
void tell_defaults(const nir::Graph& graph, const ReadOptions& options, Report& report) {
    Diagnostic d;
    d.file = graph.file;
    const bool has_times =
        has_field(graph, "tau") || has_field(graph, "tau_mem") || has_field(graph, "delay");
    if (!options.dt && (has_times || has_field(graph, "r"))) {
        d.reason = fmt::format("NIR files do not say how long a step is; dt = {} s was taken",
                               nir::step_of(options));
        d.hint = "give --dt: the step that the network was trained with, in the unit of its time constants";
        report.warning(d);
    }
    if (!options.reset && has_field(graph, "v_threshold") && !states_reset(graph)) {
        d.reason = "NIR files do not say how a neuron is reset; a hard reset to v_reset (0) was taken";
        d.hint = "give --reset; networks trained with snnTorch's default need --reset subtract";
        report.warning(d);
    }
    d.hint = "";
    if (!options.discretization && has_times) {
        d.reason = "discretization: euler was taken, 1 - dt/tau is kept per step";
        report.note(d);
    }
    if (!options.compare && has_field(graph, "v_threshold")) {
        d.reason = "comparison: gt was taken, a spike when v > v_threshold";
        report.note(d);
    }
}

}  // namespace

Network read_nir(const Source& source, const ReadOptions& options, Report& report) {
    const nir::Tree tree =
        hdf5::read_tree(source, {"NIR", "the nir package", "export the model with nir.write()"});
    const nir::Graph graph = nir::read_graph(tree, source.path, report);
    tell_defaults(graph, options, report);
    Network network = nir::lower(graph, options, report);
    report.stop_on_errors();
    return network;
}

}  // namespace synfire
