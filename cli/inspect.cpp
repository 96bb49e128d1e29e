// synfire inspect MODEL: what is in it.
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "cli/ranges.hpp"
#include "compiler/network/describe.hpp"
#include "compiler/network/per_neuron.hpp"
#include "compiler/support/files.hpp"
#include "hil/process.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    std::string dot, svg;
};

// Graphviz needs seconds for hundreds of layers.
constexpr std::chrono::seconds drawing_time{60};

Json to_json(const Network& network) {
    Json json = {{"name", network.name},
                 {"inputs", Json::array()},
                 {"populations", Json::array()},
                 {"connections", Json::array()}};
    for (const Input& i : network.inputs) json["inputs"].push_back({{"name", i.name}, {"shape", i.shape}});
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const Population& population = network.populations[p];
        json["populations"].push_back({{"name", population.name},
                                       {"shape", population.shape},
                                       {"spiking", population.spiking.has_value()},
                                       {"fan_in", fan_in(network, p)},
                                       {"equation", equation(population)}});
    }
    for (const Connection& c : network.connections)
        json["connections"].push_back({{"name", c.name},
                                       {"source", name_of(network, c.source)},
                                       {"target", network.populations[c.target].name},
                                       {"delay", c.delay},
                                       {"weights", stored_weights(c)},
                                       {"stages", stage_texts(c)}});
    for (std::size_t o : network.outputs) json["outputs"].push_back(network.populations[o].name);
    return json;
}

// What the front end folded stands with the network, not among the diagnostics.
void take_notes(Report& report, Outcome& outcome) {
    std::vector<Diagnostic> others;
    outcome.json["folded"] = Json::array();
    std::string text;
    for (Diagnostic& d : report.diagnostics) {
        if (d.severity != Severity::note) {
            others.push_back(std::move(d));
            continue;
        }
        d.file.clear();
        text += "  " + to_text(d);
        outcome.json["folded"].push_back({{"node", d.node}, {"field", d.field}, {"reason", d.reason}});
    }
    if (!text.empty()) outcome.text += "\nfolded by the front end\n" + text;
    report.diagnostics = std::move(others);
}

void add_memory(const Network& network, Outcome& outcome) {
    std::size_t neuron_count = 0, weights = 0, drawn = 0, states = 0;
    for (const Population& p : network.populations) {
        neuron_count += neurons(p);
        states += neurons(p) * (all_equal(p.alpha, 0) ? 1 : 2);
    }
    for (const Connection& c : network.connections) {
        weights += stored_weights(c);
        for (const Stage& stage : c.stages)
            if (const auto* dense = std::get_if<Dense>(&stage); dense != nullptr && dense->drawn)
                drawn += dense->weight.size();
    }
    outcome.text += fmt::format("\n{} neurons, {} weights: {} bytes in 8 bits; {} bytes of 32-bit states\n",
                                neuron_count, weights, weights, 4 * states);
    if (drawn > 0)
        outcome.text += fmt::format(
            "{} of the weights come from a seed: firmware compiled with --weights seed draws them\n", drawn);
    outcome.json["neurons"] = neuron_count;
    outcome.json["weights"] = weights;
    outcome.json["weight_bytes"] = weights;
    outcome.json["drawn_weights"] = drawn;
    outcome.json["state_bytes"] = 4 * states;
}

void draw(const std::string& dot, const std::string& svg) {
    Diagnostic d;
    d.file = svg;
    d.hint = "install Graphviz, or write the graph with --dot and draw it elsewhere";
    d.reason = "cannot be drawn: the program 'dot' of Graphviz is not installed";
    if (hil::find_program("dot").empty()) throw InputError(d);
    const hil::ScratchFolder scratch;
    write_file((scratch.path() / "network.dot").string(), dot);
    const hil::ProcessResult result = hil::run_process({"dot", "-Tsvg", "network.dot", "-o", "network.svg"},
                                                       scratch.path(), scratch.path() / "log", drawing_time);
    d.reason = "cannot be drawn: Graphviz says " + result.output;
    if (result.exit_code != 0 || result.signal != 0 || result.timed_out) throw InputError(d);
    write_file(svg, read_file((scratch.path() / "network.svg").string()));
}

Outcome inspect(const Options& options, Report& report) {
    const Model model = load_model(options.model, options.read, report);
    Outcome outcome;
    outcome.text = describe(model.network);
    outcome.json = to_json(model.network);
    add_memory(model.network, outcome);
    take_notes(report, outcome);
    if (model.integers) {
        outcome.text +=
            fmt::format("compiled for {}, arithmetic profile {}\n", model.target, model.integers->profile);
        outcome.json["target"] = model.target;
        outcome.json["profile"] = model.integers->profile;
        describe_ranges(*model.integers, outcome);
    }
    if (!options.dot.empty()) write_file(options.dot, to_dot(model.network));
    if (!options.svg.empty()) draw(to_dot(model.network), options.svg);
    return outcome;
}

}  // namespace

Command add_inspect(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("inspect", "Show what a model holds");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    add_read_flags(*command, options->read);
    options->read.shows_rectifiers = options->read.may_lack_weights = true;
    command->add_option("--dot", options->dot, "Write the graph here, in the language of Graphviz");
    command->add_option("--svg", options->svg, "Draw the graph here, with Graphviz");
    return [options](const Common&, Report& report) { return inspect(*options, report); };
}

}  // namespace synfire::cli
