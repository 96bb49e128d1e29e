#include "cli/init_flags.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "compiler/init/normal.hpp"
#include "compiler/init/schemes.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"

namespace synfire::cli {
namespace {

// Streams of inputs behind the first: no weight tensor has such a number.
constexpr std::uint64_t further_inputs = std::uint64_t{1} << 33;

[[noreturn]] void refuse(const std::string& reason, const std::string& expected, const std::string& hint) {
    Diagnostic d;
    d.field = "--input";
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    throw InputError(d);
}

const char* const forms = "normal, moments=MEAN,SQUARE, rate=P, hz=NU or data=FILE.npy";

std::vector<double> numbers(const std::string& text, std::size_t count, const std::string& whole) {
    std::vector<double> out;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t k = 0; k < count; ++k) {
        double x = 0;
        const auto [rest, error] = std::from_chars(at, end, x);
        if (error != std::errc{} || !std::isfinite(x)) break;
        out.push_back(x);
        at = rest;
        if (at != end && *at == ',') ++at;
    }
    if (out.size() != count || at != end)
        refuse(fmt::format("'{}' is not understood", whole), forms, "check the numbers");
    return out;
}

InputSource spikes(double p) {
    if (!(p > 0 && p <= 1))
        refuse(fmt::format("{} spikes per step", p), "above 0, at most 1",
               "give a rate that fits into one step; see --dt");
    return {InputSource::Kind::spikes, spikes_of(p), {}};
}

InputSource data(const std::string& path, const Network& network) {
    const NpyArray array = parse_npy(read_file(path), path);
    const std::vector<double> values = to_doubles(array, path);
    const std::size_t n = neurons(network.inputs.at(0));
    const bool fits =
        network.inputs.size() == 1 && !values.empty() && values.size() % n == 0 && array.shape.size() >= 2;
    if (!fits || !std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); }))
        refuse(fmt::format("{} has shape {}", path, to_string(array.shape)),
               fmt::format("[B, {0}] or [B, T, {0}], finite", n),
               "take some hundred inputs of the training set");
    InputSource source{InputSource::Kind::data, {}, {}};
    for (double x : values) {
        source.moments.mean += x / static_cast<double>(values.size());
        source.moments.square += x * x / static_cast<double>(values.size());
    }
    const std::size_t steps = values.size() / n / array.shape[0];
    for (std::size_t b = 0; b < array.shape[0]; ++b) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(b * steps * n);
        source.samples.push_back({steps, n, {first, first + static_cast<std::ptrdiff_t>(steps * n)}});
    }
    return source;
}

const std::vector<std::pair<std::string, StepRule>> step_rules = {{"matched", StepRule::matched},
                                                                  {"max", StepRule::largest},
                                                                  {"mean", StepRule::mean_magnitude},
                                                                  {"ternary", StepRule::ternary}};

IntegerOptions integers_of(const InitFlags& flags) {
    IntegerOptions o = integer_options(flags.quant);
    o.stochastic = flags.stochastic;
    o.by_neuron = flags.by_neuron;
    o.nearest_threshold = flags.nearest_threshold;
    o.correction = flags.correction == "none"    ? Correction::none
                   : flags.correction == "layer" ? Correction::layer
                                                 : Correction::neuron;
    if (flags.step.empty()) {
        if (o.largest <= 7 && o.rule == StepRule::sigmas) o.rule = StepRule::matched;
        return o;
    }
    for (const auto& [name, rule] : step_rules)
        if (name == flags.step) {
            o.rule = rule;
            return o;
        }
    o.rule = StepRule::sigmas;
    const auto [end, error] =
        std::from_chars(flags.step.data(), flags.step.data() + flags.step.size(), o.step);
    if (error == std::errc{} && end == flags.step.data() + flags.step.size() && o.step > 1e-6 && o.step < 10)
        return o;
    Diagnostic d;
    d.field = "--step";
    d.reason = fmt::format("'{}' is not understood", flags.step);
    d.expected = "matched, max, mean, ternary, or a number of standard deviations between 1e-6 and 10";
    d.hint = "leave it out";
    throw InputError(d);
}

