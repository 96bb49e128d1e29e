// What all commands share: options, loading a MODEL, results as JSON, exit codes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::cli {

using Json = nlohmann::ordered_json;

enum ExitCode { good = 0, bad_input = 1, mismatch = 2, our_bug = 3 };

struct Common {
    std::string json_file;             // --json: where the machine-readable result goes
    std::string diagnostics = "text";  // --diagnostics text|json
    bool quiet = false;                // no results and notes on the terminal
    unsigned threads = 0;              // 0: all cores
};

// What a command hands back: the text for the terminal, the result for --json, and the exit code.
struct Outcome {
    std::string text;
    Json json;
    ExitCode code = good;
};

// One subcommand: its options bound to storage that lives as long as the command, and what it does.
using Command = std::function<Outcome(const Common&, Report&)>;

// Each registers its subcommand and returns what runs when the user chose it.
Command add_inspect(CLI::App& app);
Command add_compile(CLI::App& app);
Command add_convert(CLI::App& app);
Command add_evaluate(CLI::App& app);
Command add_hil(CLI::App& app);
Command add_init(CLI::App& app);
Command add_propagate(CLI::App& app);
Command add_report(CLI::App& app);
Command add_run(CLI::App& app);
Command add_size(CLI::App& app);
Command add_tune(CLI::App& app);
Command add_verify(CLI::App& app);

// A model file of any front end, or a compiled directory, which brings its integers along.
struct Model {
    std::string path;
    std::string target;           // of a compiled directory; empty otherwise
    bool holds_integers = false;  // trained or converted ones: profile lava takes them over
    Network network;
    std::optional<IntNetwork> integers;
    std::vector<std::string> calibration;  // --calibrate: files, or none
    bool converted = false;                // from a network of ReLUs
};

// Front-end options as typed.
struct ReadFlags {
    double dt = 0;
    std::string as, reset, discretization, compare, gain;
    int max_spikes = 0;
    int reset_interval = 0;
    bool raw_input = false;
    std::vector<std::string> states;  // IN:OUT
    std::vector<std::size_t> input_shape;
    std::string weights;
    std::vector<std::string> calibrate;  // .npy of inputs, NAME=X.npy where there are several
    double percentile = 99.9;
    bool shows_rectifiers = false;  // inspect: a network of ReLUs may stay one
    bool may_lack_weights = false;  // inspect, init, propagate
};

void add_read_flags(CLI::App& command, ReadFlags& flags);

// Warns where options were typed that cannot change a compiled directory.
Model load_model(const std::string& path, const ReadFlags& flags, Report& report);

}  // namespace synfire::cli
