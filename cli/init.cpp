// synfire init MODEL -o OUT: weights for the connections that have none, with a forecast of what they do.
#include <memory>

#include "cli/init_flags.hpp"
#include "cli/write_model.hpp"
#include "compiler/init/schemes.hpp"
#include "compiler/support/files.hpp"
#include "report/page.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InitFlags init;
    std::string output;
    bool dry_run = false, keep_seeds = false;
};

void require_output(const Options& options) {
    if (!options.output.empty() || options.dry_run) return;
    Diagnostic d;
    d.field = "--output";
    d.reason = "no file was named for the initialized model";
    d.expected = "X.json or X.nir";
    d.hint = "give -o X.json, or --dry-run to see the forecast only";
    throw InputError(d);
}

Outcome init(const Options& options, Report& report) {
    require_output(options);
    if (!options.dry_run) check_writable(options.output);
    Model model = load_uninitialized(options.model, options.read, report);
    const InitOptions chosen =
        init_options(options.init, input_source(options.init, options.read.dt, model.network));
    const std::vector<PlannedPopulation> planned = plan(model.network, chosen, report);
    const std::vector<Forecast> forecasts = forecast(model.network, planned);
    judge(model.network, planned, forecasts, options.init.survive, scheme_of(chosen.scheme).single_step,
          report);
    Outcome outcome;
    outcome.text = table_of(planned, forecasts);
    outcome.json = {
        {"scheme", chosen.scheme}, {"seed", chosen.seed}, {"populations", to_json(planned, forecasts)}};
    if (!options.init.html.empty()) {
        const Json page{
            {"scheme", chosen.scheme}, {"seed", chosen.seed}, {"forecast", outcome.json["populations"]}};
        write_file(options.init.html, activity_page(model.network.name + ": forecast of its activity", page));
    }
    if (options.dry_run) return outcome;
    for (const PlannedPopulation& p : planned)
        draw_weights(p, chosen.seed,
                     [&](std::size_t c) -> Connection& { return model.network.connections[c]; });
    outcome.text +=
        write_model(model.network, options.output, options.read.dt, options.keep_seeds, report).text;
    outcome.json["output"] = options.output;
    return outcome;
}

}  // namespace

Command add_init(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("init", "Give a network weights with which it keeps firing");
    command->add_option("MODEL", options->model, "Model file; snn-json may leave weights out")->required();
    command->add_option("-o,--output", options->output, "Model to write, .json or .nir");
    command->add_flag("--dry-run", options->dry_run, "Draw nothing; show what the weights would do");
    command->add_flag("--keep-seeds", options->keep_seeds,
                      "With --quant, .json: write the seed instead of the weights");
    add_init_flags(*command, options->init);
    add_read_flags(*command, options->read);
    return [options](const Common&, Report& report) { return init(*options, report); };
}

}  // namespace synfire::cli
