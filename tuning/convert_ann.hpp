// Rate conversion: a conventional network (network/rectified.hpp) -> a network of integrate-and-fire neurons
// whose spike rates are its activations, driven by the real-valued input, the same in every step.
//
// Each ReLU becomes a neuron without leak, threshold 1, that subtracts 1 when it spikes and starts at 1/2, so
// that its rate is its activation divided by the greatest one (Diehl et al. 2015; Rueckauer et al. 2017; the
// start at half the threshold halves the rounding error: Bu et al. 2022). The greatest activation of each
// channel, or of a layer that is no image, comes from calibration data: a percentile, since outliers would
// slow down all neurons. Readouts add up their input; the class is the one with the greatest potential.
#pragma once

#include <vector>

#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

struct ConvertOptions {
    double percentile = 99.9;  // of the activations of a channel that count as its greatest
};

// samples: the values of the only input, one vector per sample. ann must have passed check(). Max pools
// become neurons as well: max(a, b) = a + ReLU(b - a). Throws InputError: no samples, several inputs, a layer
// that is silent for all samples.
Network convert_ann(const Network& ann, const std::vector<std::vector<double>>& samples,
                    const ConvertOptions& options, Report& report);

}  // namespace synfire
