// synfire compile MODEL --target mcu|loihi -o DIR: quantizes and emits a directory that stands alone.
#include <memory>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "cli/quantization.hpp"
#include "cli/ranges.hpp"
#include "compiler/quantize/compiled.hpp"
#include "compiler/quantize/ledger.hpp"
#include "compiler/support/files.hpp"
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
    if (options.read.weights != "seed" && options.read.weights != "flash") return;
    const bool seed = options.read.weights == "seed";
    options.read.weights.clear();
    if (!seed) return;
    options.emission.weights = WeightSource::seed;
    if (target.holds.seeds) return;
    Diagnostic d;
    d.field = "--weights";
    d.reason = fmt::format("target {} stores every weight", target.name);
    d.expected = "flash";
    d.hint = "leave out --weights seed, or compile for --target mcu";
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

Outcome compile(Options options, const Common& common, Report& report) {
    const Target& target = find_target(options.target);
    take_weight_source(options, target);
    Model model = load_model(options.model, options.read, report);
    set_input_range(model, options.quantize, report);
    IntNetwork integers = integers_of(model, options.quantize, target.profile, common, report);
    if (options.emission.hard_reset) integers = loihi::with_hard_reset(std::move(integers));
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
            "mcu: flash (the default), or seed: draw weights again that synfire init drew; or the file "
            "with the weights, where the model file has none (snn-generator)");
    command->add_option("--target", options->target, "mcu or loihi")->required()->check(CLI::IsMember(names));
    command->add_option("-o,--output", options->output, "Folder for the compiled network")->required();
    command
        ->add_option("--ledger", options->ledger,
                     "Also write the ledger of every parameter here (.csv or .json)")
        ->check([](const std::string& file) {
            const bool known = file.ends_with(".csv") || file.ends_with(".json");
            return known ? std::string() : "'" + file + "' ends neither in .csv nor in .json";
        });
    command->add_option("--core", options->emission.core,
                        "mcu: kernels of one core, for example cortex-m4; without it portable C++ for all");
    command->add_flag("--hard-reset", options->emission.hard_reset,
                      "Loihi: replace soft by hard reset, so that stock Lava and netx can hold the network");
    add_encoding_flags(*command, options->encoding);
    add_quantize_flags(*command, options->quantize, &options->encoding);
    return [options](const Common& common, Report& report) { return compile(*options, common, report); };
}

}  // namespace synfire::cli
