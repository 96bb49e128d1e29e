// synfire hil DIR --port DEV | --qemu BOARD --input X.npy: the network on a device at a serial line against
// the emulator, step by step, and how long a step takes there.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "cli/identity.hpp"
#include "cli/inputs.hpp"
#include "cli/progress.hpp"
#include "cli/step_cost.hpp"
#include "compiler/quantize/fingerprint.hpp"
#include "emulator/compare.hpp"
#include "emulator/emulate.hpp"
#include "hil/link.hpp"
#include "hil/qemu.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    InputFlags inputs;
    std::string port;
    unsigned baud = 115200;
    std::string board;
    std::size_t samples = 0;  // 0: all
    bool states = false;
    double timeout = 10;  // s
    std::string costs;    // file; empty: none
};

// A device and the way to it.
struct Target {
    std::string name;
    std::optional<hil::Firmware> firmware;  // of a simulated board; the simulator runs in its folder
    std::optional<hil::Simulation> simulation;
    std::optional<hil::Line> port;

    const hil::Line& line() const { return port ? *port : simulation->line; }
};

Target open_target(const Options& options) {
    Target target;
    if (options.board.empty()) {
        target.name = options.port;
        target.port.emplace(hil::open_serial_port(options.port, options.baud));
        return target;
    }
    target.name = options.board + " in QEMU";
    target.firmware.emplace(
        hil::build_firmware(options.model, options.board, std::vector<std::string>{"serial"}));
    target.simulation.emplace(hil::start_simulation(*target.firmware));
    return target;
}

hil::DeviceShape shape_of(const IntNetwork& integers) {
    hil::DeviceShape shape;
    for (const IntPopulation& p : integers.populations) {
        shape.neurons.push_back(neurons(p));
        shape.spiking.push_back(p.spiking);
    }
    shape.outputs = integers.outputs;
    shape.inputs = spiking_inputs(integers);
    shape.levels = level_shape(integers);
    return shape;
}

void require_same_network(const hil::DeviceFacts& device, const Options& options, const IntNetwork& integers,
                          const std::string& where) {
    const std::uint64_t expected = fingerprint(integers);
    if (device.hello.fingerprint == expected) return;
    Diagnostic d;
    d.file = options.model;
    d.node = "'" + where + "' (device)";
    d.reason = fmt::format("runs another network: '{}' of {} neurons, fingerprint {:016x}", device.name,
                           device.hello.neurons, device.hello.fingerprint);
    d.expected = fmt::format("'{}', fingerprint {:016x}", integers.name, expected);
    d.hint =
        "flash firmware built from this directory, or name the directory that the firmware was built from";
    throw InputError(d);
}

// What one pass over the samples measured.
struct Measurements {
    std::vector<double> latency;    // of every step, microseconds
    std::vector<double> cost;       // of every step, in the unit below
    std::vector<double> inference;  // of every sample; empty where a step's is not known
    MeasuredSteps steps;            // where costs are fitted
};

// What the device's counter says. Under QEMU time is counted in instructions.
struct Unit {
    std::string name;    // "instructions" or "cycles"; empty: nothing is counted
    std::string source;  // which counter
    double per_count = 1;
    bool instructions = false;  // read the counter of instructions
};

Unit unit_of(const rt::Hello& hello, const Target& target) {
    const bool simulated = target.firmware.has_value();
    switch (hello.counter) {
        case rt::Counter::riscv:
            return {"instructions", simulated ? "minstret, exact in QEMU" : "minstret", 1, true};
        case rt::Counter::systick:
            if (simulated && hello.clock > 0)
                return {"instructions", "SysTick, which counts instructions in QEMU",
                        1e9 / hello.clock / (1U << hil::icount_shift(target.firmware->board)), false};
            return {"cycles", "SysTick", 1, false};
        case rt::Counter::dwt:
            return {"cycles", "DWT", 1, false};
        case rt::Counter::none:
            break;
    }
    return {};
}

