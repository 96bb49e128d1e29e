// synfire report MODEL --input X.npy -o page.html: reference and integers over a data set, and one sample in
// detail, as one HTML page.
#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/common.hpp"
#include "cli/evaluation.hpp"
#include "cli/inputs.hpp"
#include "cli/progress.hpp"
#include "cli/quantization.hpp"
#include "cli/ranges.hpp"
#include "cli/readout_flag.hpp"
#include "cli/report_parameters.hpp"
#include "cli/report_proof.hpp"
#include "cli/report_sample.hpp"
#include "compiler/support/files.hpp"
#include "report/page.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InputFlags inputs;
    std::string labels;
    std::string readout;
    std::vector<std::size_t> samples;  // in detail
    std::string tune;
    std::optional<std::size_t> attributed;
    std::string output;
    QuantizeFlags quantize;
};

// The last part of the model's path, a trailing slash left out.
std::string file_name(const std::string& path) {
    const auto normal = std::filesystem::path(path).lexically_normal();
    return (normal.has_filename() ? normal : normal.parent_path()).filename().string();
}

constexpr std::size_t most_samples = 8;  // in detail

// The samples in detail: those asked for, else the first that diverges and the first two whose answers
// differ.
std::vector<std::size_t> chosen_samples(const Options& options, const Evaluation& evaluation) {
    std::vector<std::size_t> chosen = options.samples;
    if (chosen.empty()) {
        chosen.push_back(evaluation.agreement.first ? evaluation.agreement.first->sample : 0);
        const std::vector<std::size_t>& changed = evaluation.answers.changed;
        chosen.insert(
            chosen.end(), changed.begin(),
            changed.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, changed.size())));
    }
    std::vector<std::size_t> once;
    for (const std::size_t k : chosen)
        if (std::find(once.begin(), once.end(), k) == once.end()) once.push_back(k);
    return once;
}

void check_samples(const Options& options, std::size_t samples) {
    if (options.samples.size() > most_samples) {
        Diagnostic d;
        d.field = "--sample";
        d.reason = fmt::format("{} samples would make the page too large", options.samples.size());
        d.expected = fmt::format("at most {}", most_samples);
        d.hint = "write a second page";
        throw InputError(d);
    }
    for (const std::size_t k : options.samples) {
        if (k < samples) continue;
        Diagnostic d;
        d.field = "--sample";
        d.reason = fmt::format("there is no sample {}", k);
        d.expected = fmt::format("0..{}", samples - 1);
        d.hint = "samples are counted from 0";
        throw InputError(d);
    }
}

// The range proof; inputs that overflow are named, their values left to synfire compile.
Json ranges_json(const IntNetwork& integers) {
    Outcome ranges;
    describe_ranges(integers, ranges);
    for (Json& row : ranges.json["ranges"])
        if (row.contains("worst_input")) row["worst_input"].erase("inputs");
    return ranges.json["ranges"];
}

// As many as asked for; else up to 16, as far as thirty runs of each take seconds.
std::size_t attributed_samples(const Options& options, const IntNetwork& integers, const DataSet& data) {
    if (options.attributed) return std::min(*options.attributed, data.samples);
    double synapses = 1;
    for (const IntConnection& c : integers.connections) synapses += static_cast<double>(c.weight.size());
    constexpr double most = 1e10;
    const double affordable = most / (30 * synapses * static_cast<double>(data.steps));
    return std::min(data.samples, static_cast<std::size_t>(std::clamp(affordable, 1.0, 16.0)));
}

Outcome report_command(const Options& options, const Common& common, Report& report) {
    Model model = load_model(options.model, options.read, report);
    set_input_range(model, options.quantize, report);
    const Population& output = model.network.populations[model.network.outputs.front()];
    const ReadoutRule& rule = readout_rule(options.readout, output, options.model);
    const IntNetwork integers = integers_of(model, options.quantize, "mcu", common, report);
    const DataSet data = open_inputs(model.network, options.inputs, InputUse::integers, report);
    check_samples(options, data.samples);
    std::vector<std::size_t> labels;
    if (!options.labels.empty()) labels = load_labels(options.labels, data.samples, neurons(output));
    Json page = {{"model", file_name(options.model)}, {"profile", integers.profile}};
    if (!options.tune.empty()) page["tune"] = tune_json(options.tune);
    const Evaluation evaluation = evaluate(model.network, integers, data.samples, data.steps,
                                           [&](std::size_t b) { return sample_of(data, b); }, labels,
                                           {&rule, common.threads, progress_bar(data.samples, common.quiet)});
    page["evaluation"] = to_json(evaluation, rule);
    const std::vector<std::size_t> samples = chosen_samples(options, evaluation);
    for (const std::size_t k : samples) {
        Json sample = {{"index", k}};
        if (!labels.empty()) sample["label"] = labels[k];
        sample.update(sample_json(model.network, integers, sample_of(data, k), rule, samples.size()));
        page["samples"].push_back(std::move(sample));
    }
    if (const std::size_t count = attributed_samples(options, integers, data); count > 0)
        page["detail"] = detail_json(model.network, integers, data, count, common.threads);
    page["ranges"] = ranges_json(integers);
    page["memory"] = memory_json(integers);
    const std::string by_profile = integers.profile == "loihi" ? "loihi" : "mcu";
    page["ledger"] = ledger_json(model.network, integers, model.target.empty() ? by_profile : model.target);
    const std::string html = report_page("Is it still the same network? " + file_name(options.model), page);
    write_file(options.output, html);
    Outcome outcome;
    outcome.text =
        fmt::format("{}: {} samples of {} steps, in detail {}; {} KiB\n", options.output, data.samples,
                    data.steps, fmt::join(samples, ", "), (html.size() + 1023) / 1024);
    outcome.json = std::move(page);
    return outcome;
}

}  // namespace

Command add_report(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "report", "Write one HTML page: where the integers differ, why, and what they cost");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    add_read_flags(*command, options->read);
    add_input_flags(*command, options->inputs, "--input,--data");
    command->add_option("--labels", options->labels, "Classes [B]: also accuracy");
    add_readout_flag(*command, options->readout);
    command
        ->add_option(
            "--sample", options->samples,
            "Samples shown in detail, from 0, at most 8 (default: the first that diverges, and the first two "
            "whose answers differ)")
        ->delimiter(',')
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);
    command
        ->add_option("--attribute", options->attributed,
                     "Samples from which sources of error and certificates are found (default: up to 16, "
                     "fewer of large networks; 0: none)")
        ->check(CLI::Range(0, 1 << 20));
    command->add_option("--tune", options->tune, "Result of synfire tune --json: also draw its Pareto front");
    command->add_option("-o,--output", options->output, "The page, .html")->required();
    add_quantize_flags(*command, options->quantize, &options->inputs);
    return
        [options](const Common& common, Report& report) { return report_command(*options, common, report); };
}

}  // namespace synfire::cli
