// What a run is fed with: arrays over time, encoded images, recordings of event cameras, cut into samples.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"
#include "emulator/trace.hpp"

namespace synfire::cli {

// Input options as typed.
struct InputFlags {
    std::vector<std::string> files;  // "X.npy", or "NAME=X.npy" where the network has several inputs
    std::string encode;              // "", "rate", "latency" or "direct": the arrays are images without time
    double scale = 0;                // pixels are multiplied by it before they are encoded; 0: not typed
    std::size_t steps = 0;           // 0: not typed
    std::uint64_t seed = 0;
    std::int64_t bin_width = 0;  // microseconds; 0: not typed
};

// option: what the command calls its files.
void add_input_flags(CLI::App& command, InputFlags& flags, const std::string& option = "--input");
// Those of them that say how arrays become spikes.
void add_encoding_flags(CLI::App& command, InputFlags& flags);

struct Batch {
    bool batched = false;  // the files had a batch axis
    std::size_t steps = 0;
    std::vector<std::vector<Signal>> samples;  // [sample][input]
};

enum class InputUse {
    reference_only,  // any finite value
    integers,        // what the input's kind allows: spikes 0 and 1, counts whole numbers from 0 to 255
};

// The samples of a data set, made one by one: the files stand in memory as they are stored, not as doubles.
struct DataSet {
    bool batched = false;  // the files had a batch axis
    std::size_t steps = 0;
    std::size_t samples = 0;
    std::vector<std::function<Signal(std::size_t)>> inputs;  // of each input; from any thread
};

// Every value is checked here. .npy: the trailing axes are the input's shape or that shape flattened, before
// them [T] or [B, T], or with an encoding nothing or [B]. Event files (.bin, .csv): counts per bin, 0 and 1
// where the input takes spikes; one sample per file. Throws InputError: an input without a file, unknown
// names, other sizes, other numbers of steps. What was scaled, encoded or left out goes to the report.
DataSet open_inputs(const Network& network, const InputFlags& flags, InputUse use, Report& report);

// One signal per input.
std::vector<Signal> sample_of(const DataSet& data, std::size_t sample);

// All samples at once.
Batch load_inputs(const Network& network, const InputFlags& flags, InputUse use, Report& report);

// Class labels [B]. Throws InputError where their number is not samples or one is outside 0..classes-1.
std::vector<std::size_t> load_labels(const std::string& path, std::size_t samples, std::size_t classes);

}  // namespace synfire::cli
