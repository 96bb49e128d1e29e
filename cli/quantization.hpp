// How a command turns its model into integers: the options, and calibration data.
#pragma once

#include <string>
#include <vector>

#include "cli/common.hpp"
#include "cli/inputs.hpp"
#include "compiler/quantize/quantize.hpp"
#include "tuning/calibrate.hpp"

namespace synfire::cli {

// Quantization options as typed, and whether any was: a compiled directory's integers are fixed.
struct QuantizeFlags {
    QuantizeOptions options;
    std::vector<std::string> weight_bits;  // BITS, or POPULATION=BITS
    std::string scale_per;                 // "", "layer" or "neuron"
    std::string rounding;                  // "", "nearest", "stochastic", "spikes" or "every-spike"
    double input_range = 0;                // of real-valued inputs; 0: not typed
    const InputFlags* inputs = nullptr;    // how calibration data is encoded; null: it is not
    CLI::App* app = nullptr;
};

// inputs: the command's own input options, which also say how calibration data is encoded.
void add_quantize_flags(CLI::App& command, QuantizeFlags& flags, const InputFlags* inputs = nullptr);

// What the options say, without what data decides. Throws InputError.
QuantizeOptions quantize_options(const Model& model, const QuantizeFlags& flags,
                                 const std::string& default_profile);

// The samples of --calibrate as far as memory holds their runs, the rest named in a note; none without it.
// Images of a converted network are shown for the given steps, 32 unless typed.
struct CalibrationData {
    std::vector<std::vector<Signal>> samples;  // [sample][input]
    std::size_t of = 0;                        // samples in the file
};
CalibrationData calibration_data(const Model& model, const QuantizeFlags& flags, Report& report);

// Gives real-valued inputs the range that was typed, or that the calibration data has; without one they
// cannot be quantized.
void set_input_range(Model& model, const QuantizeFlags& flags, Report& report);

// The integers of a compiled directory, or the network quantized now, calibrated where --calibrate was given.
// default_profile: where --profile is absent.
IntNetwork integers_of(const Model& model, const QuantizeFlags& flags, const std::string& default_profile,
                       const Common& common, Report& report);

}  // namespace synfire::cli