Signal drawn_signal(const InputSource& source, const Input& input, std::size_t steps, bool redraw,
                    Stream stream) {
    const std::size_t n = neurons(input);
    Signal signal{steps, n, std::vector<double>(steps * n)};
    if (source.kind == InputSource::Kind::spikes) {
        draw_uniform(stream.seed, stream.stream, 0, signal.values);
        for (double& x : signal.values) x = x < source.moments.mean ? 1 : 0;
        return signal;
    }
    const std::size_t drawn = redraw ? steps : 1;
    draw_normal(stream.seed, stream.stream, 0, std::span(signal.values).first(drawn * n));
    const double sd = std::sqrt(variance(source.moments));
    for (std::size_t k = 0; k < drawn * n; ++k)
        signal.values[k] = source.moments.mean + sd * signal.values[k];
    for (std::size_t t = drawn; t < steps; ++t)
        std::copy_n(signal.values.begin(), n, signal.values.begin() + static_cast<std::ptrdiff_t>(t * n));
    return signal;
}

Signal over_steps(const Signal& sample, std::size_t steps) {
    Signal signal{steps, sample.neurons, {}};
    for (std::size_t t = 0; t < steps; ++t) {
        const std::size_t from = std::min(t, sample.steps - 1);
        const auto first = sample.values.begin() + static_cast<std::ptrdiff_t>(from * sample.neurons);
        signal.values.insert(signal.values.end(), first, first + static_cast<std::ptrdiff_t>(sample.neurons));
    }
    return signal;
}

}  // namespace

void add_init_flags(CLI::App& command, InitFlags& flags, const std::vector<std::string>& further_schemes) {
    std::vector<std::string> names = further_schemes;
    for (const SchemeRow& row : schemes()) names.push_back(row.name);
    command
        .add_option("--scheme", flags.options.scheme, "How weights are chosen (default variance-conserving)")
        ->check(CLI::IsMember(names));
    command.add_option("--seed", flags.options.seed,
                       "The same seed gives the same weights everywhere (default 0)");
    command.add_flag("--replace", flags.options.replace, "Draw weights anew that the model brings");
    command.add_option("--distribution", flags.distribution, "Of the weights: normal or uniform")
        ->check(CLI::IsMember({"normal", "uniform"}));
    command.add_option("--input", flags.input, std::string("What arrives at the inputs in a step: ") + forms);
    command
        .add_option("--operating-point", flags.operating_point,
                    "threshold / sigma_u; 0.8 or less keeps deep networks alive")
        ->check(CLI::Range(1e-3, 1e3));
    command
        .add_option("--sigma-u", flags.sigma_u,
                    "Wanted standard deviation of the membrane potential (default 1)")
        ->check(CLI::Range(1e-30, 1e30));
    command
        .add_option("--weight-scale", flags.options.weight_scale,
                    "inverse-sqrt: w0, in units of the threshold (default 1)")
        ->check(CLI::Range(1e-9, 1e9));
    command
        .add_option("--leaky-slope", flags.options.leaky_slope,
                    "kaiming: slope of the rectifier below 0 (default 0)")
        ->check(CLI::Range(0.0, 1e3));
    command
        .add_option("--xi", flags.options.xi,
                    "fluctuation-driven: (threshold - mean) / sigma_U, usefully 1 to 3 (default 1)")
        ->check(CLI::Range(1e-3, 1e3));
    command.add_option("--mean-u", flags.options.mean_u, "fluctuation-driven: mean potential (default 0)")
        ->check(CLI::Range(-1e9, 1e9));
    command
        .add_option("--rate", flags.rate,
                    "fluctuation-driven, rate-consistent: spikes per step of every layer")
        ->check(CLI::Range(1e-9, 1.0));
    command
        .add_option("--feed-forward-share", flags.options.feed_forward_share,
                    "fluctuation-driven: part of the variance that is not recurrent (default 0.9)")
        ->check(CLI::Range(0.01, 0.99));
    command.add_option("--inhibitory", flags.options.inhibitory,
                       "dale: connections whose weights are all negative");
    command.add_option("--quant", flags.quant, "Integer weights: int8, int4, int3, ternary or binary")
        ->check(CLI::IsMember({"int8", "int4", "int3", "ternary", "binary"}));
    command.add_option("--step", flags.step,
                       "One integer in standard deviations of the weights, or matched (default below 8 "
                       "bits), max, mean, ternary");
    command
        .add_option("--correction", flags.correction,
                    "Keep the variance that rounding takes, by layer (default) or neuron, or not: none")
        ->check(CLI::IsMember({"none", "layer", "neuron"}));
    command.add_flag("--stochastic", flags.stochastic, "Round up with the probability of the fraction");
    command.add_flag("--by-neuron", flags.by_neuron, "--step max: of each neuron");
    command.add_option("--html", flags.html,
                       "Write a self-contained page with charts of activity over depth");
    command
        .add_option("--survive", flags.survive, "Wanted probability that every layer is alive (default 0.99)")
        ->check(CLI::Range(0.0, 1.0));
}

