// Runs the emulator sample by sample and looks for the first difference to what the other side computed.
#include "cli/identity.hpp"

#include <chrono>

#include <fmt/format.h>

#include "cli/recording.hpp"
#include "compiler/quantize/levels.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/compare.hpp"
#include "emulator/emulate.hpp"
#include "emulator/synapses.hpp"
#include "hil/qemu.hpp"
#include "hil/record.hpp"
#include "hil/stack.hpp"

namespace synfire::cli {
namespace {

// Simulated boards run some ten million instructions a second; this is for a hang, not for a slow machine.
constexpr std::chrono::minutes time_limit{10};

std::vector<IntTrace> run_on_board(const hil::Firmware& firmware, const IntNetwork& integers,
                                   const Batch& batch) {
    std::vector<std::size_t> sizes;
    for (const IntPopulation& p : integers.populations) sizes.push_back(neurons(p));
    std::vector<hil::SpikeInput> samples;
    for (const auto& sample : batch.samples) samples.push_back(firmware_input(integers, sample));
    const std::string packed = hil::pack_inputs(spiking_inputs(integers), samples, level_shape(integers));
    const std::string record = hil::run_firmware(firmware, packed, time_limit);
    const std::vector<std::size_t> steps(batch.samples.size(), batch.steps);
    std::vector<IntTrace> traces;
    for (hil::SampleRecord& sample : hil::parse_record(record, sizes, steps))
        traces.push_back(trace_of(integers, std::move(sample)));
    return traces;
}

// actual: one trace per sample. what: "firmware on mps2-an386", for the messages.
Outcome compare_with_emulator(const IntNetwork& integers, const Batch& batch,
                              const std::vector<IntTrace>& actual, const std::string& what,
                              const Common& common) {
    std::vector<std::optional<Mismatch>> found(batch.samples.size());
    for_each_index(batch.samples.size(), common.threads, [&](std::size_t b) {
        found[b] = first_mismatch(b, emulate(integers, batch.samples[b]), actual[b]);
    });
    std::string compared;
    for (const auto& p : actual.front().populations)
        compared += fmt::format("{}{}:{}{}{}", compared.empty() ? "" : ", ", p.name, p.s.empty() ? "" : " s",
                                p.u.empty() ? "" : " u", p.v.empty() ? "" : " v");
    Outcome outcome;
    outcome.text = fmt::format("{} against the emulator: {} samples of {} steps; compared {}\n", what,
                               batch.samples.size(), batch.steps, compared);
    outcome.json = {{"samples", batch.samples.size()}, {"steps", batch.steps}, {"identical", true}};
    for (const std::optional<Mismatch>& m : found) {
        if (!m) continue;
        describe(*m, integers, outcome);
        return outcome;
    }
    outcome.text += "passed: identical in every sample, step and neuron\n";
    return outcome;
}

std::int16_t level_of(const IntNetwork& integers, const Input& input, double value) {
    const std::int64_t level = to_level(value, input);
    if (level >= level_range(integers, input).low) return static_cast<std::int16_t>(level);
    Diagnostic d;
    d.node = "'" + input.name + "' (input)";
    d.reason =
        fmt::format("value {} is negative, and the firmware takes levels from 0 to {}", value, input.levels);
    d.expected = fmt::format("0..{}", input.range);
    d.hint =
        "no value of the calibration data was negative: calibrate with data like this, and compile again";
    throw InputError(d);
}

}  // namespace

std::size_t spiking_inputs(const IntNetwork& integers) {
    std::size_t count = 0;
    for (const Input& input : integers.inputs) count += carries_values(input) ? 0 : neurons(input);
    return count;
}

hil::LevelShape level_shape(const IntNetwork& integers) {
    const LevelFormat format = level_format(integers);
    return {format.count, format.bytes};
}

hil::SpikeInput firmware_input(const IntNetwork& integers, const std::vector<Signal>& inputs) {
    hil::SpikeInput all{inputs[0].steps, {}, {}};
    for (std::size_t step = 0; step < all.steps; ++step)
        for (std::size_t k = 0; k < inputs.size(); ++k)
            for (std::size_t i = 0; i < inputs[k].neurons; ++i) {
                const double value = inputs[k].values[step * inputs[k].neurons + i];
                if (carries_values(integers.inputs[k]))
                    all.levels.push_back(level_of(integers, integers.inputs[k], value));
                else
                    all.spikes.push_back(value != 0);
            }
    return all;
}

IntTrace trace_of(const IntNetwork& integers, hil::SampleRecord record) {
    IntTrace trace;
    trace.steps = record.steps;
    for (std::size_t p = 0; p < record.populations.size(); ++p) {
        hil::PopulationRecord& r = record.populations[p];
        trace.populations.push_back({integers.populations[p].name,
                                     r.neurons,
                                     integers.populations[p].spiking,
                                     std::move(r.s),
                                     std::move(r.u),
                                     std::move(r.v),
                                     {}});
    }
    return trace;
}

void describe(const Mismatch& m, const IntNetwork& integers, Outcome& outcome) {
    const std::string& layer = integers.populations[m.population].name;
    outcome.text +=
        fmt::format("FAILED: sample {}, step {}, layer {}, neuron {}: {} is {}, the emulator has {}\n",
                    m.sample, m.step, layer, m.neuron, m.variable, m.actual, m.expected);
    outcome.json["identical"] = false;
    outcome.json["first_mismatch"] = {{"sample", m.sample},
                                      {"step", m.step},
                                      {"layer", layer},
                                      {"neuron", m.neuron},
                                      {"variable", std::string(1, m.variable)},
                                      {"expected", m.expected},
                                      {"actual", m.actual}};
    outcome.code = mismatch;
}

void require_firmware(const Model& model) {
    if (model.target == "mcu") return;
    Diagnostic d;
    d.file = model.path;
    d.reason = "holds no firmware";
    d.expected = "a directory that `synfire compile --target mcu` wrote";
    d.hint = "compile the model first, then name the directory";
    throw InputError(d);
}

Outcome verify_firmware(const Model& model, const IntNetwork& integers, const Batch& batch,
                        const std::string& board, const Common& common) {
    require_firmware(model);
    const hil::Firmware firmware = hil::build_firmware(model.path, board);
    const hil::ImageSize size = hil::image_size(firmware);
    const hil::StackUse stack = hil::stack_use(firmware);
    Outcome outcome = compare_with_emulator(integers, batch, run_on_board(firmware, integers, batch),
                                            "firmware on " + board, common);
    outcome.text +=
        fmt::format("flash: {} bytes of weights + {} of code and tables; RAM: {} bytes + {} of stack\n",
                    size.weights, size.flash() - size.weights, size.ram(), stack.bytes);
    outcome.json["board"] = board;
    outcome.json["flash"] = {
        {"weights", size.weights}, {"tables", size.tables}, {"code", size.code}, {"data", size.data}};
    outcome.json["ram"] = size.ram();
    outcome.json["stack"] = stack.bytes;
    return outcome;
}

Outcome verify_recorded(const IntNetwork& integers, const Batch& batch, const std::string& path,
                        const std::string& what, const Common& common) {
    return compare_with_emulator(integers, batch, load_recording(path, integers, batch), what, common);
}

}  // namespace synfire::cli
