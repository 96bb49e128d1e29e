// Matching arrays to a network's inputs by rank and shape.
#include "cli/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "cli/input_files.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "compiler/support/report.hpp"

namespace synfire::cli {

void add_input_flags(CLI::App& command, InputFlags& flags, const std::string& option) {
    command
        .add_option(
            option, flags.files,
            "X.npy, [T, ...] or [B, T, ...], or event files (.bin of N-MNIST, .csv of t,x,y,p), one per "
            "sample; NAME=X.npy for several inputs")
        ->required();
    add_encoding_flags(command, flags);
}

void add_encoding_flags(CLI::App& command, InputFlags& flags) {
    command
        .add_option(
            "--encode", flags.encode,
            "The arrays are images without time, [...] or [B, ...]: rate (spikes with probability pixel), "
            "latency (one spike, brighter earlier) or direct (the value in every step)")
        ->check(CLI::IsMember({"rate", "latency", "direct"}));
    command
        .add_option("--scale", flags.scale,
                    "Pixels are multiplied by it before they are encoded (default: 1/255 for uint8, else 1)")
        ->check(CLI::Range(1e-30, 1e30));
    command
        .add_option("--steps", flags.steps, "Steps of an encoded image, or equal time bins of an event file")
        ->check(CLI::Range(1, 1 << 20));
    command
        .add_option("--bin-width", flags.bin_width, "Event files: microseconds per step, instead of --steps")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    command.add_option("--seed", flags.seed, "Of --encode rate (default 0)");
}

namespace {

[[noreturn]] void fail(const std::string& file, const std::string& node, const std::string& reason,
                       const std::string& expected, const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.node = node;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    throw InputError(d);
}

using Files = std::vector<std::string>;

// Input name -> its files, from "X.npy" or "NAME=X.npy".
std::map<std::string, Files> files_by_input(const Network& network, const Files& arguments) {
    std::map<std::string, Files> files;
    for (const std::string& argument : arguments) {
        std::size_t split = std::string::npos;
        for (const Input& input : network.inputs)
            if (argument.starts_with(input.name + "=")) split = input.name.size();
        if (split != std::string::npos)
            files[argument.substr(0, split)].push_back(argument.substr(split + 1));
        else if (network.inputs.size() == 1)
            files[network.inputs[0].name].push_back(argument);
        else
            fail(argument, "", "it is not clear which input this file is for", "NAME=FILE.npy",
                 fmt::format("the first input is --input {}=X.npy", network.inputs[0].name));
    }
    return files;
}

struct Layout {
    bool batched = false;
    std::size_t samples = 1;
    std::size_t steps = 0;
};

// Axes are [T, shape...] or [B, T, shape...], the shape as it is or flattened.
Layout layout_of(const Shape& array, const Input& input, const std::string& file) {
    const std::size_t n = neurons(input);
    const auto matches = [&](std::size_t leading) {
        if (array.size() <= leading) return false;
        const Shape rest(array.begin() + static_cast<std::ptrdiff_t>(leading), array.end());
        return rest == input.shape || rest == Shape{n};
    };
    if (matches(1)) return {false, 1, array[0]};
    if (matches(2)) return {true, array[0], array[1]};
    fail(file, fmt::format("'{}' (input)", input.name),
         fmt::format("the array has shape {}, the model takes {} values per step", to_string(array), n),
         fmt::format("[T, {0}] or [B, T, {0}]{1}", n,
                     input.shape.size() > 1
                         ? fmt::format(", or with {} as the last axes", to_string(input.shape))
                         : ""),
         "time comes first (after the batch); transpose or crop the array");
}

void check_value(double value, const Input& input, InputUse use, std::size_t index, const std::string& file) {
    const auto node = [&] { return fmt::format("'{}' (input)", input.name); };
    if (!std::isfinite(value))
        fail(file, node(), fmt::format("value {} at index {}", value, index), "finite", "clean the data");
    if (use == InputUse::reference_only) return;
    if (input.kind == SignalKind::real) {
        if (!(input.range > 0) || std::abs(value) <= input.range) return;
        fail(file, node(), fmt::format("value {} at index {} is beyond the input's range", value, index),
             fmt::format("{}..{}", -input.range, input.range),
             input.range == input.levels
                 ? "the network takes whole numbers as they are: scale the data as it was for the training"
                 : "quantize again with a greater range: --input-range, or --calibrate with data like this");
    }
    const double most = input.kind == SignalKind::spikes ? 1 : 255;
    if (value < 0 || value > most || value != std::floor(value))
        fail(file, node(),
             fmt::format("value {} at index {} is not a {}", value, index, most == 1 ? "spike" : "count"),
             most == 1 ? "0 or 1" : "a whole number from 0 to 255",
             "encode real values as spikes first, or run with --engine reference");
}

void check_flags(const InputFlags& flags, Report& report) {
    const bool events = std::any_of(flags.files.begin(), flags.files.end(), is_event_file);
    Diagnostic d;
    d.hint = "leave the option out, or add --encode rate, latency or direct";
    const auto warn = [&](const char* option, const char* reason) {
        d.reason = std::string(option) + " has no effect: " + reason;
        report.warning(d);
    };
    if (flags.encode.empty() && flags.scale != 0) warn("--scale", "nothing is encoded");
    if (flags.encode.empty() && !events && flags.steps != 0)
        warn("--steps", "the arrays say how long they are");
    if (!events && flags.bin_width != 0) warn("--bin-width", "there is no event file (.bin, .csv)");
}

Samples open_array(const Input& input, const std::string& file, InputUse use) {
    const auto array = std::make_shared<const NpyArray>(parse_npy(read_file(file), file));
    const Layout layout = layout_of(array->shape, input, file);
    if (layout.steps == 0 || layout.samples == 0)
        fail(file, "", fmt::format("the array has shape {}", to_string(array->shape)), "at least one step",
             "check how it was saved");
    const std::size_t n = neurons(input), cells = layout.steps * n;
    for (std::size_t b = 0; b < layout.samples; ++b) {
        std::size_t index = b * cells;
        for (double value : to_doubles(*array, index, cells, file))
            check_value(value, input, use, index++, file);
    }
    return {layout.batched, layout.samples, layout.steps, [=](std::size_t b) {
                return Signal{layout.steps, n, to_doubles(*array, b * cells, cells, file)};
            }};
}

void check_encoded(const Samples& samples, const Input& input, InputUse use, const std::string& file) {
    std::size_t index = 0;
    for (std::size_t b = 0; b < samples.count; ++b)
        for (double value : samples.sample(b).values) check_value(value, input, use, index++, file);
}

void check_lengths(const Samples& samples, const DataSet& data, const std::string& file) {
    if (samples.steps == data.steps && samples.count == data.samples) return;
    fail(file, "",
         fmt::format("has {} samples of {} steps, the first input {} of {}", samples.count, samples.steps,
                     data.samples, data.steps),
         "the same number for all inputs", "cut the arrays to the same length");
}

Samples open_input(const Input& input, const Files& files, const InputFlags& flags, InputUse use,
                   Report& report) {
    const bool recordings = std::all_of(files.begin(), files.end(), is_event_file);
    if (!recordings && files.size() > 1)
        fail(files[1], fmt::format("'{}' (input)", input.name), "is a second file for this input",
             "one .npy, or only event files (.bin, .csv), one per sample", "stack the arrays: [B, T, ...]");
    if (!recordings && flags.encode.empty()) return open_array(input, files[0], use);
    Samples samples = recordings ? open_recordings(input, files, {flags.steps, flags.bin_width}, report)
                                 : open_images(input, files[0], flags, report);
    check_encoded(samples, input, use, files.front());
    return samples;
}

}  // namespace

DataSet open_inputs(const Network& network, const InputFlags& flags, InputUse use, Report& report) {
    const std::map<std::string, Files> files = files_by_input(network, flags.files);
    check_flags(flags, report);
    DataSet data;
    for (std::size_t k = 0; k < network.inputs.size(); ++k) {
        const Input& input = network.inputs[k];
        const auto found = files.find(input.name);
        if (found == files.end())
            fail("", fmt::format("'{}' (input)", input.name), "has no data", "one file per input",
                 fmt::format("add --input {}=X.npy", input.name));
        Samples samples = open_input(input, found->second, flags, use, report);
        if (k == 0) {
            data.batched = samples.batched;
            data.steps = samples.steps;
            data.samples = samples.count;
        }
        check_lengths(samples, data, found->second.front());
        data.inputs.push_back(std::move(samples.sample));
    }
    return data;
}

std::vector<Signal> sample_of(const DataSet& data, std::size_t sample) {
    std::vector<Signal> signals;
    for (const auto& input : data.inputs) signals.push_back(input(sample));
    return signals;
}

Batch load_inputs(const Network& network, const InputFlags& flags, InputUse use, Report& report) {
    const DataSet data = open_inputs(network, flags, use, report);
    Batch batch{data.batched, data.steps, {}};
    for (std::size_t b = 0; b < data.samples; ++b) batch.samples.push_back(sample_of(data, b));
    return batch;
}

std::vector<std::size_t> load_labels(const std::string& path, std::size_t samples, std::size_t classes) {
    const NpyArray array = parse_npy(read_file(path), path);
    if (array.shape != Shape{samples})
        fail(path, "", fmt::format("labels have shape {}", to_string(array.shape)),
             fmt::format("[{}], one per sample", samples), "labels and inputs must come from the same split");
    std::vector<std::size_t> labels;
    for (double value : to_doubles(array, path)) {
        if (!(value >= 0) || value >= static_cast<double>(classes) || value != std::floor(value))
            fail(path, "", fmt::format("label {} does not name an output neuron", value),
                 fmt::format("0..{}", classes - 1), "labels are the index of the class");
        labels.push_back(static_cast<std::size_t>(value));
    }
    return labels;
}

}  // namespace synfire::cli