Model load_uninitialized(const std::string& path, const ReadFlags& flags, Report& report) {
    ReadFlags read = flags;
    read.may_lack_weights = true;
    if (std::filesystem::path(path).extension() != ".nir") read.dt = 0;  // then it is the inputs' step
    return load_model(path, read, report);
}

InputSource input_source(const InitFlags& flags, double dt, const Network& network) {
    const auto after = [&](const char* prefix) -> std::optional<std::string> {
        if (flags.input.rfind(prefix, 0) != 0) return std::nullopt;
        return flags.input.substr(std::string(prefix).size());
    };
    if (flags.input.empty()) {
        const bool real = std::all_of(network.inputs.begin(), network.inputs.end(),
                                      [](const Input& i) { return i.kind == SignalKind::real; });
        if (real) return {};
        refuse("the model's inputs are spikes, and how often they come is not known", forms,
               "give --input rate=P, or data=FILE.npy");
    }
    if (flags.input == "normal") return {InputSource::Kind::normal, {0, 1}, {}};
    if (const auto text = after("moments=")) {
        const std::vector<double> x = numbers(*text, 2, flags.input);
        if (x[1] < x[0] * x[0])
            refuse("the mean square is below the square of the mean", forms,
                   "give MEAN,SQUARE with SQUARE = mean^2 + variance");
        return {InputSource::Kind::normal, {x[0], x[1]}, {}};
    }
    if (const auto text = after("rate=")) return spikes(numbers(*text, 1, flags.input)[0]);
    if (const auto text = after("hz=")) {
        if (!(dt > 0))
            refuse("spikes per second need the length of a step", "--dt SECONDS", "give --dt 0.001");
        return spikes(numbers(*text, 1, flags.input)[0] * dt);
    }
    if (const auto path = after("data=")) return data(*path, network);
    refuse(fmt::format("'{}' is not understood", flags.input), forms, "for example --input rate=0.1");
}

InitOptions init_options(const InitFlags& flags, const InputSource& source) {
    InitOptions options = flags.options;
    options.uniform = flags.distribution == "uniform";
    options.input = source.moments;
    options.input_spikes = source.kind == InputSource::Kind::spikes;
    if (flags.operating_point > 0) options.operating_point = flags.operating_point;
    if (flags.sigma_u > 0) options.sigma_u = flags.sigma_u;
    if (flags.rate > 0) options.rate = flags.rate;
    if (!flags.quant.empty()) options.integers = integers_of(flags);
    return options;
}