void add(Measurements& all, const hil::SampleRun& run, const Unit& unit) {
    all.latency.insert(all.latency.end(), run.latency.begin(), run.latency.end());
    double sum = 0;
    bool known = !unit.name.empty();
    for (const rt::Counts& counts : run.counts) {
        const std::uint32_t count = unit.instructions ? counts.instructions : counts.cycles;
        known = known && count != 0;
        if (count == 0) continue;
        all.cost.push_back(std::round(count * unit.per_count));
        sum += all.cost.back();
    }
    if (known) all.inference.push_back(sum);
}

// The spikes of a sample's steps and what the device counted in them.
void add_costs(const IntNetwork& integers, const std::vector<Signal>& inputs, const IntTrace& trace,
               std::size_t sample, const hil::SampleRun& run, const Unit& unit, MeasuredSteps& measured) {
    const std::vector<std::vector<double>> counts = term_counts(integers, inputs, trace);
    for (std::size_t t = 0; t < run.counts.size(); ++t) {
        const std::uint32_t count = unit.instructions ? run.counts[t].instructions : run.counts[t].cycles;
        if (count == 0) continue;
        measured.steps.counts.push_back(counts[t]);
        measured.steps.first.push_back(t == 0);
        measured.steps.cost.push_back(std::round(count * unit.per_count));
        measured.sample.push_back(sample);
    }
}

// The value below which this part of them lies.
double quantile(std::vector<double> values, double part) {
    const auto rank = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
    return values[rank];
}

Json summary(const std::vector<double>& values) {
    return {
        {"median", quantile(values, 0.5)}, {"p99", quantile(values, 0.99)}, {"most", quantile(values, 1)}};
}

void describe(const Measurements& all, const Unit& unit, const rt::Hello& hello, Outcome& outcome) {
    outcome.text +=
        fmt::format("step, request to answer: median {:.0f} us, 99 % within {:.0f} us, most {:.0f} us\n",
                    quantile(all.latency, 0.5), quantile(all.latency, 0.99), quantile(all.latency, 1));
    outcome.json["latency_us"] = summary(all.latency);
    if (all.cost.empty()) {
        outcome.text += "the device counts neither cycles nor instructions\n";
        return;
    }
    outcome.text += fmt::format(
        "step on the device: median {:.0f} {}, 99 % within {:.0f}, most {:.0f} ({})\n",
        quantile(all.cost, 0.5), unit.name, quantile(all.cost, 0.99), quantile(all.cost, 1), unit.source);
    outcome.json[unit.name] = {{"counter", unit.source}, {"step", summary(all.cost)}};
    if (!all.inference.empty()) {
        outcome.text += fmt::format("sample on the device: median {:.0f} {}, most {:.0f}\n",
                                    quantile(all.inference, 0.5), unit.name, quantile(all.inference, 1));
        outcome.json[unit.name]["sample"] = summary(all.inference);
    }
    if (unit.name != "cycles" || hello.clock == 0) return;
    const double us = quantile(all.cost, 0.5) / hello.clock * 1e6;
    outcome.text += fmt::format("at {:.6g} MHz: {:.1f} us per step\n", hello.clock / 1e6, us);
    outcome.json["cycles"]["clock_hz"] = hello.clock;
}

void describe(const hil::LinkStatistics& s, Outcome& outcome) {
    outcome.json["line"] = {
        {"requests", s.requests}, {"repeated", s.repeated}, {"restarts", s.restarts}, {"stray", s.stray}};
    if (s.repeated == 0 && s.restarts == 0) return;
    outcome.text += fmt::format("line: {} of {} requests had to be repeated, {} samples were started again\n",
                                s.repeated, s.requests, s.restarts);
}

