// synfire verify MODEL --input X.npy: is it still the same network?
//   alone        emulator against the float64 reference: spike agreement per layer, first divergence
//   --qemu B     firmware of a compiled directory in QEMU against the emulator: must be identical in s, u and
//   v
//   --against X  spikes (and states) that ran elsewhere against the emulator: must be identical
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "cli/accuracy.hpp"
#include "cli/common.hpp"
#include "cli/identity.hpp"
#include "cli/inputs.hpp"
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
    std::string against;
    double agree = 1.0;
    QuantizeFlags quantize;
};

struct Sample {
    FloatTrace reference;
    IntTrace propagated;
    IntTrace local;
};

Sample run_sample(const Model& model, const IntNetwork& integers, const std::vector<Signal>& inputs) {
    Sample sample;
    sample.reference = simulate(model.network, inputs);
    sample.propagated = emulate(integers, inputs);
    ForcedSpikes forced;
    for (const auto& p : sample.reference.populations) forced.push_back(p.s);
    sample.local = emulate(integers, inputs, &forced);
    return sample;
}

struct Accuracy {
    std::size_t samples = 0, reference = 0, emulator = 0, same = 0;
    bool spikes = true;  // counted; else the potential of a readout
};

void describe(const Agreement& agreement, const Network& network, Outcome& outcome) {
    outcome.text += fmt::format("{:<16} {:>12} {:>12} {:>16} {:>16}\n", "layer", "propagated", "local",
                                "reference spikes", "emulator spikes");
    for (const LayerAgreement& l : agreement.layers) {
        outcome.text +=
            fmt::format("{:<16} {:>12.6f} {:>12.6f} {:>16} {:>16}\n", l.name, l.propagated.value(),
                        l.local.value(), l.expected_spikes, l.actual_spikes);
        outcome.json["layers"].push_back({{"name", l.name},
                                          {"propagated", l.propagated.value()},
                                          {"local", l.local.value()},
                                          {"reference_spikes", l.expected_spikes},
                                          {"emulator_spikes", l.actual_spikes}});
    }
    if (!agreement.first) return;
    const Divergence& d = *agreement.first;
    const std::string& layer = network.populations[d.population].name;
    outcome.text += fmt::format(
        "first divergence: sample {}, step {}, layer {}, neuron {}: reference {} (v = {:.9g}), emulator {} "
        "(v = {:.9g}); "
        "the reference was {:.3g} from the threshold\n",
        d.sample, d.step, layer, d.neuron, d.expected_spike ? "spikes" : "is silent", d.expected_v,
        d.expected_spike ? "is silent" : "spikes", d.actual_v, d.margin);
    outcome.json["first_divergence"] = {
        {"sample", d.sample},          {"step", d.step},           {"layer", layer},    {"neuron", d.neuron},
        {"reference_v", d.expected_v}, {"emulator_v", d.actual_v}, {"margin", d.margin}};
}

void describe(const Accuracy& accuracy, Outcome& outcome) {
    const auto percent = [&](std::size_t count) {
        return 100.0 * static_cast<double>(count) / static_cast<double>(accuracy.samples);
    };
    outcome.text += fmt::format(
        "accuracy ({} argmax, {} samples): reference {:.2f} %, emulator {:.2f} %, same answer {:.2f} %\n",
        accuracy.spikes ? "spike-count" : "potential", accuracy.samples, percent(accuracy.reference),
        percent(accuracy.emulator), percent(accuracy.same));
    outcome.json["accuracy"] = {{"samples", accuracy.samples},
                                {"reference", percent(accuracy.reference) / 100},
                                {"emulator", percent(accuracy.emulator) / 100},
                                {"same_answer", percent(accuracy.same) / 100}};
}

