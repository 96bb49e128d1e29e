// Rounding for spikes instead of for weights: the integers whose membrane potentials stay closest to those of
// the reference on calibration data.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/quantize.hpp"
#include "tuning/sensitivity.hpp"

namespace synfire {

enum class Rounding {
    nearest,     // every weight by itself
    stochastic,  // up with the probability of the fraction; without bias, for comparison
    moments,     // nearest, with the scale per neuron that loses least and keeps the sum of squared weights
    spikes,      // so that errors of inputs that spike together cancel; needs calibration data
};

struct CalibrateOptions {
    Rounding rounding = Rounding::spikes;
    std::uint64_t seed = 0;  // of stochastic rounding
    unsigned threads = 0;
};

// Layers with more weights per neuron (or channel) are rounded to nearest: the moments of their inputs would
// not fit in memory.
inline constexpr std::size_t most_parameters = 4096;

// For every neuron, or channel of neurons that share weights: chooses integers q, the scale, a bias and a
// threshold that minimize the mean squared difference between v_int / S and v over the steps of the samples,
// given that all spikes so far are as in the reference. The difference is linear in the rounding errors
// (tuning/sensitivity.hpp); its second moments are shrunk towards a multiple of the identity, as much as half
// of the samples say is best for the other half.
//
// Rounding::moments needs no data: the variance of the input current is the weights' sum of squares times
// that of the spikes, so a layer whose sum is kept keeps firing (Micheli et al. 2024 ask the
// same of initial weights).
//
// runs: of the reference on the calibration data, at least 2 for Rounding::spikes. Populations whose weights
// are whole numbers already are left alone. Notes say what was done; a warning names layers that are too
// large.
Calibration calibrate(const Network& network, const QuantizeOptions& options,
                      const std::vector<CalibrationSample>& runs, const CalibrateOptions& how,
                      Report& report);

}  // namespace synfire
