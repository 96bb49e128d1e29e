// synfire compile MODEL --target mcu|loihi -o DIR: quantizes and emits a directory that stands alone.
#include <memory>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "cli/loihi_resets.hpp"
#include "cli/quantization.hpp"
#include "cli/ranges.hpp"
#include "compiler/quantize/cluster.hpp"
#include "compiler/quantize/compiled.hpp"
#include "compiler/quantize/ledger.hpp"
#include "compiler/support/files.hpp"
#include "targets/loihi/limits.hpp"
#include "targets/loihi/loihi.hpp"
#include "targets/places.hpp"
#include "targets/stored.hpp"
#include "targets/targets.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    std::string target;
    std::string output;
    std::string ledger;
    bool dry_run = false;
    bool cluster_parameters = false;
    TargetOptions emission;
    QuantizeFlags quantize;
    InputFlags encoding;  // of calibration data
};

const Target& find_target(const std::string& name) {
    for (const Target& target : targets())
        if (target.name == name) return target;
    SYNFIRE_BUG("target " + name + " got past the option check");
}

// --weights names a file with weights, as for every command, or what firmware has its weights from; models
// with a file of weights were not drawn, so one option serves both.
void take_weight_source(Options& options, const Target& target) {
    const std::string source = options.read.weights;
    if (source != "seed" && source != "flash" && source != "bytes") return;
    options.read.weights.clear();
    if (source == "flash") return;
    options.emission.weights = source == "seed" ? WeightSource::seed : WeightSource::bytes;
    if (target.holds.seeds) return;
    Diagnostic d;
    d.field = "--weights";
    d.reason = source == "seed" ? fmt::format("target {} stores every weight", target.name)
                                : fmt::format("target {} has no choice of widths", target.name);
    d.expected = "flash";
    d.hint = fmt::format("leave out --weights {}, or compile for --target mcu", source);
    throw InputError(d);
}

// What is meant for the chip would be ignored, or change a network that needs no change.
void refuse_loihi_options(const Options& options, const Target& target) {
    const TargetOptions& e = options.emission;
    const char* typed = options.cluster_parameters ? "--cluster-parameters"
                        : e.full_limits            ? "--full-limits"
                        : e.chips > 1              ? "--chips"
                                                   : nullptr;
    if (typed == nullptr || target.name == "loihi") return;
    Diagnostic d;
    d.field = typed;
    d.reason = fmt::format("means nothing to target {}", target.name);
    d.hint = fmt::format("leave out {}, or compile for --target loihi", typed);
    throw InputError(d);
}

void describe_ledger(const std::vector<LedgerRow>& rows, Outcome& outcome) {
    outcome.text += fmt::format("\n{:<16} {:<40} {:>8} {:>14} {:>14}\n", "ledger", "parameter", "values",
                                "rms error", "largest");
    for (const LedgerSummary& s : summarize(rows)) {
        outcome.text += fmt::format("{:<16} {:<40} {:>8} {:>14.3e} {:>14.3e}\n", s.node, s.parameter, s.count,
                                    s.rms_relative_error, s.largest_relative_error);
        outcome.json["ledger"].push_back({{"node", s.node},
                                          {"parameter", s.parameter},
                                          {"count", s.count},
                                          {"rms_relative_error", s.rms_relative_error},
                                          {"largest_relative_error", s.largest_relative_error}});
    }
}

IntNetwork clustered(IntNetwork integers, Report& report) {
    std::vector<ClusterChange> changes;
    IntNetwork result = cluster_parameters(std::move(integers), {}, changes);
    for (const ClusterChange& c : changes) {
        Diagnostic d;
        d.node = "'" + result.populations[c.population].name + "'";
        d.field = c.parameter;
        d.reason = fmt::format(
            "{} different values became {}, as asked for; neurons changed by {:.2g} % (RMS), {:.2g} % at "
            "most",
            c.before, c.after, 100 * c.rms, 100 * c.largest);
        report.note(d);
    }
    return result;
}

// What the target takes, without anything written.
Outcome dry_run(const Target& target, IntNetwork integers, const Options& options, Report& report) {
    Outcome outcome;
    outcome.json = {{"target", target.name}, {"profile", integers.profile}, {"fits", true}};
    IntNetwork stored = stored_on(target, std::move(integers), report);
    if (target.name == "loihi") {
        stored = loihi::as_emitted(std::move(stored), options.emission);
        const auto placed = loihi::place_checked(stored, options.emission, report);
        report.stop_on_errors();
        outcome.json["cores"] = placed->placement.cores.size();
        outcome.json["chips"] = placed->placement.chips;
    } else {
        target.check(stored, options.emission, report);
        report.stop_on_errors();
    }
    outcome.text = fmt::format("{} fits target {} (arithmetic profile {}); nothing was written\n",
                               options.model, target.name, stored.profile);
    return outcome;
}

