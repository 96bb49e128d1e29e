// The stages of reading a NIR file: bytes (HDF5 or JSON) -> tree of groups -> graph of nodes -> Network.
#include "compiler/frontend/nir/nir_frontend.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/frontend/nir/fold_neuron.hpp"
#include "compiler/frontend/nir/graph.hpp"
#include "compiler/frontend/nir/json_tree.hpp"
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

// True where the metadata of the graph or of every spiking node says it.
template <class Pick>
bool hinted(const nir::Graph& graph, Pick pick) {
    return pick(graph.hints) ||
           std::all_of(graph.nodes.begin(), graph.nodes.end(), [&](const nir::Node& node) {
               return node.fields->data.count("v_threshold") == 0 || pick(nir::hints_of(*node.fields));
           });
}

// Everything that one framework's name stands for, so that it need not be looked up.
void tell_preset(const nir::Graph& graph, const ReadOptions& options, bool asks_reset, Report& report) {
    const nir::Preset& preset = nir::preset_of(*options.as);
    const nir::Conventions c = nir::conventions_of(options, graph.hints);
    Diagnostic d;
    d.file = graph.file;
    d.reason =
        fmt::format("is read as by {}: --dt {} --reset {} --discretization {} --compare {} --gain {}{}",
                    preset.name, c.dt, nir::name_of(c.reset), nir::name_of(c.discretization),
                    nir::name_of(c.compare), c.gain == Gain::one ? "one" : "file",
                    c.max_spikes > 1 ? fmt::format(" --max-spikes {}", c.max_spikes) : "");
    report.note(d);
    if (preset.remark.empty()) return;
    const bool about_reset = preset.remark.find("--reset") != std::string::npos;
    d.reason = preset.remark;
    if (about_reset && asks_reset) {
        d.reason = "the file cannot say how neurons were reset: a hard reset to v_reset was taken";
        d.hint = preset.remark;
        report.warning(d);
    } else if (!about_reset) {
        report.note(d);
    }
}

void tell_hints(const nir::Graph& graph, const ReadOptions& options, Report& report) {
    const nir::Hints& hints = graph.hints;
    std::string taken;
    const auto add = [&](bool counts, const std::string& text) {
        if (counts) taken += (taken.empty() ? "" : ", ") + text;
    };
    add(hints.dt && !options.dt, fmt::format("dt = {} s", hints.dt.value_or(0)));
    add(!hints.reset.empty() && !options.reset, "reset " + hints.reset);
    add(!hints.discretization.empty() && !options.discretization, "discretization " + hints.discretization);
    add(!hints.compare.empty() && !options.compare, "comparison " + hints.compare);
    if (taken.empty()) return;
    Diagnostic d;
    d.file = graph.file;
    d.reason = taken + ": from the file's metadata";
    report.note(d);
}

// What was taken because neither the file nor the user says it.
void tell_defaults(const nir::Graph& graph, const ReadOptions& options, Report& report) {
    Diagnostic d;
    d.file = graph.file;
    const bool has_times =
        has_field(graph, "tau") || has_field(graph, "tau_mem") || has_field(graph, "delay");
    const bool asks_reset = !options.reset && has_field(graph, "v_threshold") && !states_reset(graph);
    if (options.as) return tell_preset(graph, options, asks_reset, report);
    tell_hints(graph, options, report);
    if (!options.dt && !graph.hints.dt && (has_times || has_field(graph, "r"))) {
        d.reason = fmt::format("NIR files do not say how long a step is; dt = {} s was taken",
                               nir::Conventions{}.dt);
        d.hint = "give --dt: the step that the network was trained with, in the unit of its time constants";
        report.warning(d);
    }
    const bool says_reset =
        hinted(graph, [](const nir::Hints& hints) { return nir::reset_rule(hints.reset).has_value(); });
    const bool says_compare = hinted(graph, [](const nir::Hints& hints) { return !hints.compare.empty(); });
    if (asks_reset && !says_reset) {
        d.reason = "NIR files do not say how a neuron is reset; a hard reset to v_reset (0) was taken";
        d.hint =
            "give --reset, or --as with the framework's name; networks trained with snnTorch's default need "
            "--reset subtract";
        report.warning(d);
    }
    d.hint = "";
    if (!options.discretization && graph.hints.discretization.empty() && has_times) {
        d.reason = "discretization: euler was taken, 1 - dt/tau is kept per step";
        report.note(d);
    }
    if (!options.compare && !says_compare && has_field(graph, "v_threshold")) {
        d.reason = "comparison: gt was taken, a spike when v > v_threshold";
        report.note(d);
    }
}

Network read_graph_of(const nir::Tree& tree, const std::string& file, const ReadOptions& options,
                      Report& report) {
    const nir::Graph graph = nir::read_graph(tree, file, report);
    tell_defaults(graph, options, report);
    Network network = nir::lower(graph, options, report);
    report.stop_on_errors();
    return network;
}

}  // namespace

bool is_nir_json(const Source& source) {
    return source.bytes.find("\"NIRGraph\"") != std::string::npos &&
           nir::is_nir_json(json::parse(source.bytes, source.path));
}

Network read_nir_json(const Source& source, const ReadOptions& options, Report& report) {
    return read_graph_of(nir::tree_of(json::parse(source.bytes, source.path), source.path), source.path,
                         options, report);
}

Network read_nir(const Source& source, const ReadOptions& options, Report& report) {
    return read_graph_of(
        hdf5::read_tree(source, {"NIR", "the nir package", "export the model with nir.write()"}), source.path,
        options, report);
}

}  // namespace synfire
