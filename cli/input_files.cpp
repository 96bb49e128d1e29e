#include "cli/input_files.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/encode.hpp"

namespace synfire::cli {
namespace {

constexpr std::size_t nmnist_side = 34;

[[noreturn]] void fail(const std::string& file, const Input& input, const std::string& reason,
                       const std::string& expected, const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.node = fmt::format("'{}' (input)", input.name);
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    throw InputError(d);
}

// [2, height, width]. A flattened input can only be told for N-MNIST, whose sensor is known.
Shape sensor_of(const Input& input, const std::string& file) {
    const Shape nmnist{2, nmnist_side, nmnist_side};
    if (input.shape.size() == 3 && input.shape[0] == 2) return input.shape;
    if (file.ends_with(".bin") && input.shape == Shape{*element_count(nmnist)}) return nmnist;
    fail(file, input, fmt::format("takes {}, and the file holds events", to_string(input.shape)),
         "[2, height, width]: darker and brighter events",
         "give the model that input shape, or bin the events into an .npy [T, ...] yourself");
}

// An input of spikes takes 1 for any number of events.
void fit_counts(Signal& signal, const Input& input, const std::string& file, Report& report) {
    std::size_t filled = 0, more = 0;
    for (std::size_t i = 0; i < signal.values.size(); ++i) {
        double& count = signal.values[i];
        if (count > max_count && input.kind != SignalKind::spikes)
            fail(file, input,
                 fmt::format("{} events of one pixel fall into step {}", count, i / signal.neurons),
                 fmt::format("at most {}", max_count), "give more --steps or a smaller --bin-width");
        filled += count > 0;
        more += count > 1;
        if (input.kind == SignalKind::spikes) count = std::min(count, 1.0);
    }
    if (more == 0 || input.kind != SignalKind::spikes) return;
    Diagnostic d;
    d.file = file;
    d.reason = fmt::format("{} of {} spikes stand for several events: the input takes 0 and 1", more, filled);
    d.hint = "give more --steps, or let the model's input take counts";
    report.warning(d);
}

double scale_of(const InputFlags& flags, const NpyArray& array) {
    if (flags.scale != 0) return flags.scale;
    const bool bytes = std::holds_alternative<std::vector<std::uint8_t>>(array.values) && !array.is_bool;
    return bytes ? 1.0 / 255 : 1;
}

struct Images {
    bool batched = false;
    std::size_t count = 1;
};

// [shape...] or [B, shape...], the shape as it is or flattened.
Images layout_of(const Shape& array, const Input& input, const std::string& file) {
    const std::size_t n = neurons(input);
    const auto matches = [&](std::size_t leading) {
        if (array.size() <= leading) return false;
        const Shape rest(array.begin() + static_cast<std::ptrdiff_t>(leading), array.end());
        return rest == input.shape || rest == Shape{n};
    };
    if (matches(0)) return {};
    if (matches(1) && array[0] > 0) return {true, array[0]};
    fail(file, input, fmt::format("the array has shape {}, the model takes {} values", to_string(array), n),
         fmt::format("{0} or [B, {1}]", to_string(input.shape), n),
         "--encode takes images without time; leave it out for arrays over time");
}

// Multiplies by the scale; rate and latency take probabilities.
void scale_pixels(std::vector<double>& pixels, double scale, const InputFlags& flags, const Input& input,
                  const std::string& file) {
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const double pixel = pixels[i];
        pixels[i] *= scale;
        if (flags.encode == "direct" ? std::isfinite(pixels[i]) : pixels[i] >= 0 && pixels[i] <= 1) continue;
        fail(file, input, fmt::format("value {} at index {} becomes {}", pixel, i, pixels[i]),
             flags.encode == "direct" ? "finite" : "0..1, a probability",
             "give --scale: the factor that brings the values into 0..1");
    }
}

}  // namespace

bool is_event_file(const std::string& file) {
    return file.ends_with(".bin") || file.ends_with(".csv");
}

Samples open_recordings(const Input& input, const std::vector<std::string>& files, const Binning& binning,
                        Report& report) {
    // Counts fit into bytes, and many recordings into memory.
    const auto counts = std::make_shared<std::vector<std::vector<std::uint8_t>>>();
    Samples samples{files.size() > 1, files.size(), 0, {}};
    for (const std::string& file : files) {
        if (binning.steps == 0 && binning.width == 0)
            fail(file, input, "the file holds events, and nothing says how long a step is",
                 "--steps T (equal bins) or --bin-width US (microseconds)",
                 "N-MNIST networks often take --steps 50");
        const Shape sensor = sensor_of(input, file);
        const std::string bytes = read_file(file);
        const auto events =
            file.ends_with(".bin") ? parse_event_bin(bytes, file) : parse_event_csv(bytes, file);
        Signal signal = bin_events(events, sensor, binning, file, report);
        fit_counts(signal, input, file, report);
        std::vector<std::uint8_t> stored;
        for (double count : signal.values) stored.push_back(static_cast<std::uint8_t>(count));
        counts->push_back(std::move(stored));
        samples.steps = std::max(samples.steps, signal.steps);
    }
    samples.sample = [counts, steps = samples.steps, n = neurons(input)](std::size_t b) {
        const std::vector<std::uint8_t>& stored = (*counts)[b];
        Signal signal{steps, n, {stored.begin(), stored.end()}};
        signal.values.resize(steps * n, 0.0);
        return signal;
    };
    return samples;
}

Samples open_images(const Input& input, const std::string& file, const InputFlags& flags, Report& report) {
    if (flags.steps == 0)
        fail(file, input, "--encode needs to know for how many steps", "--steps T",
             "give the number of steps that the network was trained with");
    const NpyArray array = parse_npy(read_file(file), file);
    const auto pixels = std::make_shared<std::vector<double>>(to_doubles(array, file));
    const Images images = layout_of(array.shape, input, file);
    const std::size_t n = neurons(input);
    if (!element_count({images.count, flags.steps, n}))
        fail(file, input, fmt::format("{} images of {} steps are too many", images.count, flags.steps),
             fmt::format("at most {} values", max_elements), "run fewer images at a time");
    const double scale = scale_of(flags, array);
    scale_pixels(*pixels, scale, flags, input, file);
    const Encoding encoding = flags.encode == "rate"      ? Encoding::rate
                              : flags.encode == "latency" ? Encoding::latency
                                                          : Encoding::direct;
    Diagnostic d;
    d.file = file;
    d.node = fmt::format("'{}' (input)", input.name);
    d.reason = fmt::format("values times {} encoded over {} steps: {}{}", scale, flags.steps, flags.encode,
                           encoding == Encoding::rate ? fmt::format(", seed {}", flags.seed) : "");
    report.note(d);
    return {images.batched, images.count, flags.steps,
            [pixels, n, encoding, steps = flags.steps, seed = flags.seed](std::size_t b) {
                const auto begin = pixels->begin() + static_cast<std::ptrdiff_t>(b * n);
                return encode({begin, begin + static_cast<std::ptrdiff_t>(n)}, b, encoding, steps, seed);
            }};
}

}  // namespace synfire::cli