// Agreement counts spikes; without any, everything would pass.
void require_spikes(const Options& options, const Network& network) {
    Diagnostic d;
    d.file = options.model;
    const auto spiking = [](const Population& p) { return p.spiking.has_value(); };
    if (std::any_of(network.populations.begin(), network.populations.end(), spiking)) return;
    d.reason = "has no layer that spikes, so that there is no agreement to count";
    d.hint = "--qemu and --against compare the membrane potentials";
    throw InputError(d);
}

// Emulator against reference. Samples are run in blocks, so that memory does not grow with the batch.
Outcome verify_agreement(const Options& options, const Common& common, const Model& model,
                         const IntNetwork& integers, const Batch& batch) {
    constexpr std::size_t block = 64;
    require_spikes(options, model.network);
    const std::size_t output = model.network.outputs.front();
    std::vector<std::size_t> labels;
    if (!options.labels.empty())
        labels =
            load_labels(options.labels, batch.samples.size(), neurons(model.network.populations[output]));
    Agreement agreement;
    Accuracy accuracy;
    accuracy.spikes = model.network.populations[output].spiking.has_value();
    for (std::size_t begin = 0; begin < batch.samples.size(); begin += block) {
        std::vector<Sample> results(std::min(block, batch.samples.size() - begin));
        for_each_index(results.size(), common.threads, [&](std::size_t i) {
            results[i] = run_sample(model, integers, batch.samples[begin + i]);
        });
        for (std::size_t i = 0; i < results.size(); ++i) {
            const Sample& r = results[i];
            add_sample(agreement, begin + i, model.network, integers, r.reference, r.propagated, r.local);
            if (labels.empty()) continue;
            const std::size_t expected = class_after(r.reference.populations[output], batch.steps - 1, {1.0});
            const std::size_t actual = class_after(r.propagated.populations[output], batch.steps - 1,
                                                   integers.populations[output].scale);
            ++accuracy.samples;
            accuracy.reference += expected == labels[begin + i];
            accuracy.emulator += actual == labels[begin + i];
            accuracy.same += expected == actual;
        }
    }
    Outcome outcome;
    outcome.text =
        fmt::format("integer emulator (profile {}) against the float64 reference: {} samples of {} steps\n",
                    integers.profile, batch.samples.size(), batch.steps);
    outcome.json = {{"samples", batch.samples.size()}, {"steps", batch.steps}, {"profile", integers.profile}};
    describe(agreement, model.network, outcome);
    if (!labels.empty()) describe(accuracy, outcome);
    const bool passed =
        std::all_of(agreement.layers.begin(), agreement.layers.end(),
                    [&](const LayerAgreement& l) { return l.propagated.value() >= options.agree; });
    outcome.json["passed"] = passed;
    outcome.text += passed ? fmt::format("passed: every layer agrees to at least {}\n", options.agree)
                           : fmt::format("FAILED: a layer agrees to less than {} (allow less with --agree)\n",
                                         options.agree);
    outcome.code = passed ? good : mismatch;
    return outcome;
}

Outcome verify(const Options& options, const Common& common, Report& report) {
    Model model = load_model(options.model, options.read, report);
    set_input_range(model, options.quantize);
    const IntNetwork integers = integers_of(model, options.quantize, "mcu", report);
    const Batch batch = load_inputs(model.network, options.inputs, InputUse::integers, report);
    if (!options.board.empty()) return verify_firmware(model, integers, batch, options.board, common);
    if (!options.against.empty()) return verify_recorded(integers, batch, options.against, common);
    return verify_agreement(options, common, model, integers, batch);
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
    CLI::Option* qemu = command->add_option("--qemu", options->board,
                                            "Run the firmware of a compiled directory on this board in QEMU");
    CLI::Option* against =
        command->add_option("--against", options->against,
                            "Folder with run.json, or .npy spikes of the output, that ran elsewhere");
    against->excludes(qemu);
    for (CLI::Option* identity : {qemu, against}) identity->excludes(labels)->excludes(agree);
    add_quantize_flags(*command, options->quantize);
    return [options](const Common& common, Report& report) { return verify(*options, common, report); };
}

}  // namespace synfire::cli
