// Loading models and running work over a batch.
#include "cli/common.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "cli/calibrate.hpp"
#include "compiler/frontend/frontends.hpp"
#include "compiler/quantize/compiled.hpp"
#include "compiler/support/files.hpp"

namespace synfire::cli {

namespace {

const std::map<std::string, ResetRule> reset_rules = {{"zero", ResetRule::zero},
                                                      {"subtract", ResetRule::subtract},
                                                      {"subtract-now", ResetRule::subtract_now},
                                                      {"snntorch-nodelay", ResetRule::snntorch_nodelay},
                                                      {"none", ResetRule::none}};

// Names of ONNX graphs hold double colons ("onnx::MatMul_3"); a single one divides two names.
std::size_t single_colon(const std::string& text) {
    for (std::size_t i = 1; i + 1 < text.size(); ++i)
        if (text[i] == ':' && text[i - 1] != ':' && text[i + 1] != ':') return i;
    return std::string::npos;
}

const std::map<std::string, Framework> frameworks = {
    {"snntorch", Framework::snntorch},     {"norse", Framework::norse},
    {"sinabs", Framework::sinabs},         {"spikingjelly", Framework::spikingjelly},
    {"rockpool", Framework::rockpool},     {"lava", Framework::lava},
    {"lava-fixed", Framework::lava_fixed}, {"spyx", Framework::spyx}};

ReadOptions options_of(const ReadFlags& flags) {
    ReadOptions options;
    if (!flags.as.empty()) options.as = frameworks.at(flags.as);
    if (!flags.gain.empty()) options.gain = flags.gain == "file" ? Gain::file : Gain::one;
    if (flags.max_spikes > 0) options.max_spikes = flags.max_spikes;
    if (flags.dt > 0) options.dt = flags.dt;
    if (!flags.reset.empty()) options.reset = reset_rules.at(flags.reset);
    if (!flags.discretization.empty())
        options.discretization =
            flags.discretization == "euler" ? Discretization::euler : Discretization::exponential;
    if (!flags.compare.empty())
        options.compare = flags.compare == "gt" ? Compare::greater : Compare::greater_equal;
    if (flags.reset_interval > 0) options.reset_interval = flags.reset_interval;
    options.raw_input = flags.raw_input;
    options.may_lack_weights = flags.may_lack_weights;
    for (const std::string& pair : flags.states) {
        const std::size_t colon = single_colon(pair);
        options.states.push_back({pair.substr(0, colon), pair.substr(colon + 1)});
    }
    if (!flags.input_shape.empty()) options.input_shape = flags.input_shape;
    if (!flags.weights.empty()) options.weights = flags.weights;
    return options;
}

}  // namespace

void add_read_flags(CLI::App& command, ReadFlags& flags) {
    add_calibration_flags(command, flags);
    std::vector<std::string> names;
    for (const auto& [name, framework] : frameworks) names.push_back(name);
    command
        .add_option("--as", flags.as,
                    "NIR: read the file as this framework does; sets all options below that are not given")
        ->check(CLI::IsMember(names));
    command.add_option("--dt", flags.dt, "NIR: seconds per time step (default 1e-4)")
        ->check(CLI::Range(1e-12, 1e6));
    command
        .add_option("--reset", flags.reset,
                    "NIR: after a spike, to the file's v_reset (zero, the default), minus the threshold in "
                    "the next "
                    "step (subtract) or at once (subtract-now), as snnTorch with reset_delay=False "
                    "(snntorch-nodelay), or none")
        ->check(CLI::IsMember({"zero", "subtract", "subtract-now", "snntorch-nodelay", "none"}));
    command
        .add_option("--discretization", flags.discretization,
                    "NIR: what is kept per step, 1 - dt/tau (euler, the default) or exp(-dt/tau) (exp)")
        ->check(CLI::IsMember({"euler", "exp"}));
    command
        .add_option("--compare", flags.compare,
                    "NIR: a spike when v > threshold (gt, the default) or v >= threshold (ge)")
        ->check(CLI::IsMember({"gt", "ge"}));
    command
        .add_option("--gain", flags.gain,
                    "NIR: what arrives is multiplied by r dt/tau (file, the default) or added as it is (one)")
        ->check(CLI::IsMember({"file", "one"}));
    command
        .add_option("--max-spikes", flags.max_spikes,
                    "NIR: a neuron sends floor(v / threshold) spikes in one step, at most these (default 1)")
        ->check(CLI::Range(1, max_count));
    command
        .add_option(
            "--reset-interval", flags.reset_interval,
            "netx: clear all states every so many steps, layer by layer one step later (default: never)")
        ->check(CLI::Range(1, 1 << 30));
    command.add_flag("--raw-input", flags.raw_input,
                     "netx: the input layer gets values as they are, without the file's weight and bias");
    command
        .add_option(
            "--state", flags.states,
            "ONNX: IN:OUT, the graph input that is a state and the output that carries it to the next "
            "step, where their names do not tell; once per state")
        ->check([](const std::string& pair) {
            return single_colon(pair) == std::string::npos ? "'" + pair + "' is not IN:OUT" : std::string();
        });
    command
        .add_option("--input-shape", flags.input_shape,
                    "Shape of one step's input, C,H,W or N, where the file leaves it out (snn-generator)")
        ->delimiter(',')
        ->expected(1, 3)
        ->check(CLI::Range(std::size_t{1}, max_elements));
    command.add_option("--weights", flags.weights,
                       "File with the weights, where the model file has none (snn-generator)");
}

Model load_model(const std::string& path, const ReadFlags& flags, Report& report) {
    const ReadOptions options = options_of(flags);
    Model model;
    model.path = path;
    std::error_code unreadable;  // then read_file says why
    if (std::filesystem::is_directory(path, unreadable)) {
        if (const std::vector<std::string> typed = given(options); !typed.empty()) {
            Diagnostic d;
            d.file = path;
            d.reason = fmt::format("{} has no effect on a compiled directory", fmt::join(typed, ", "));
            d.hint = "give the option when you compile";
            report.warning(d);
        }
        Compiled compiled = read_compiled(path);
        model.target = std::move(compiled.target);
        model.network = std::move(compiled.network);
        model.integers = std::move(compiled.integers);
    } else {
        model.network = read(Source{path, read_file(path)}, options, report);
        model.holds_integers =
            std::filesystem::path(path).extension() == ".net" || options.as == Framework::lava_fixed;
    }
    model.calibration = flags.calibrate;
    convert_rectifiers(model, flags, report);
    return model;
}

}  // namespace synfire::cli
