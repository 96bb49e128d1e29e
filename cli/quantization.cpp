// Options, data and the call of the quantizer.
#include "cli/quantization.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "tuning/repair.hpp"

namespace synfire::cli {

void add_quantize_flags(CLI::App& command, QuantizeFlags& flags, const InputFlags* inputs) {
    flags.app = &command;
    flags.inputs = inputs;
    command
        .add_option("--profile", flags.options.profile,
                    "Arithmetic profile: mcu, loihi, or lava for trained integers")
        ->check(CLI::IsMember({"mcu", "loihi", "lava"}));
    command
        .add_option("--weight-bits", flags.weight_bits,
                    "Bits of a stored weight, sign included: 16, 8 (the default), 4 or 2 (ternary); "
                    "POPULATION=BITS sets those of the synapses that reach one population")
        ->delimiter(',');
    command
        .add_option("--decay-bits", flags.options.decay_bits,
                    "Bits of a decay factor, 12 to 24 (profile mcu; default 12, beside 16-bit weights 24)")
        ->check(CLI::Range(12, 24));
    command
        .add_option("--state-bits", flags.options.state_bits,
                    "Bits of a membrane potential: 32 (the default), or 16, which saturates (profile mcu)")
        ->check(CLI::IsMember({16, 32}));
    command
        .add_option("--input-range", flags.input_range,
                    "Greatest magnitude of real-valued inputs; it becomes the largest integer level")
        ->check(CLI::Range(1e-30, 1e30));
    command
        .add_option("--scale-per", flags.scale_per,
                    "One weight scale per layer or per neuron; or a power of two per layer")
        ->check(CLI::IsMember({"layer", "neuron", "power-of-two"}));
    command
        .add_option(
            "--rounding", flags.rounding,
            "Of the weights: nearest, stochastic, moments (nearest, with the scale that loses least and "
            "keeps the sum of squares), spikes (potentials stay close to the reference's on "
            "the calibration data; the default with --calibrate), or every-spike (and then single "
            "weights move until every spike of that data is kept)")
        ->check(CLI::IsMember({"nearest", "stochastic", "moments", "spikes", "every-spike"}));
}

namespace {

// Throws InputError where a width is not a number; the quantizer knows which numbers it has.
void take_weight_bits(const std::vector<std::string>& typed, QuantizeOptions& options) {
    for (const std::string& text : typed) {
        const std::size_t equals = text.rfind('=');
        const std::string digits = equals == std::string::npos ? text : text.substr(equals + 1);
        int bits = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (error != std::errc() || end != digits.data() + digits.size()) {
            Diagnostic d;
            d.field = "--weight-bits";
            d.reason = fmt::format("'{}' is not a number of bits", text);
            d.expected = "16, 8, 4 or 2, or POPULATION=BITS";
            d.hint = "for example --weight-bits 8,lif1=4";
            throw InputError(d);
        }
        if (equals == std::string::npos)
            options.weight_bits = bits;
        else
            options.weight_bits_of[text.substr(0, equals)] = bits;
    }
}

// Trained integers keep Lava's arithmetic wherever they are deployed.
std::optional<std::string> own_profile(const Model& model) {
    if (model.holds_integers) return "lava";
    return std::nullopt;
}

// Runs of this many neuron steps are kept; about a gigabyte.
constexpr std::size_t most_calibration_cells = std::size_t{1} << 26;

const char* const quantization_options[] = {"--profile",   "--weight-bits", "--decay-bits", "--state-bits",
                                            "--scale-per", "--rounding",    "--calibrate"};

bool typed(const QuantizeFlags& flags, const std::string& option) {
    return flags.app->count(option) > 0;
}

void refuse_for_compiled(const Model& model, const QuantizeFlags& flags) {
    for (const char* option : quantization_options) {
        if (!typed(flags, option)) continue;
        Diagnostic d;
        d.file = model.path;
        d.field = option;
        d.reason = "is compiled; its integers are fixed and cannot be quantized again";
        d.hint = fmt::format("leave out {}, or name the model file", option);
        throw InputError(d);
    }
}

InputFlags calibration_input(const Model& model, const QuantizeFlags& flags) {
    InputFlags input;
    if (flags.inputs != nullptr) input = *flags.inputs;
    input.files = model.calibration;
    if (!model.converted || !input.encode.empty()) return input;
    input.encode = "direct";
    if (input.steps == 0) input.steps = 32;
    return input;
}

// Calibrated weights err by less than the usual 1 %.
constexpr double calibrated_leak_loss = 0.0015;

constexpr const char* every_spike = "every-spike";

void note_repair(const Network& network, const RepairResult& result, Report& report) {
    Diagnostic d;
    d.field = "--rounding";
    if (!result.left) {
        d.reason =
            fmt::format("every spike of the calibration data is kept; {} had to be repaired", result.before);
        report.note(d);
        return;
    }
    const LostSpike& lost = *result.left;
    d.node = "'" + network.populations[lost.population].name + "'";
    d.reason = fmt::format(
        "{} of {} first differences remain; the first is neuron {} in step {} of sample {}, where the "
        "reference "
        "{} by {:.3g}",
        result.after, result.before, lost.neuron, lost.step, lost.sample,
        lost.expected ? "exceeds the threshold" : "misses the threshold", lost.margin);
    d.hint = "use more weight bits or decay bits";
    report.warning(d);
}

Rounding rounding_of(const Model& model, const QuantizeFlags& flags) {
    if (flags.rounding == "stochastic") return Rounding::stochastic;
    if (flags.rounding == "moments") return Rounding::moments;
    if (flags.rounding == "nearest" || model.calibration.empty()) {
        if (flags.rounding.empty() || flags.rounding == "nearest") return Rounding::nearest;
        Diagnostic d;
        d.field = "--rounding";
        d.reason = "spikes can only be kept on data";
        d.hint = "add --calibrate X.npy, some hundred inputs of the training set";
        throw InputError(d);
    }
    return Rounding::spikes;
}

}  // namespace

QuantizeOptions quantize_options(const Model& model, const QuantizeFlags& flags,
                                 const std::string& default_profile) {
    QuantizeOptions options = flags.options;
    take_weight_bits(flags.weight_bits, options);
    if (!typed(flags, "--profile")) options.profile = own_profile(model).value_or(default_profile);
    const bool per_layer = flags.scale_per.empty() ? options.profile == "loihi" : flags.scale_per == "layer";
    options.granularity = per_layer ? Granularity::layer : Granularity::neuron;
    if (flags.scale_per == "power-of-two") options.granularity = Granularity::power_of_two;
    if (options.profile == "mcu" && rounding_of(model, flags) == Rounding::spikes)
        options.leak_loss = calibrated_leak_loss;
    return options;
}

CalibrationData calibration_data(const Model& model, const QuantizeFlags& flags, Report& report) {
    if (model.calibration.empty()) return {};
    const InputUse use = std::any_of(model.network.inputs.begin(), model.network.inputs.end(),
                                     [](const Input& i) { return i.kind == SignalKind::real; })
                             ? InputUse::reference_only
                             : InputUse::integers;
    const DataSet data = open_inputs(model.network, calibration_input(model, flags), use, report);
    std::size_t cells = 1;
    for (const Population& p : model.network.populations) cells += neurons(p);
    for (const Input& i : model.network.inputs) cells += neurons(i);
    const std::size_t most =
        std::max<std::size_t>(2, most_calibration_cells / (cells * std::max<std::size_t>(1, data.steps)));
    std::vector<std::vector<Signal>> samples;
    for (std::size_t b = 0; b < std::min(most, data.samples); ++b) samples.push_back(sample_of(data, b));
    if (most < data.samples) {
        Diagnostic d;
        d.file = model.calibration.front();
        d.reason = fmt::format("the first {} of {} samples are used", most, data.samples);
        report.note(d);
    }
    if (samples.size() < 2) {
        Diagnostic d;
        d.file = model.calibration.front();
        d.reason = "one sample says too little about what arrives together";
        d.expected = "[B, T, ...], B at least 2";
        d.hint = "take some hundred inputs of the training set";
        throw InputError(d);
    }
    return {std::move(samples), data.samples};
}

void set_input_range(Model& model, const QuantizeFlags& flags, Report& report) {
    const bool given = typed(flags, "--input-range");
    std::vector<std::vector<Signal>> samples;
    for (std::size_t k = 0; k < model.network.inputs.size(); ++k) {
        Input& input = model.network.inputs[k];
        if (input.kind != SignalKind::real) continue;
        if (given && input.range > 0) {
            Diagnostic d;
            d.file = model.path;
            d.node = "'" + input.name + "' (input)";
            d.reason = "already says the range of its values";
            d.hint = "leave out --input-range";
            throw InputError(d);
        }
        if (given) input.range = flags.input_range;
        if (input.range > 0 || model.calibration.empty()) continue;
        if (samples.empty()) samples = calibration_data(model, flags, report).samples;
        double least = 0;
        for (const std::vector<Signal>& sample : samples)
            for (const double x : sample[k].values) {
                input.range = std::max(input.range, std::abs(x));
                least = std::min(least, x);
            }
        if (least == 0) input.levels = 255;  // a byte without sign
        Diagnostic d;
        d.node = "'" + input.name + "' (input)";
        d.reason = fmt::format("values to {} become whole numbers to {}", input.range, input.levels);
        report.note(d);
    }
}

IntNetwork integers_of(const Model& model, const QuantizeFlags& flags, const std::string& default_profile,
                       const Common& common, Report& report) {
    if (model.integers) {
        refuse_for_compiled(model, flags);
        return *model.integers;
    }
    const QuantizeOptions options = quantize_options(model, flags, default_profile);
    const Rounding rounding = rounding_of(model, flags);
    if (rounding == Rounding::nearest || options.profile == "lava")
        return quantize(model.network, options, report);
    const std::vector<CalibrationSample> runs =
        reference_runs(model.network, calibration_data(model, flags, report).samples, common.threads);
    const std::uint64_t seed = flags.inputs == nullptr ? 0 : flags.inputs->seed;
    Calibration calibration =
        calibrate(model.network, options, runs, {rounding, seed, common.threads}, report);
    if (flags.rounding == every_spike)
        note_repair(model.network,
                    repair(model.network, options, runs, repair_rounds, common.threads, calibration), report);
    return quantize(model.network, options, report, &calibration);
}

}  // namespace synfire::cli
