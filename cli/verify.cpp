// synfire verify MODEL --input X.npy: is it still the same network?
//   alone        emulator against the float64 reference: spike agreement per layer, first divergence;
//                --certify: which spikes are proven to be the same; --attribute: where errors come from
//   --qemu B     firmware of a compiled directory in QEMU against the emulator: must be identical in s, u and
//   v
//   --lava P     Lava's fixed-point model of a compiled directory against the emulator: must be identical
//   --against X  spikes (and states) that ran elsewhere against the emulator: must be identical
#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/accuracy.hpp"
#include "cli/common.hpp"
#include "cli/identity.hpp"
#include "cli/inputs.hpp"
#include "cli/lava.hpp"
#include "cli/progress.hpp"
#include "cli/quantization.hpp"
#include "cli/verify_result.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/compare.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InputFlags inputs;
    std::string labels;
    std::string board;
    std::string lava;
    std::string against;
    double agree = 1.0;
    CompareOptions compare;
    bool details = false;
    bool certify = false;
    bool attribute = false;
    QuantizeFlags quantize;
};

// Cells that are not certified: on the terminal, and in the JSON.
constexpr std::size_t cells_shown = 10;
constexpr std::size_t cells_listed = 10000;

struct Sample {
    FloatTrace reference;
    IntTrace propagated;
    IntTrace local;
    Certificate certificate;  // this and the next: empty where they are not asked for
    Attribution attribution;
};

Sample run_sample(const Options& options, const Model& model, const IntNetwork& integers,
                  const HybridModel* hybrid, const std::vector<Signal>& inputs) {
    Sample sample;
    sample.reference = simulate(model.network, inputs);
    sample.propagated = emulate(integers, inputs);
    ForcedSpikes forced;
    for (const auto& p : sample.reference.populations) forced.push_back(p.s);
    sample.local = emulate(integers, inputs, &forced);
    if (options.certify) sample.certificate = certify(integers, inputs, sample.reference);
    if (hybrid != nullptr) sample.attribution = attribute(*hybrid, inputs, sample.reference);
    return sample;
}

// The answers of the first output, by spike count or by the potential of a readout.
struct Answers {
    std::size_t samples = 0, same = 0, equal_spikes = 0;
    std::size_t labelled = 0, reference = 0, emulator = 0;
    bool spikes = true;  // counted; else the potential of a readout
};

struct Findings {
    Agreement agreement;
    Answers answers;
    CertificateSummary certificate;
    Attribution attribution;
};

void add(Findings& findings, const Options& options, std::size_t index, const Sample& r, const Model& model,
         const IntNetwork& integers, const std::vector<std::size_t>& labels) {
    add_sample(findings.agreement, index, model.network, integers, r.reference, r.propagated, r.local);
    if (options.certify)
        add_sample(findings.certificate, index, integers, r.reference, r.certificate, cells_listed);
    if (options.attribute) add(findings.attribution, r.attribution);
    const std::size_t output = model.network.outputs.front(), last = r.reference.steps - 1;
    const std::size_t expected = class_after(r.reference.populations[output], last, {1.0});
    const std::size_t actual =
        class_after(r.propagated.populations[output], last, integers.populations[output].scale);
    Answers& answers = findings.answers;
    ++answers.samples;
    answers.same += expected == actual;
    answers.equal_spikes += r.reference.populations[output].s == r.propagated.populations[output].s;
    if (labels.empty()) return;
    ++answers.labelled;
    answers.reference += expected == labels[index];
    answers.emulator += actual == labels[index];
}

