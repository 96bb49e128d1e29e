// synfire tune MODEL --calibrate X.npy --agree P: the narrowest weights that keep the agreement or accuracy
// asked for, what they cost, and what others cost.
#include "tuning/tune.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/common.hpp"
#include "cli/inputs.hpp"
#include "cli/quantization.hpp"
#include "cli/readout_flag.hpp"
#include "targets/loihi/loihi.hpp"
#include "targets/mcu/memory.hpp"
#include "targets/stored.hpp"
#include "targets/targets.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InputFlags encoding;
    std::string labels;
    std::string validate;
    std::string validate_labels;
    std::string readout;
    std::string target = "mcu";
    std::string minimize = "flash";
    TuneGoal goal;
    QuantizeFlags quantize;
};

// What a candidate takes on its target; the fields of the other target stay empty.
struct Cost {
    bool fits = false;
    std::size_t flash = 0, ram = 0, cores = 0;
    double operations = 0;  // additions of synapses and updates of neurons, per step
};

const Target& target_named(const std::string& name) {
    for (const Target& t : targets())
        if (t.name == name) return t;
    SYNFIRE_BUG("target " + name + " got past the option check");
}

Cost cost_of(const IntNetwork& network, const Target& target) {
    Cost cost;
    Report report;
    try {
        const IntNetwork stored = stored_on(target, network, report);
        if (target.name == "loihi") {
            const auto placed = loihi::place_checked(loihi::as_emitted(stored, {}), {}, report);
            report.stop_on_errors();
            cost.cores = placed->placement.cores.size();
        } else {
            target.check(stored, {}, report);
            report.stop_on_errors();
            const mcu::Memory memory = mcu::memory_of(stored);
            cost.flash = memory.weights + memory.parameters;
            cost.ram = memory.state;
        }
        cost.fits = true;
    } catch (const StageFailed&) {
        cost.fits = false;  // the caller says why for the chosen widths
    }
    return cost;
}

double operations_per_step(const Evaluation& e) {
    double operations = 0;
    for (const ConnectionEvaluation& c : e.connections)
        operations += static_cast<double>(c.traffic.emulator.operations + c.traffic.emulator.zero_operations);
    for (const LayerEvaluation& l : e.layers)
        operations += static_cast<double>(l.neurons) * static_cast<double>(e.samples * e.steps);
    return e.samples == 0 ? 0 : operations / static_cast<double>(e.samples * e.steps);
}

// "8" where all layers have the same, else "8,lif2=4", as --weight-bits takes it.
std::string bits_text(const Candidate& c, const Network& network) {
    const int most = *std::max_element(c.weight_bits.begin(), c.weight_bits.end());
    std::string text = std::to_string(most);
    for (std::size_t p = 0; p < c.weight_bits.size(); ++p)
        if (c.weight_bits[p] != most)
            text += fmt::format(",{}={}", network.populations[p].name, c.weight_bits[p]);
    return text;
}

struct Row {
    const Candidate* candidate;
    Cost cost;
    std::string bits;
    bool reaches = false;
    bool front = false;
};

double measure(const Row& row, const std::string& minimize) {
    if (minimize == "ram") return static_cast<double>(row.cost.ram);
    if (minimize == "operations") return row.cost.operations;
    if (minimize == "cores") return static_cast<double>(row.cost.cores);
    return static_cast<double>(row.cost.flash);
}

// No other candidate is cheaper and agrees as well.
void mark_front(std::vector<Row>& rows, const std::string& minimize) {
    for (Row& row : rows)
        row.front = std::none_of(rows.begin(), rows.end(), [&](const Row& other) {
            const double a = least_agreement(other.candidate->calibration);
            const double b = least_agreement(row.candidate->calibration);
            const double ca = measure(other, minimize), cb = measure(row, minimize);
            return (ca < cb && a >= b) || (ca == cb && a > b);
        });
}

