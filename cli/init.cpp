// synfire init MODEL -o OUT: weights for the connections that have none, with a forecast of what they do.
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "cli/init_flags.hpp"
#include "cli/write_model.hpp"
#include "compiler/init/schemes.hpp"
#include "compiler/support/files.hpp"
#include "report/page.hpp"
#include "tuning/data_driven.hpp"
#include "tuning/predict_steps.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InitFlags init;
    std::string output;
    std::size_t steps = 1;
    bool dry_run = false, keep_seeds = false;
};

const std::vector<std::pair<std::string, DataScheme>> data_schemes = {
    {"lsuv", DataScheme::unit_variance}, {"threshold-quantile", DataScheme::threshold_quantile}};

std::optional<DataScheme> data_scheme(const std::string& name) {
    for (const auto& [known, scheme] : data_schemes)
        if (known == name) return scheme;
    return std::nullopt;
}

[[noreturn]] void refuse(const std::string& field, const std::string& reason, const std::string& expected,
                         const std::string& hint) {
    Diagnostic d;
    d.field = field;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    throw InputError(d);
}

void require_output(const Options& options) {
    if (options.dry_run) return;
    if (options.output.empty())
        refuse("--output", "no file was named for the initialized model", "X.json or X.nir",
               "give -o X.json, or --dry-run to see the forecast only");
    check_writable(options.output);
}

std::string text_of(const Outlook& o, double survive) {
    std::string text =
        fmt::format("\n{} layers of at least {} neurons at a = {:.4g}:\n", o.layers, o.width, o.a);
    text += o.largest_a > 0
                ? fmt::format("  largest operating point that lives with probability {}: {:.4g}\n", survive,
                              o.largest_a)
                : fmt::format("  no operating point lives with probability {}\n", survive);
    if (o.smallest_width > 0)
        text += fmt::format("  smallest width that does at this operating point: {}\n", o.smallest_width);
    if (o.e_fold > 0)
        text += fmt::format(
            "  two inputs, whatever they had in common, end at a correlation of {:.3f} (e-fold depth {:.2f} "
            "layers);\n"
            "  those of correlation 0.9 can be told from unrelated ones down to layer {}\n",
            o.similarity, o.e_fold, o.apart);
    return text;
}

Json to_json(const Outlook& o) {
    return {{"layers", o.layers},
            {"narrowest", o.width},
            {"a", o.a},
            {"largest_a", o.largest_a},
            {"smallest_width", o.smallest_width},
            {"correlation_limit", o.similarity},
            {"e_fold_depth", o.e_fold},
            {"apart_until", o.apart}};
}

// One draw of several steps, by the Gaussian process: what to expect in time.
void add_steps(const Options& options, const Network& network, const std::vector<PlannedPopulation>& planned,
               const InputSource& source, std::uint64_t seed, Outcome& outcome, Report& report) {
    if (options.steps == 1) return;
    const std::vector<Signal> inputs = draw_inputs(source, network, options.steps, false, seed, seed);
    const auto activity = predict_steps(network, planned, inputs, seed);
    if (!activity) {
        Diagnostic d;
        d.field = "--steps";
        d.reason = "several steps are forecast for layers of dense weights only";
        d.hint = "measure with synfire propagate --steps";
        report.warning(d);
        return;
    }
    outcome.text += fmt::format(
        "\nforecast of {} steps, one draw: spikes per neuron, Var[u] in the last step\n", options.steps);
    for (std::size_t p = 0; p < activity->size(); ++p) {
        const ProcessActivity& a = (*activity)[p];
        const double spikes = std::accumulate(a.fraction.begin(), a.fraction.end(), 0.0);
        outcome.text += fmt::format("{:<20} {:>10.4f} {:>10.4f}\n", network.populations[p].name, spikes,
                                    a.variance.back());
        outcome.json["populations"][p]["steps"] = {
            {"fraction", a.fraction}, {"mean", a.mean}, {"variance", a.variance}};
    }
}

Outcome with_forecast(const Options& options, Network& network, const InputSource& source, Report& report) {
    const InitOptions chosen = init_options(options.init, source);
    const std::vector<PlannedPopulation> planned = plan(network, chosen, report);
    const std::vector<Forecast> forecasts = forecast(network, planned);
    judge(network, planned, forecasts, options.init.survive, scheme_of(chosen.scheme).single_step, report);
    Outcome outcome;
    outcome.text = table_of(planned, forecasts);
    outcome.json = {
        {"scheme", chosen.scheme}, {"seed", chosen.seed}, {"populations", cli::to_json(planned, forecasts)}};
    if (const auto o = outlook(network, planned, forecasts, options.init.survive)) {
        outcome.text += text_of(*o, options.init.survive);
        outcome.json["outlook"] = to_json(*o);
    }
    add_steps(options, network, planned, source, chosen.seed, outcome, report);
    if (!options.init.html.empty()) {
        const Json page{
            {"scheme", chosen.scheme}, {"seed", chosen.seed}, {"forecast", outcome.json["populations"]}};
        write_file(options.init.html, report_page(network.name + ": forecast of its activity", page));
    }
    if (options.dry_run) return outcome;
    for (const PlannedPopulation& p : planned)
        draw_weights(p, chosen.seed, [&](std::size_t c) -> Connection& { return network.connections[c]; });
    return outcome;
}

Outcome from_data(const Options& options, DataScheme scheme, Network& network, const InputSource& source,
                  Report& report) {
    const std::string& name = options.init.options.scheme;
    if (source.kind != InputSource::Kind::data)
        refuse("--scheme", fmt::format("{} looks at data", name), "--input data=FILE.npy",
               "give some hundred inputs of the training set");
    if (!options.init.quant.empty())
        refuse("--quant", fmt::format("{} gives weights that are not quantized", name),
               "a scheme without data", "leave --quant out");
    if (options.dry_run)
        refuse("--dry-run", fmt::format("{} has nothing to forecast: it measures", name), "-o X.json",
               "leave --dry-run out");
    std::vector<std::vector<Signal>> samples;
    for (const Signal& sample : source.samples) samples.push_back({sample});
    network =
        initialize_from_data(std::move(network), scheme, init_options(options.init, source), samples, report);
    Outcome outcome;
    outcome.text =
        fmt::format("{}: fitted to {} samples of {} steps\n", name, samples.size(), source.samples[0].steps);
    outcome.json = {{"scheme", name}, {"seed", options.init.options.seed}, {"samples", samples.size()}};
    return outcome;
}

Outcome init(const Options& options, Report& report) {
    require_output(options);
    Model model = load_uninitialized(options.model, options.read, report);
    const InputSource source = input_source(options.init, options.read.dt, model.network);
    const auto scheme = data_scheme(options.init.options.scheme);
    Outcome outcome = scheme ? from_data(options, *scheme, model.network, source, report)
                             : with_forecast(options, model.network, source, report);
    if (options.dry_run) return outcome;
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
    command->add_option("--steps", options->steps, "Forecast several time steps, too (default 1)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
    command->add_flag("--keep-seeds", options->keep_seeds,
                      "With --quant, .json: write the seed instead of the weights");
    std::vector<std::string> names;
    for (const auto& row : data_schemes) names.push_back(row.first);
    add_init_flags(*command, options->init, names);
    add_read_flags(*command, options->read);
    return [options](const Common&, Report& report) { return init(*options, report); };
}

}  // namespace synfire::cli