Outcome compile(Options options, const Common& common, Report& report) {
    const Target& target = find_target(options.target);
    take_weight_source(options, target);
    refuse_loihi_options(options, target);
    Model model = load_model(options.model, options.read, report);
    set_input_range(model, options.quantize, report);
    IntNetwork integers = integers_of(model, options.quantize, target.profile, common, report);
    const bool compare_resets = options.dry_run && target.name == "loihi" && !model.calibration.empty();
    const IntNetwork own_reset = compare_resets ? integers : IntNetwork{};
    if (options.emission.hard_reset) integers = loihi::with_hard_reset(std::move(integers));
    if (options.cluster_parameters) integers = clustered(std::move(integers), report);
    if (options.dry_run) {
        if (!compare_resets)
            for (Connection& c : model.network.connections)
                c.stages.clear();  // the integers are what counts now
        Outcome outcome = dry_run(target, std::move(integers), options, report);
        if (compare_resets)
            describe_resets(model.network, own_reset,
                            calibration_data(model, options.quantize, report).samples, options.emission,
                            common, outcome);
        return outcome;
    }
    Artifacts files = target.emit(stored_on(target, integers, report), options.emission, report);
    files.merge(to_artifacts({target.name, model.network, integers}));
    std::vector<LedgerRow> rows = ledger(model.network, integers);
    for (LedgerRow& row : rows) row.place = place_of(target.name, integers, row);
    files["ledger.csv"] = to_csv(rows);
    write_artifacts(options.output, files);
    if (!options.ledger.empty())
        write_file(options.ledger,
                   options.ledger.ends_with(".json") ? to_json_text(rows) : files["ledger.csv"]);

    Outcome outcome;
    outcome.json = {{"target", target.name},
                    {"profile", integers.profile},
                    {"output", options.output},
                    {"files", Json::array()}};
    for (const auto& [name, bytes] : files) outcome.json["files"].push_back(name);
    outcome.text = fmt::format("compiled {} for {} (arithmetic profile {}): {} files in {}\n", options.model,
                               target.name, integers.profile, files.size(), options.output);
    describe_ranges(integers, outcome);
    describe_ledger(rows, outcome);
    return outcome;
}

}  // namespace

Command add_compile(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("compile", "Quantize a model and emit it for a target");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    add_read_flags(*command, options->read);
    std::vector<std::string> names;
    for (const Target& target : targets()) names.push_back(target.name);
    command->get_option("--weights")
        ->description(
            "mcu: flash (the default), bytes: in flash, also those that need fewer bits, for fewer "
            "instructions; or seed: draw weights again that synfire init drew; or the file "
            "with the weights, where the model file has none (snn-generator)");
    command->add_option("--target", options->target, "mcu or loihi")->required()->check(CLI::IsMember(names));
    auto* const output =
        command->add_option("-o,--output", options->output, "Folder for the compiled network");
    auto* const dry_run = command->add_flag("--dry-run", options->dry_run,
                                            "Check whether the target holds the network; write nothing");
    command
        ->add_option("--ledger", options->ledger,
                     "Also write the ledger of every parameter here (.csv or .json)")
        ->check([](const std::string& file) {
            const bool known = file.ends_with(".csv") || file.ends_with(".json");
            return known ? std::string() : "'" + file + "' ends neither in .csv nor in .json";
        });
    CLI::Option* core = command->add_option(
        "--core", options->emission.core,
        "mcu: kernels of one core, for example cortex-m4; without it portable C++ for all");
    command
        ->add_flag(
            "--complement", options->emission.complement,
            "mcu: where more than half of a layer's inputs spike, kernels add the weights of the others")
        ->needs(core);
    command->add_flag("--hard-reset", options->emission.hard_reset,
                      "Loihi: replace soft by hard reset, so that stock Lava and netx can hold the network");
    command
        ->add_option("--chips", options->emission.chips, "Loihi: chips that the network may take (default 1)")
        ->check(CLI::Range(std::size_t{1}, loihi::most_chips));
    command->add_flag("--full-limits", options->emission.full_limits,
                      "Loihi: fill cores to the last word and axon, not to 90 % and 95 %");
    command->add_flag(
        "--cluster-parameters", options->cluster_parameters,
        "Loihi: where a layer has more decays or thresholds than a core holds, take the nearest "
        "that fit");
    add_encoding_flags(*command, options->encoding);
    add_quantize_flags(*command, options->quantize, &options->encoding);
    command->callback([output, dry_run] {
        if (output->count() + dry_run->count() == 0) throw CLI::RequiredError("--output");
    });
    return [options](const Common& common, Report& report) { return compile(*options, common, report); };
}

}  // namespace synfire::cli
