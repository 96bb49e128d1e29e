// Options that init and propagate share: the scheme and what it needs to know.
#pragma once

#include <string>
#include <vector>

#include "cli/common.hpp"
#include "compiler/init/forecast.hpp"
#include "compiler/init/options.hpp"
#include "emulator/trace.hpp"

namespace synfire::cli {

struct InitFlags {
    InitOptions options;
    std::string input;  // normal | moments=MEAN,SQUARE | rate=P | hz=NU | data=FILE; empty: not typed
    std::string distribution = "normal";
    std::string quant, step, correction = "layer";
    double survive = 0.99;  // wanted probability that every layer lives
    std::string html;       // where the page goes
    bool stochastic = false, by_neuron = false, nearest_threshold = false;
    double operating_point = 0, sigma_u = 0, rate = 0;  // 0: not typed
};

// further_schemes: names that the command knows besides those of compiler/init.
void add_init_flags(CLI::App& command, InitFlags& flags,
                    const std::vector<std::string>& further_schemes = {});

// A model that may lack weights.
Model load_uninitialized(const std::string& path, const ReadFlags& flags, Report& report);

// What the inputs of a network look like, and the values of single trials.
struct InputSource {
    enum class Kind { normal, spikes, data } kind = Kind::normal;
    Moments moments{0, 1};        // of one value in one step
    std::vector<Signal> samples;  // data
};

// Throws InputError: a form of --input that is not known, a file of another shape.
// dt: seconds per step, of hz=NU.
InputSource input_source(const InitFlags& flags, double dt, const Network& network);

InitOptions init_options(const InitFlags& flags, const InputSource& source);

// One signal per input of the network for the trial that is drawn from `seed`: normal numbers of stream 0,
// held over all steps or (redraw) new ones in each, spikes, or sample seed - first_seed of the data.
std::vector<Signal> draw_inputs(const InputSource& source, const Network& network, std::size_t steps,
                                bool redraw, std::uint64_t seed, std::uint64_t first_seed);

// The forecast as a table and as JSON.
std::string table_of(const std::vector<PlannedPopulation>& planned, const std::vector<Forecast>& forecasts);
Json to_json(const std::vector<PlannedPopulation>& planned, const std::vector<Forecast>& forecasts);

}  // namespace synfire::cli
