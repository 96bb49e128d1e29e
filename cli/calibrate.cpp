// Calibration data from a file, and the conversion.
#include "cli/calibrate.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/ranges.h>

#include "compiler/network/check.hpp"
#include "compiler/network/rectified.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "tuning/convert_ann.hpp"

namespace synfire::cli {
namespace {

// Calibration inputs [B, ...] of a network with one input.
std::vector<std::vector<double>> calibration_samples(const Network& network, const std::string& path) {
    const NpyArray array = parse_npy(read_file(path), path);
    const std::vector<double> values = to_doubles(array, path);
    const std::size_t n = neurons(network.inputs.at(0));
    Diagnostic d;
    d.file = path;
    d.expected = fmt::format("[B, {}] or [B, {}], finite", n, fmt::join(network.inputs[0].shape, ", "));
    d.hint = "take some hundred inputs of the training set, preprocessed as for training";
    std::size_t count = 1;
    for (std::size_t axis = 1; axis < array.shape.size(); ++axis) count *= array.shape[axis];
    d.reason = fmt::format("the array has shape {}", to_string(array.shape));
    if (array.shape.size() < 2 || array.shape[0] == 0 || count != n) throw InputError(d);
    d.reason = "the values are not all finite";
    if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); }))
        throw InputError(d);
    std::vector<std::vector<double>> samples;
    for (auto at = values.begin(); at != values.end(); at += static_cast<std::ptrdiff_t>(n))
        samples.emplace_back(at, at + static_cast<std::ptrdiff_t>(n));
    return samples;
}

}  // namespace

void convert_rectifiers(Model& model, const ReadFlags& flags, Report& report) {
    Diagnostic d;
    d.file = model.path;
    if (!has_rectifiers(model.network)) return;
    if (!flags.calibrate.empty()) {
        model.network =
            convert_ann(model.network, calibration_samples(model.network, flags.calibrate.front()),
                        ConvertOptions{flags.percentile}, report);
        check(model.network, model.path, report);
        report.stop_on_errors();
        model.converted = true;
    } else if (flags.shows_rectifiers) {
        d.reason =
            "a conventional network of ReLUs: before it runs, its rates are converted from calibration data";
        d.hint = "give --calibrate X.npy to see the network of neurons";
        report.warning(d);
    } else {
        d.reason = "a conventional network of ReLUs: how it spikes depends on the activations it has";
        d.expected = "calibration data";
        d.hint = "--calibrate X.npy, some hundred inputs of the training set";
        throw InputError(d);
    }
}

void add_calibration_flags(CLI::App& command, ReadFlags& flags) {
    command
        .add_option(
            "--calibrate", flags.calibrate,
            "Inputs of the training set, NAME=X.npy for several inputs. Networks of neurons: [B, T, ...] "
            "or as the input options encode them; the integers are chosen so that the spikes on them stay "
            "the same. Networks of ReLUs: [B, ...], which also set the rates of every layer")
        ->allow_extra_args(false);
    command
        .add_option("--percentile", flags.percentile,
                    "Networks of ReLUs: of the activations that the greatest spike rate stands for")
        ->check(CLI::Range(50.0, 100.0));
}

}  // namespace synfire::cli
