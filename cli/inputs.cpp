// Matching arrays to a network's inputs by rank and shape.
#include "cli/inputs.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "compiler/support/report.hpp"

namespace synfire::cli {
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

// Input name -> file, from "X.npy" or "NAME=X.npy".
std::map<std::string, std::string> files_by_input(const Network& network,
                                                  const std::vector<std::string>& arguments) {
    std::map<std::string, std::string> files;
    for (const std::string& argument : arguments) {
        std::size_t split = std::string::npos;
        for (const Input& input : network.inputs)
            if (argument.starts_with(input.name + "=")) split = input.name.size();
        if (split != std::string::npos)
            files[argument.substr(0, split)] = argument.substr(split + 1);
        else if (network.inputs.size() == 1)
            files[network.inputs[0].name] = argument;
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
    const std::string node = fmt::format("'{}' (input)", input.name);
    if (!std::isfinite(value))
        fail(file, node, fmt::format("value {} at index {}", value, index), "finite", "clean the data");
    if (use == InputUse::reference_only) return;
    if (input.kind == SignalKind::real) {
        if (!(input.range > 0) || std::abs(value) <= input.range) return;
        fail(file, node, fmt::format("value {} at index {} is beyond the input's range", value, index),
             fmt::format("{}..{}", -input.range, input.range),
             "give a larger --input-range when you quantize");
    }
    const double most = input.kind == SignalKind::spikes ? 1 : 255;
    if (value < 0 || value > most || value != std::floor(value))
        fail(file, node,
             fmt::format("value {} at index {} is not a {}", value, index, most == 1 ? "spike" : "count"),
             most == 1 ? "0 or 1" : "a whole number from 0 to 255",
             "encode real values as spikes first, or run with --engine reference");
}

}  // namespace

Batch load_inputs(const Network& network, const std::vector<std::string>& arguments, InputUse use) {
    const std::map<std::string, std::string> files = files_by_input(network, arguments);
    Batch batch;
    for (std::size_t k = 0; k < network.inputs.size(); ++k) {
        const Input& input = network.inputs[k];
        const auto found = files.find(input.name);
        if (found == files.end())
            fail("", fmt::format("'{}' (input)", input.name), "has no data", "one file per input",
                 fmt::format("add --input {}=X.npy", input.name));
        const std::string& file = found->second;
        const NpyArray array = parse_npy(read_file(file), file);
        const std::vector<double> values = to_doubles(array, file);
        const Layout layout = layout_of(array.shape, input, file);
        if (layout.steps == 0 || layout.samples == 0)
            fail(file, "", fmt::format("the array has shape {}", to_string(array.shape)), "at least one step",
                 "check how it was saved");
        if (k == 0) {
            batch.batched = layout.batched;
            batch.steps = layout.steps;
            batch.samples.assign(layout.samples, std::vector<Signal>(network.inputs.size()));
        } else if (layout.steps != batch.steps || layout.samples != batch.samples.size()) {
            fail(file, "",
                 fmt::format("has {} samples of {} steps, the first input {} of {}", layout.samples,
                             layout.steps, batch.samples.size(), batch.steps),
                 "the same number for all inputs", "cut the arrays to the same length");
        }
        for (std::size_t i = 0; i < values.size(); ++i) check_value(values[i], input, use, i, file);
        const std::size_t n = neurons(input), cells = layout.steps * n;
        for (std::size_t b = 0; b < layout.samples; ++b) {
            const auto begin = values.begin() + static_cast<std::ptrdiff_t>(b * cells);
            batch.samples[b][k] = {layout.steps, n, {begin, begin + static_cast<std::ptrdiff_t>(cells)}};
        }
    }
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