void describe(const Answers& a, const std::string& output, Outcome& outcome) {
    const auto part = [](std::size_t count, std::size_t all) {
        return static_cast<double>(count) / static_cast<double>(all);
    };
    const char* rule = a.spikes ? "spike-count" : "potential";
    outcome.text += fmt::format("output {}: same answer ({} argmax) in {} of {} samples", output, rule,
                                a.same, a.samples);
    outcome.json["output"] = {
        {"name", output}, {"samples", a.samples}, {"same_answer", part(a.same, a.samples)}};
    if (a.spikes) {
        outcome.text += fmt::format(", every spike the same in {}", a.equal_spikes);
        outcome.json["output"]["equal_spikes"] = part(a.equal_spikes, a.samples);
    }
    outcome.text += "\n";
    if (a.labelled == 0) return;
    outcome.text += fmt::format(
        "accuracy ({} argmax, {} samples): reference {:.2f} %, emulator {:.2f} %, same answer {:.2f} %\n",
        rule, a.labelled, 100 * part(a.reference, a.labelled), 100 * part(a.emulator, a.labelled),
        100 * part(a.same, a.samples));
    outcome.json["accuracy"] = {{"samples", a.labelled},
                                {"reference", part(a.reference, a.labelled)},
                                {"emulator", part(a.emulator, a.labelled)},
                                {"same_answer", part(a.same, a.samples)}};
}

void describe(const Agreement& agreement, const Options& options, const Model& model,
              const IntNetwork& integers, const DataSet& data, Outcome& outcome) {
    outcome.text += agreement_table(agreement, options.details);
    outcome.json["within_steps"] = agreement.options.within;
    outcome.json["time_constant"] = agreement.options.tau;
    for (const LayerAgreement& l : agreement.layers) outcome.json["layers"].push_back(to_json(l));
    outcome.json["all_layers"] = to_json(overall(agreement.layers));
    outcome.json["all_layers"].erase("equal_samples");
    if (!agreement.first) return;
    const Divergence& d = *agreement.first;
    const std::vector<Signal> inputs = sample_of(data, d.sample);
    const std::vector<LayerSpread> caused = spread_of(d, integers, inputs);
    const std::vector<LayerSpread> all =
        differences(simulate(model.network, inputs), emulate(integers, inputs));
    outcome.text += divergence_text(d, model.network, caused, all);
    outcome.json["first_divergence"] = to_json(d, model.network);
    outcome.json["first_divergence"]["because_of_it"] = to_json(caused);
    outcome.json["first_divergence"]["in_its_sample"] = to_json(all);
}

void describe(const CertificateSummary& summary, const IntNetwork& integers, Outcome& outcome) {
    outcome.text += certificate_text(summary, integers, cells_shown);
    Json& json = outcome.json["certificate"];
    for (const CertifiedLayer& l : summary.layers) json["layers"].push_back(to_json(l));
    json["listed"] = Json::array();
    for (const OpenCell& c : summary.listed) json["listed"].push_back(to_json(c, integers));
}

// Agreement counts spikes; without any, everything would pass.
void require_spikes(const Options& options, const Network& network) {
    Diagnostic d;
    d.file = options.model;
    const auto spiking = [](const Population& p) { return p.spiking.has_value(); };
    if (std::any_of(network.populations.begin(), network.populations.end(), spiking)) return;
    d.reason = "has no layer that spikes, so that there is no agreement to count";
    d.hint = "--qemu, --lava and --against compare the membrane potentials";
    throw InputError(d);
}

// Emulator against reference. Samples are run in blocks, so that memory does not grow with the batch.
Outcome verify_agreement(const Options& options, const Common& common, const Model& model,
                         const IntNetwork& integers, const DataSet& data) {
    constexpr std::size_t block = 64;
    require_spikes(options, model.network);
    const std::size_t output = model.network.outputs.front();
    std::vector<std::size_t> labels;
    if (!options.labels.empty())
        labels = load_labels(options.labels, data.samples, neurons(model.network.populations[output]));
    std::optional<HybridModel> hybrid;
    if (options.attribute) hybrid.emplace(model.network, integers);
    Findings findings;
    findings.agreement.options = options.compare;
    findings.answers.spikes = model.network.populations[output].spiking.has_value();
    const std::function<void(std::size_t)> progress = progress_bar(data.samples, common.quiet);
    for (std::size_t begin = 0; begin < data.samples; begin += block) {
        progress(begin);
        std::vector<Sample> results(std::min(block, data.samples - begin));
        for_each_index(results.size(), common.threads, [&](std::size_t i) {
            results[i] =
                run_sample(options, model, integers, hybrid ? &*hybrid : nullptr, sample_of(data, begin + i));
        });
        for (std::size_t i = 0; i < results.size(); ++i)
            add(findings, options, begin + i, results[i], model, integers, labels);
    }
    progress(data.samples);
    Outcome outcome;
    outcome.text =
        fmt::format("integer emulator (profile {}) against the float64 reference: {} {} of {} steps\n",
                    integers.profile, data.samples, data.samples == 1 ? "sample" : "samples", data.steps);
    outcome.json = {{"samples", data.samples}, {"steps", data.steps}, {"profile", integers.profile}};
    describe(findings.agreement, options, model, integers, data, outcome);
    describe(findings.answers, model.network.populations[output].name, outcome);
    if (options.attribute) {
        outcome.text += attribution_text(findings.attribution, options.details);
        outcome.json["attribution"] = to_json(findings.attribution);
    }
    if (options.certify) describe(findings.certificate, integers, outcome);
    const std::vector<LayerAgreement>& layers = findings.agreement.layers;
    const bool passed = std::all_of(layers.begin(), layers.end(), [&](const LayerAgreement& l) {
        return l.propagated.value() >= options.agree;
    });
    outcome.json["passed"] = passed;
    outcome.text += passed ? fmt::format("passed: every layer agrees to at least {}\n", options.agree)
                           : fmt::format("FAILED: a layer agrees to less than {} (allow less with --agree)\n",
                                         options.agree);
    outcome.code = passed ? good : mismatch;
    return outcome;
}

