// synfire evaluate MODEL --data X.npy --labels Y.npy: accuracy, agreement, activity and cost over a data set,
// reference and integers side by side.
#include "emulator/evaluate.hpp"

#include <memory>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "cli/evaluation.hpp"
#include "cli/inputs.hpp"
#include "cli/loihi_estimate.hpp"
#include "cli/progress.hpp"
#include "cli/quantization.hpp"
#include "cli/readout_flag.hpp"
#include "cli/step_cost.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InputFlags inputs;
    std::string labels;
    std::string readout;
    std::string costs;   // file; empty: none
    std::string target;  // empty: that of a compiled directory, else mcu
    QuantizeFlags quantize;
};

Outcome evaluate_command(const Options& options, const Common& common, Report& report) {
    Model model = load_model(options.model, options.read, report);
    set_input_range(model, options.quantize, report);
    const Population& output = model.network.populations[model.network.outputs.front()];
    const ReadoutRule& rule = readout_rule(options.readout, output, options.model);
    const std::string target = !options.target.empty() ? options.target : model.target;
    const IntNetwork integers =
        integers_of(model, options.quantize, target == "loihi" ? "loihi" : "mcu", common, report);
    const DataSet data = open_inputs(model.network, options.inputs, InputUse::integers, report);
    std::vector<std::size_t> labels;
    if (!options.labels.empty()) labels = load_labels(options.labels, data.samples, neurons(output));
    const Evaluation evaluation = evaluate(model.network, integers, data.samples, data.steps,
                                           [&](std::size_t b) { return sample_of(data, b); }, labels,
                                           {&rule, common.threads, progress_bar(data.samples, common.quiet)});
    Outcome outcome;
    outcome.text =
        fmt::format("float64 reference and integer emulator (profile {}): {} samples of {} steps\n",
                    integers.profile, data.samples, data.steps) +
        to_text(evaluation, rule);
    outcome.json = {{"profile", integers.profile}};
    outcome.json.update(to_json(evaluation, rule));
    if (!options.costs.empty())
        describe_costs(read_costs(options.costs, integers), integers, data, common.threads, outcome);
    if (target == "loihi") describe_loihi(integers, evaluation, outcome, report);
    return outcome;
}

}  // namespace

Command add_evaluate(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("evaluate", "Accuracy, agreement, activity and cost over a data set");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    add_read_flags(*command, options->read);
    add_input_flags(*command, options->inputs, "--data,--input");
    command->add_option("--labels", options->labels,
                        "Classes [B]; without them, agreement and activity only");
    add_readout_flag(*command, options->readout);
    command
        ->add_option(
            "--target", options->target,
            "mcu, or loihi: also estimate time and energy there (default: what MODEL was compiled for)")
        ->check(CLI::IsMember({"mcu", "loihi"}));
    command->add_option(
        "--costs", options->costs,
        "What spikes cost on a device (synfire hil --costs): predict every step's cost there");
    add_quantize_flags(*command, options->quantize, &options->inputs);
    return [options](const Common& common, Report& report) {
        return evaluate_command(*options, common, report);
    };
}

}  // namespace synfire::cli