Json to_json(const Row& row, bool chosen) {
    const Candidate& c = *row.candidate;
    Json json = {{"label", row.bits + " bits"}, {"weight_bits", row.bits}};
    if (row.cost.cores > 0)
        json["cores"] = row.cost.cores;
    else
        json.update({{"flash", row.cost.flash}, {"ram", row.cost.ram}});
    json["operations"] = row.cost.operations;
    json["agreement"] = least_agreement(c.calibration);
    if (c.validation.samples > 0) json["validation_agreement"] = least_agreement(c.validation);
    const AnswerCounts& a = (c.validation.samples > 0 ? c.validation : c.calibration).answers;
    if (a.labelled > 0)
        json["accuracy"] = static_cast<double>(a.right.emulator) / static_cast<double>(a.labelled);
    if (c.repaired) json["repaired"] = {{"before", c.repair.before}, {"after", c.repair.after}};
    json["reaches"] = row.reaches;
    json["chosen"] = chosen;
    return json;
}

std::string line_of(const Row& row, bool chosen) {
    const Candidate& c = *row.candidate;
    std::string text = row.cost.cores > 0
                           ? fmt::format("{:<24} {:>8}", row.bits, row.cost.cores)
                           : fmt::format("{:<24} {:>8} {:>8}", row.bits, row.cost.flash, row.cost.ram);
    text += fmt::format(" {:>12.0f} {:>11.6f}", row.cost.operations, least_agreement(c.calibration));
    text += c.validation.samples > 0 ? fmt::format(" {:>11.6f}", least_agreement(c.validation))
                                     : fmt::format(" {:>11}", "-");
    const AnswerCounts& a = (c.validation.samples > 0 ? c.validation : c.calibration).answers;
    if (a.labelled > 0)
        text += fmt::format(" {:>8.2f} %",
                            100.0 * static_cast<double>(a.right.emulator) / static_cast<double>(a.labelled));
    if (row.front) text += "  front";
    if (chosen) text += "  chosen";
    return text + "\n";
}

// Why the best candidate does not reach the goal.
std::string obstacle(const std::vector<Row>& rows, const Network& network, const TuneGoal& goal) {
    const auto best = std::max_element(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return least_agreement(a.candidate->calibration) < least_agreement(b.candidate->calibration);
    });
    const Candidate& c = *best->candidate;
    if (c.repaired && c.repair.left) {
        const LostSpike& lost = *c.repair.left;
        return fmt::format(
            "with {} bits, {} neurons' spikes still differ; the first is neuron {} of {} in step {} of "
            "sample {}, "
            "where the reference is {:.3g} {} the threshold\n",
            best->bits, c.repair.after, lost.neuron, network.populations[lost.population].name, lost.step,
            lost.sample, lost.margin, lost.expected ? "above" : "below");
    }
    if (!reaches(goal, c.calibration))
        return fmt::format(
            "the best is {} bits with an agreement of {:.6f} and an accuracy loss of {:.2f} points\n",
            best->bits, least_agreement(c.calibration), 100 * accuracy_loss(c.calibration));
    return fmt::format(
        "{} bits reach it on the calibration data, but have an agreement of {:.6f} on other data\n",
        best->bits, least_agreement(c.validation));
}

struct Data {
    TuneData calibration, validation;
};

