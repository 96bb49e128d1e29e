// synfire run MODEL --input X.npy -o DIR: runs the float64 reference, the integer emulator, or both.
#include <memory>

#include <fmt/format.h>

#include "cli/accuracy.hpp"
#include "cli/common.hpp"
#include "cli/inputs.hpp"
#include "cli/quantization.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    InputFlags inputs;
    std::string output;
    std::string engine = "emulator";
    bool trace = false;
    std::string probe = "exact";
    std::string labels;
    QuantizeFlags quantize;
};

// What a probe of v shows on the chip while a neuron rests: the count of refractory steps left, this one
// included, times 128; without a refractory period 128 in the step of the spike (recording
// lif_lava_loihi_fixed.csv of the NIR paper; lava-nc/lava issue 282; nengo-loihi issue 170).
constexpr std::int32_t probed_per_step = 128;

void read_as_probe(const IntNetwork& network, IntTrace& trace) {
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const IntPopulation& population = network.populations[p];
        if (!population.spiking || population.reset != rt::Reset::to_value) continue;
        auto& recorded = trace.populations[p];
        std::vector<int> left(recorded.neurons, 0);
        for (std::size_t i = 0; i < recorded.s.size(); ++i) {
            int& steps = left[i % recorded.neurons];
            if (recorded.s[i] != 0) steps = population.refractory_steps + 1;
            if (steps > 0 && recorded.v[i] == 0) recorded.v[i] = probed_per_step * steps;
            if (steps > 0) --steps;
        }
    }
}

// One array over all samples: [B, T, n] where the input was batched, else [T, n].
template <class Value, class Traces, class Pick>
std::string stacked(const Traces& traces, const Batch& batch, std::size_t n, Pick pick) {
    std::vector<Value> all;
    all.reserve(traces.size() * batch.steps * n);
    for (const auto& trace : traces) {
        const auto& values = pick(trace);
        all.insert(all.end(), values.begin(), values.end());
    }
    Shape shape = {batch.steps, n};
    if (batch.batched) shape.insert(shape.begin(), traces.size());
    return to_npy({shape, std::move(all)});
}

template <class Value>
void add_results(const std::vector<Trace<Value>>& traces, const Batch& batch,
                 const std::vector<Shape>& shapes, bool with_states, const std::string& folder,
                 Artifacts& files) {
    Json list = Json::array();
    for (std::size_t p = 0; p < traces[0].populations.size(); ++p) {
        const PopulationTrace<Value>& first = traces[0].populations[p];
        Json names = Json::object();
        const auto add = [&](const std::string& variable, std::string bytes) {
            const std::string name = first.name + "." + variable + ".npy";
            names[variable] = name;
            files[folder + name] = std::move(bytes);
        };
        const std::size_t n = first.neurons;
        if (first.spiking)
            add("s", stacked<std::uint8_t>(
                         traces, batch, n, [&](const auto& t) -> const auto& { return t.populations[p].s; }));
        if (with_states || !first.spiking) {
            add("u", stacked<Value>(
                         traces, batch, n, [&](const auto& t) -> const auto& { return t.populations[p].u; }));
            add("v", stacked<Value>(
                         traces, batch, n, [&](const auto& t) -> const auto& { return t.populations[p].v; }));
        }
        list.push_back({{"name", first.name},
                        {"shape", shapes[p]},
                        {"spiking", first.spiking},
                        {"delay_shift", 0},
                        {"files", names}});
    }
    const Json manifest = {{"populations", list}};
    files[folder + "run.json"] = manifest.dump(2) + "\n";
}

template <class Value>
std::string spike_counts(const std::vector<Trace<Value>>& traces, const std::string& engine) {
    std::string text;
    for (std::size_t p = 0; p < traces[0].populations.size(); ++p) {
        std::uint64_t spikes = 0;
        for (const auto& trace : traces)
            for (std::uint8_t s : trace.populations[p].s) spikes += s;
        const auto& first = traces[0].populations[p];
        const double cells = static_cast<double>(traces.size()) * static_cast<double>(first.s.size());
        text += fmt::format("{:<10} {:<16} {:>6} neurons {:>10} spikes ({:.4f} per neuron and step)\n",
                            engine, first.name, first.neurons, spikes,
                            cells > 0 ? static_cast<double>(spikes) / cells : 0.0);
    }
    return text;
}

Outcome run(const Options& options, const Common& common, Report& report) {
    Model model = load_model(options.model, options.read, report);
    set_input_range(model, options.quantize, report);
    const bool reference = options.engine != "emulator", emulator = options.engine != "reference";
    const Batch batch = load_inputs(model.network, options.inputs,
                                    emulator ? InputUse::integers : InputUse::reference_only, report);
    std::vector<Shape> shapes;
    for (const Population& p : model.network.populations) shapes.push_back(p.shape);
    std::vector<std::size_t> labels;
    const std::size_t output = model.network.outputs.front();
    if (!options.labels.empty())
        labels =
            load_labels(options.labels, batch.samples.size(), neurons(model.network.populations[output]));
    Artifacts files;
    Outcome outcome;
    outcome.json = {{"samples", batch.samples.size()}, {"steps", batch.steps}, {"output", options.output}};
    const auto report_accuracy = [&](const std::string& engine, const auto& traces, const PerNeuron& scale) {
        if (labels.empty()) return;
        outcome.text += accuracy_over_time(engine, traces, output, scale, labels, batch.steps, outcome.json);
    };
    if (reference) {
        std::vector<FloatTrace> traces(batch.samples.size());
        for_each_index(traces.size(), common.threads,
                       [&](std::size_t b) { traces[b] = simulate(model.network, batch.samples[b]); });
        add_results(traces, batch, shapes, options.trace, emulator ? "reference/" : "", files);
        outcome.text += spike_counts(traces, "reference");
        report_accuracy("reference", traces, {1.0});
    }
    if (emulator) {
        const IntNetwork integers = integers_of(model, options.quantize, "mcu", common, report);
        std::vector<IntTrace> traces(batch.samples.size());
        for_each_index(traces.size(), common.threads,
                       [&](std::size_t b) { traces[b] = emulate(integers, batch.samples[b]); });
        if (options.probe == "chip")
            for (IntTrace& trace : traces) read_as_probe(integers, trace);
        add_results(traces, batch, shapes, options.trace, reference ? "emulator/" : "", files);
        outcome.text += spike_counts(traces, "emulator");
        report_accuracy("emulator", traces, integers.populations[output].scale);
    }
    write_artifacts(options.output, files);
    return outcome;
}

}  // namespace

Command add_run(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("run", "Run a model and write spikes and states");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    add_read_flags(*command, options->read);
    add_input_flags(*command, options->inputs);
    command->add_option("-o,--output", options->output, "Folder for the results")->required();
    command->add_option("--engine", options->engine, "reference (float64), emulator (integers) or both")
        ->check(CLI::IsMember({"reference", "emulator", "both"}));
    command->add_option(
        "--labels", options->labels,
        "Classes [B]: also report accuracy after 1, 2, 4, ... steps, by spike count, or by the "
        "potential of a readout");
    command->add_flag("--trace", options->trace, "Also write u and v after every step");
    command
        ->add_option(
            "--probe", options->probe,
            "Emulator's v after a spike: exact (after the reset), or chip, as a probe on Loihi reads it "
            "while the neuron rests")
        ->check(CLI::IsMember({"exact", "chip"}));
    add_quantize_flags(*command, options->quantize, &options->inputs);
    return [options](const Common& common, Report& report) { return run(*options, common, report); };
}

}  // namespace synfire::cli