Outcome verify(const Options& options, const Common& common, Report& report) {
    Model model = load_model(options.model, options.read, report);
    set_input_range(model, options.quantize, report);
    const IntNetwork integers = integers_of(model, options.quantize, "mcu", common, report);
    if (options.board.empty() && options.lava.empty() && options.against.empty())
        return verify_agreement(options, common, model, integers,
                                open_inputs(model.network, options.inputs, InputUse::integers, report));
    const Batch batch = load_inputs(model.network, options.inputs, InputUse::integers, report);
    if (!options.board.empty()) return verify_firmware(model, integers, batch, options.board, common);
    if (!options.lava.empty()) return verify_on_lava(model, integers, batch, options.lava, common);
    return verify_recorded(integers, batch, options.against, options.against, common);
}

}  // namespace

Command add_verify(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("verify", "Compare the deployed network with its reference, spike for spike");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    add_read_flags(*command, options->read);
    add_input_flags(*command, options->inputs);
    CLI::Option* labels = command->add_option(
        "--labels", options->labels,
        "Classes [B]: also report accuracy, by spike count or by the potential of a readout");
    CLI::Option* agree =
        command
            ->add_option("--agree", options->agree,
                         "Spike agreement that every layer must reach (default 1: every spike)")
            ->check(CLI::Range(0.0, 1.0));
    const std::vector<CLI::Option*> measures = {
        labels,
        agree,
        command
            ->add_option("--within", options->compare.within,
                         "Also count spikes as the same that are this many steps apart (default 1)")
            ->check(CLI::Range(0, 1000)),
        command
            ->add_option("--time-constant", options->compare.tau,
                         "Steps: time constant of van Rossum's spike train distance (default 10)")
            ->check(CLI::Range(1e-3, 1e6)),
        command->add_flag("--details", options->details, "Print every measure, not the most telling ones"),
        command->add_flag("--certify", options->certify,
                          "Prove spikes equal without running the integers: all that are far enough from "
                          "the threshold for every rounding"),
        command->add_flag("--attribute", options->attribute,
                          "Show the agreement with each source of error alone and without it")};
    CLI::Option* qemu = command->add_option("--qemu", options->board,
                                            "Run the firmware of a compiled directory on this board in QEMU");
    CLI::Option* against =
        command->add_option("--against", options->against,
                            "Folder with run.json, or .npy spikes of the output, that ran elsewhere");
    CLI::Option* lava = command->add_option(
        "--lava", options->lava, "Run the script of a compiled directory with this Python, which has Lava");
    against->excludes(qemu)->excludes(lava);
    lava->excludes(qemu);
    for (CLI::Option* identity : {qemu, lava, against})
        for (CLI::Option* measure : measures) identity->excludes(measure);
    add_quantize_flags(*command, options->quantize, &options->inputs);
    return [options](const Common& common, Report& report) { return verify(*options, common, report); };
}

}  // namespace synfire::cli