// Without data for validation the last quarter of the calibration data is kept for it, unless every spike of
// the calibration data is to be kept.
Data load_data(const Options& options, const Model& model, Report& report) {
    const Population& output = model.network.populations[model.network.outputs.front()];
    Data data;
    CalibrationData calibration = calibration_data(model, options.quantize, report);
    data.calibration.samples = std::move(calibration.samples);
    const std::size_t count = data.calibration.samples.size();
    if (!options.labels.empty()) {
        data.calibration.labels = load_labels(options.labels, calibration.of, neurons(output));
        data.calibration.labels.resize(count);
    }
    if (!options.validate.empty()) {
        InputFlags flags = options.encoding;
        flags.files = {options.validate};
        const DataSet other = open_inputs(model.network, flags, InputUse::integers, report);
        for (std::size_t b = 0; b < other.samples; ++b)
            data.validation.samples.push_back(sample_of(other, b));
        if (!options.validate_labels.empty())
            data.validation.labels = load_labels(options.validate_labels, other.samples, neurons(output));
        return data;
    }
    if (options.goal.every_spike() || count < 8) return data;
    const auto kept = static_cast<std::ptrdiff_t>(count - count / 4);
    auto& samples = data.calibration.samples;
    data.validation.samples.assign(samples.begin() + kept, samples.end());
    samples.resize(static_cast<std::size_t>(kept));
    auto& labels = data.calibration.labels;
    if (labels.empty()) return data;
    data.validation.labels.assign(labels.begin() + kept, labels.end());
    labels.resize(static_cast<std::size_t>(kept));
    return data;
}

[[noreturn]] void fail(const std::string& field, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.field = field;
    d.reason = reason;
    d.hint = hint;
    throw InputError(d);
}

void check_options(const Options& options, const Model& model) {
    if (model.integers) fail("MODEL", "is compiled; its integers are fixed", "name the model file");
    if (model.calibration.empty())
        fail("--calibrate", "is missing", "give some hundred inputs of the training set");
    if (options.goal.accuracy_loss < 1 && options.labels.empty())
        fail("--accuracy-loss", "needs labels", "add --labels Y.npy, the classes of the calibration data");
    const bool loihi = options.target == "loihi", cores = options.minimize == "cores";
    if (loihi != cores && !(loihi && options.minimize == "operations"))
        fail("--minimize", fmt::format("'{}' is no cost of target {}", options.minimize, options.target),
             loihi ? "use cores or operations" : "use flash, ram or operations");
}

std::string compile_command(const Options& options, const Row& row) {
    std::string text = fmt::format("synfire compile {} --target {} --calibrate {}", options.model,
                                   options.target, fmt::join(options.read.calibrate, " --calibrate "));
    if (options.target == "mcu") text += " --weight-bits " + row.bits;
    if (options.quantize.options.state_bits == 16) text += " --state-bits 16";
    if (row.candidate->repaired) text += " --rounding every-spike";
    return text + " -o DIR\n";
}

TuneOptions tune_options(const Options& options, const Model& model, const Common& common) {
    const Population& output = model.network.populations[model.network.outputs.front()];
    TuneOptions tuning;
    tuning.goal = options.goal;
    tuning.quantize = quantize_options(model, options.quantize, target_named(options.target).profile);
    if (options.target == "loihi") tuning.widths = {8};
    tuning.rule = &readout_rule(options.readout, output, options.model);
    tuning.threads = common.threads;
    return tuning;
}

// The cheapest that reaches the goal; of equally cheap ones the first.
const Row* choose(const std::vector<Row>& rows, const std::string& minimize) {
    const Row* best = nullptr;
    for (const Row& row : rows)
        if (row.reaches && (best == nullptr || measure(row, minimize) < measure(*best, minimize)))
            best = &row;
    return best;
}

