// synfire inspect MODEL: what is in it.
#include <memory>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "compiler/network/print.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
};

Json to_json(const Network& network) {
    Json json = {{"name", network.name},
                 {"inputs", Json::array()},
                 {"populations", Json::array()},
                 {"connections", Json::array()}};
    for (const Input& i : network.inputs) json["inputs"].push_back({{"name", i.name}, {"shape", i.shape}});
    for (const Population& p : network.populations)
        json["populations"].push_back(
            {{"name", p.name}, {"shape", p.shape}, {"spiking", p.spiking.has_value()}});
    for (const Connection& c : network.connections)
        json["connections"].push_back({{"name", c.name},
                                       {"source", name_of(network, c.source)},
                                       {"target", network.populations[c.target].name},
                                       {"delay", c.delay},
                                       {"synapses", stored_weights(c)}});
    return json;
}

Outcome inspect(const Options& options, Report& report) {
    const Model model = load_model(options.model, options.read, report);
    std::size_t neuron_count = 0, synapse_count = 0;
    for (const Population& p : model.network.populations) neuron_count += neurons(p);
    for (const Connection& c : model.network.connections) synapse_count += stored_weights(c);
    Outcome outcome;
    outcome.text = print(model.network);
    outcome.text += fmt::format("{} neurons, {} synapses: {} bytes of 8-bit weights\n", neuron_count,
                                synapse_count, synapse_count);
    outcome.json = to_json(model.network);
    outcome.json["neurons"] = neuron_count;
    outcome.json["synapses"] = synapse_count;
    if (model.integers) {
        outcome.text +=
            fmt::format("compiled for {}, arithmetic profile {}\n", model.target, model.integers->profile);
        outcome.json["target"] = model.target;
        outcome.json["profile"] = model.integers->profile;
    }
    return outcome;
}

}  // namespace

Command add_inspect(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("inspect", "Show what a model holds");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    add_read_flags(*command, options->read);
    return [options](const Common&, Report& report) { return inspect(*options, report); };
}

}  // namespace synfire::cli