std::vector<Signal> draw_inputs(const InputSource& source, const Network& network, std::size_t steps,
                                bool redraw, std::uint64_t seed, std::uint64_t first_seed) {
    std::vector<Signal> signals;
    for (std::size_t i = 0; i < network.inputs.size(); ++i) {
        if (source.kind == InputSource::Kind::data) {
            signals.push_back(over_steps(source.samples[(seed - first_seed) % source.samples.size()], steps));
            continue;
        }
        signals.push_back(
            drawn_signal(source, network.inputs[i], steps, redraw, {seed, i == 0 ? 0 : further_inputs + i}));
    }
    return signals;
}

std::string table_of(const std::vector<PlannedPopulation>& planned, const std::vector<Forecast>& forecasts) {
    std::string text = fmt::format("{:<20} {:>7} {:>7} {:>8} {:>8} {:>7} {:>7} {:>16} {:>16} {:>9}  {}\n",
                                   "population", "neurons", "fan-in", "a", "kappa", "margin", "slope",
                                   "Var[u]", "fraction firing", "alive", "weights");
    for (std::size_t p = 0; p < forecasts.size(); ++p) {
        const Forecast& f = forecasts[p];
        std::string laws;
        for (const Law& law : planned[p].laws) laws += (laws.empty() ? "" : ", ") + to_string(law);
        const bool chain = f.survival.has_value();
        const auto number = [](double x, const char* form) {
            return x == 0 ? std::string("-") : fmt::format(fmt::runtime(form), x);
        };
        text += fmt::format(
            "{:<20} {:>7} {:>7} {:>8} {:>8} {:>7} {:>7} {:>16} {:>16} {:>9}  {}\n", f.population, f.neurons,
            number(f.fan_in, "{:.5g}"), number(f.effective_a, "{:.4f}"),
            number(f.margin > 0 ? f.kappa : 0, "{:.3f}"), number(f.margin, "{:.3f}"),
            number(f.slope, "{:.3f}"),
            f.variance > 0 ? fmt::format("{:.4f} +- {:.3f}", f.variance, 2 * f.variance_sd) : "-",
            chain ? fmt::format("{:.4f} +- {:.3f}", f.fraction, 2 * f.fraction_sd) : "-",
            chain ? fmt::format("{:.4f}", *f.survival) : "-", laws.empty() ? "as the model has them" : laws);
    }
    return text;
}

Json to_json(const std::vector<PlannedPopulation>& planned, const std::vector<Forecast>& forecasts) {
    Json list = Json::array();
    for (std::size_t p = 0; p < forecasts.size(); ++p) {
        const Forecast& f = forecasts[p];
        Json entry{
            {"name", f.population},         {"neurons", f.neurons}, {"fan_in", f.fan_in}, {"a", f.a},
            {"effective_a", f.effective_a}, {"kappa", f.kappa},     {"margin", f.margin}, {"slope", f.slope},
            {"variance_ratio", f.ratio}};
        if (f.survival)
            entry["one_step"] = {{"alive", *f.survival},
                                 {"fraction", f.fraction},
                                 {"fraction_sd", f.fraction_sd},
                                 {"variance", f.variance},
                                 {"variance_sd", f.variance_sd}};
        Json drawn = Json::array();
        for (std::size_t k = 0; k < planned[p].laws.size(); ++k) {
            const DrawnStage& s = planned[p].fan.drawn[k];
            drawn.push_back({{"connection", s.name},
                             {"stream", s.stream},
                             {"fan_in", s.fan_in},
                             {"law", to_string(planned[p].laws[k])},
                             {"variance", variance(planned[p].laws[k])},
                             {"mean", mean(planned[p].laws[k])},
                             {"input_square", s.input.square}});
        }
        entry["drawn"] = drawn;
        list.push_back(std::move(entry));
    }
    return list;
}

}  // namespace synfire::cli