// Runs the samples until one differs; with states every sample twice, as it is deployed and observed.
void run_samples(const Options& options, const IntNetwork& integers, const DataSet& data, hil::Link& link,
                 const hil::DeviceFacts& device, const Unit& unit, const Common& common, Outcome& outcome) {
    const hil::DeviceShape shape = shape_of(integers);
    const std::size_t samples = options.samples == 0 ? data.samples : std::min(options.samples, data.samples);
    const std::function<void(std::size_t)> progress = progress_bar(samples, common.quiet);
    Measurements all;
    std::optional<Mismatch> found;
    std::size_t sample = 0;
    for (; sample < samples && !found; ++sample) {
        progress(sample);
        const std::vector<Signal> inputs = sample_of(data, sample);
        const hil::SpikeInput spikes = firmware_input(integers, inputs);
        const IntTrace expected = emulate(integers, inputs);
        hil::SampleRun run = hil::run_sample(link, device, shape, spikes, false);
        add(all, run, unit);
        if (!options.costs.empty()) add_costs(integers, inputs, expected, sample, run, unit, all.steps);
        found = first_mismatch(sample, expected, trace_of(integers, std::move(run.record)));
        if (found || !options.states) continue;
        run = hil::run_sample(link, device, shape, spikes, true);
        found = first_mismatch(sample, expected, trace_of(integers, std::move(run.record)));
    }
    progress(samples);
    outcome.json["samples"] = sample;
    outcome.json["steps"] = data.steps;
    outcome.json["identical"] = !found;
    outcome.text += fmt::format(
        "{} {} of {} steps; compared {}\n", sample, sample == 1 ? "sample" : "samples", data.steps,
        options.states ? "the outputs, and s, u and v of every neuron" : "the outputs");
    if (found)
        describe(*found, integers, outcome);
    else
        outcome.text += "passed: identical in every sample and step\n";
    describe(all, unit, device.hello, outcome);
    if (options.costs.empty() || found) return;
    all.steps.device = std::string(outcome.json["device"]);
    all.steps.unit = unit.name;
    write_costs(options.costs, integers, all.steps, outcome);
}

Outcome run(const Options& options, const Common& common, Report& report) {
    const Model model = load_model(options.model, {}, report);
    require_firmware(model);
    const IntNetwork& integers = *model.integers;
    const DataSet data = open_inputs(model.network, options.inputs, InputUse::integers, report);
    const Target target = open_target(options);
    hil::LinkOptions link_options;
    link_options.baud = options.board.empty() ? options.baud : 0;
    link_options.limit = std::chrono::milliseconds(static_cast<long long>(options.timeout * 1e3));
    link_options.seed = std::random_device{}();
    hil::Link link(target.line(), link_options);
    const hil::DeviceFacts device = hil::greet(link);
    require_same_network(device, options, integers, target.name);
    const Unit unit = unit_of(device.hello, target);
    Outcome outcome;
    outcome.text = fmt::format("'{}' on {} against the emulator: ", device.name, target.name);
    outcome.json = {{"device", target.name},
                    {"network", device.name},
                    {"fingerprint", fmt::format("{:016x}", device.hello.fingerprint)}};
    run_samples(options, integers, data, link, device, unit, common, outcome);
    describe(link.statistics, outcome);
    return outcome;
}

}  // namespace

Command add_hil(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "hil",
        "Run a compiled network on a device at a serial line and compare every step with the emulator");
    command->add_option("DIR", options->model, "Compiled directory")->required();
    add_input_flags(*command, options->inputs);
    CLI::Option* port = command->add_option("--port", options->port, "Serial port, for example /dev/ttyACM0");
    command->add_option("--baud", options->baud, "Of the port (default 115200)")->needs(port);
    CLI::Option* qemu =
        command->add_option("--qemu", options->board, "Board that QEMU simulates, instead of a port");
    port->excludes(qemu);
    command->add_option("--samples", options->samples, "Only the first samples of the data");
    command->add_option("--costs", options->costs,
                        "Fit what a spike of each layer costs on the device, and write it to this file");
    command->add_flag("--states", options->states, "Also compare s, u and v of every neuron at every step");
    command
        ->add_option("--timeout", options->timeout,
                     "Seconds in which a request must be answered, with all its repetitions (default 10)")
        ->check(CLI::Range(0.1, 3600.0));
    command->callback([command, port, qemu] {
        if (port->count() + qemu->count() == 0)
            throw CLI::RequiredError(command->get_name() + ": --port DEV or --qemu BOARD");
    });
    return [options](const Common& common, Report& report) { return run(*options, common, report); };
}

}  // namespace synfire::cli