Outcome tune_command(const Options& options, const Common& common, Report& report) {
    Model model = load_model(options.model, options.read, report);
    check_options(options, model);
    set_input_range(model, options.quantize, report);
    const Target& target = target_named(options.target);
    const Data data = load_data(options, model, report);
    const TuneOptions tuning = tune_options(options, model, common);
    const std::vector<Candidate> tried = tune(
        model.network, data.calibration, data.validation, tuning,
        [&](const IntNetwork& integers) {
            const Cost cost = cost_of(integers, target);
            return cost.fits ? static_cast<double>(cost.flash + cost.cores) : -1.0;
        },
        report);
    if (tried.empty()) {
        // Says why, or finds that nothing is wrong.
        target.check(stored_on(target, quantize(model.network, tuning.quantize, report), report), {}, report);
        report.stop_on_errors();
        SYNFIRE_BUG("no candidate fits, and nothing says why");
    }
    std::vector<Row> rows;
    for (const Candidate& c : tried) {
        Row row{&c, cost_of(c.integers, target), bits_text(c, model.network), reaches(options.goal, c),
                false};
        row.cost.operations = operations_per_step(c.calibration);
        rows.push_back(std::move(row));
    }
    mark_front(rows, options.minimize);
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        return measure(a, options.minimize) < measure(b, options.minimize);
    });
    const Row* chosen = choose(rows, options.minimize);

    Outcome outcome;
    outcome.text =
        fmt::format("{} samples of {} steps to calibrate, {} to validate\n", data.calibration.samples.size(),
                    data.calibration.samples[0].at(0).steps, data.validation.samples.size());
    outcome.text += options.target == "loihi"
                        ? fmt::format("{:<24} {:>8}", "weight bits", "cores")
                        : fmt::format("{:<24} {:>8} {:>8}", "weight bits", "flash", "RAM");
    outcome.text += fmt::format(" {:>12} {:>11} {:>11}\n", "operations", "agreement", "validation");
    outcome.json = {{"minimize", options.minimize}, {"front", Json::array()}, {"candidates", Json::array()}};
    for (const Row& row : rows) {
        outcome.text += line_of(row, &row == chosen);
        outcome.json["candidates"].push_back(to_json(row, &row == chosen));
        if (row.front) outcome.json["front"].push_back(to_json(row, &row == chosen));
    }
    if (chosen != nullptr) {
        outcome.json["chosen"] = to_json(*chosen, true);
        outcome.json["command"] = compile_command(options, *chosen);
        outcome.text += compile_command(options, *chosen);
    } else {
        outcome.text +=
            "FAILED: no configuration reaches the goal: " + obstacle(rows, model.network, options.goal);
        outcome.code = mismatch;
    }
    return outcome;
}

}  // namespace

Command add_tune(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("tune", "Find the cheapest integers that keep the spikes or the accuracy");
    command->add_option("MODEL", options->model, "Model file")->required();
    add_read_flags(*command, options->read);
    add_encoding_flags(*command, options->encoding);
    command->add_option("--labels", options->labels, "Classes [B] of the calibration data");
    CLI::Option* agree =
        command
            ->add_option("--agree", options->goal.agree,
                         "Spike agreement that every layer must keep; 1: every spike of the calibration data")
            ->check(CLI::Range(0.0, 1.0));
    CLI::Option* loss = command
                            ->add_option("--accuracy-loss", options->goal.accuracy_loss,
                                         "Share of right answers that may be lost (0.003: 0.3 points)")
                            ->check(CLI::Range(0.0, 1.0));
    command->add_option("--validate", options->validate,
                        "Other inputs on which the goal must hold too (default: the last quarter of the "
                        "calibration data, which is then not calibrated on; with --agree 1 none)");
    command->add_option("--validate-labels", options->validate_labels, "Classes of these");
    add_readout_flag(*command, options->readout);
    command->add_option("--target", options->target, "mcu (the default) or loihi")
        ->check(CLI::IsMember({"mcu", "loihi"}));
    CLI::Option* minimize =
        command
            ->add_option(
                "--minimize", options->minimize,
                "flash (bytes; the default for mcu), ram (bytes), operations (additions of synapses and "
                "updates of neurons per step) or cores (the default for loihi)")
            ->check(CLI::IsMember({"flash", "ram", "operations", "cores"}));
    add_quantize_flags(*command, options->quantize, &options->encoding);
    return [=](const Common& common, Report& report) {
        if (agree->count() + loss->count() == 0)
            fail("--agree", "there is no goal", "--agree 0.98, --agree 1, or --accuracy-loss 0.003");
        if (agree->count() == 0) options->goal.agree = 0;
        if (minimize->count() == 0 && options->target == "loihi") options->minimize = "cores";
        return tune_command(*options, common, report);
    };
}

}  // namespace synfire::cli
