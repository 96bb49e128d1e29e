// synfire propagate MODEL: how activity goes through a network, layer by layer and step by step, over many
// draws of its weights.
#include "tuning/propagate.hpp"

#include <memory>

#include <fmt/format.h>

#include "cli/init_flags.hpp"
#include "cli/progress.hpp"
#include "compiler/init/schemes.hpp"
#include "compiler/support/files.hpp"
#include "report/page.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InitFlags init;
    PropagateOptions run;
    std::size_t steps = 1;
    std::string engine = "reference";
    bool redraw = false;
    // A stack of equal layers, where no model is given.
    std::size_t layers = 0, width = 0;
    double threshold = 1, beta = 0;
};

Population stack_population(const Options& options, std::size_t layer) {
    Population p;
    p.name = fmt::format("layer{}", layer);
    p.shape = {options.width};
    p.beta = {options.beta};
    Reset reset = NoReset{};
    const std::string& rule = options.read.reset;
    if (rule.empty() || rule == "subtract") reset = SoftReset{{options.threshold}, true};
    if (rule == "subtract-now") reset = SoftReset{{options.threshold}, false};
    if (rule == "snntorch-nodelay") reset = NoDelayReset{false, {options.threshold}};
    if (rule == "zero") reset = HardReset{{0.0}};
    p.spiking = Spiking{{options.threshold}, Compare::greater, reset};
    return p;
}

// Layer 0 takes the real-valued input as it is; dense layers follow.
Network stack(const Options& options) {
    Network network;
    network.name = fmt::format("{} layers of {} neurons", options.layers, options.width);
    network.inputs.push_back({"input", {options.width}, SignalKind::real});
    for (std::size_t l = 0; l <= options.layers; ++l) {
        network.populations.push_back(stack_population(options, l));
        Connection c;
        c.name = fmt::format("to_layer{}", l);
        c.source = l == 0 ? Presynaptic{} : Presynaptic{Presynaptic::Kind::population, l - 1};
        c.target = l;
        if (l > 0) c.stages.emplace_back(Dense{options.width, options.width, {}, {}});
        network.connections.push_back(std::move(c));
    }
    network.outputs = {options.layers};
    return network;
}

Network network_of(const Options& options, Report& report) {
    const bool stacked = options.layers > 0 && options.width > 0;
    if (stacked == options.model.empty())
        return stacked ? stack(options) : load_uninitialized(options.model, options.read, report).network;
    Diagnostic d;
    d.field = "MODEL";
    d.reason = stacked ? "a model and a stack of layers were given" : "no network was named";
    d.expected = "MODEL, or --layers L --width N";
    d.hint = "name a model file";
    throw InputError(d);
}

Json spreads(const std::vector<Spread>& list) {
    Json means = Json::array(), sds = Json::array();
    for (const Spread& s : list) {
        means.push_back(s.mean);
        sds.push_back(s.sd);
    }
    return {{"mean", means}, {"sd", sds}};
}

Json to_json(const Network& network, const std::vector<PopulationActivity>& layers) {
    Json list = Json::array();
    for (std::size_t p = 0; p < layers.size(); ++p)
        list.push_back(
            {{"name", network.populations[p].name},
             {"neurons", neurons(network.populations[p])},
             {"alive", layers[p].alive},
             {"variance", spreads(layers[p].variance)},
             {"mean", spreads(layers[p].mean)},
             {"spikes", spreads(layers[p].spikes)},
             {"total_spikes", {{"mean", layers[p].total_spikes.mean}, {"sd", layers[p].total_spikes.sd}}}});
    return list;
}

std::string table(const Network& network, const std::vector<PopulationActivity>& layers) {
    std::string text = fmt::format("{:<20} {:>8} {:>22} {:>22} {:>10} {:>7}\n", "population", "neurons",
                                   "Var[u], last step", "spikes, all steps", "mean u", "alive");
    for (std::size_t p = 0; p < layers.size(); ++p)
        text += fmt::format("{:<20} {:>8} {:>12.5f} +- {:<6.4f} {:>12.1f} +- {:<6.1f} {:>10.4f} {:>7.3f}\n",
                            network.populations[p].name, neurons(network.populations[p]),
                            layers[p].variance.back().mean, layers[p].variance.back().sd,
                            layers[p].total_spikes.mean, layers[p].total_spikes.sd,
                            layers[p].mean.back().mean, layers[p].alive);
    return text;
}

Outcome propagate_command(const Common& common, const Options& options, Report& report) {
    const Network network = network_of(options, report);
    const InputSource source = input_source(options.init, options.read.dt, network);
    const InitOptions chosen = init_options(options.init, source);
    const std::vector<PlannedPopulation> planned = plan(network, chosen, report);
    const std::vector<Forecast> forecasts = forecast(network, planned);
    judge(network, planned, forecasts, options.init.survive, scheme_of(chosen.scheme).single_step, report);
    PropagateOptions run = options.run;
    run.seed = chosen.seed;
    run.threads = common.threads;
    run.use_emulator = options.engine == "emulator";
    const DrawInputs inputs = [&](std::uint64_t seed) {
        return draw_inputs(source, network, options.steps, options.redraw, seed, chosen.seed);
    };
    const std::vector<PopulationActivity> layers =
        propagate(network, planned, inputs, run, progress_bar(run.trials, common.quiet));
    Outcome outcome;
    outcome.text = table(network, layers);
    outcome.json = {{"network", network.name},
                    {"scheme", chosen.scheme},
                    {"seed", chosen.seed},
                    {"trials", run.trials},
                    {"steps", options.steps},
                    {"engine", options.engine},
                    {"forecast", cli::to_json(planned, forecasts)},
                    {"populations", to_json(network, layers)}};
    if (!options.init.html.empty())
        write_file(options.init.html, report_page(network.name + ": activity over depth", outcome.json));
    return outcome;
}

}  // namespace

Command add_propagate(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "propagate", "Measure activity over depth and time, over many draws of the weights");
    command->add_option("MODEL", options->model, "Model file; leave it out for a stack of --layers");
    command->add_option("--steps", options->steps, "Time steps (default 1)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20));
    command->add_option("--trials", options->run.trials, "Draws of input and weights (default 20)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20));
    command
        ->add_option("--engine", options->engine,
                     "Float64 reference, or integer emulator of a microcontroller")
        ->check(CLI::IsMember({"reference", "emulator"}));
    command->add_flag("--redraw", options->redraw,
                      "--input normal: new values in every step instead of constant ones");
    command->add_option("--layers", options->layers, "Without MODEL: dense layers behind an encoder layer")
        ->check(CLI::Range(std::size_t{1}, std::size_t{10000}));
    command->add_option("--width", options->width, "Without MODEL: neurons per layer")
        ->check(CLI::Range(std::size_t{1}, std::size_t{65536}));
    command->add_option("--threshold", options->threshold, "Without MODEL: threshold (default 1)")
        ->check(CLI::Range(0.0, 1e9));
    command
        ->add_option("--beta", options->beta,
                     "Without MODEL: kept part of the potential per step (default 0)")
        ->check(CLI::Range(0.0, 1.0));
    add_init_flags(*command, options->init);
    add_read_flags(*command, options->read);
    command->add_flag(
        "--nearest-threshold", options->init.nearest_threshold,
        "--quant: round thresholds to the nearest integer, half a step too high, to see what that costs");
    return [options](const Common& common, Report& report) {
        return propagate_command(common, *options, report);
    };
}

}  // namespace synfire::cli
