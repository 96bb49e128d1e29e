// The last spikes: changes single integers until, on the calibration data, every neuron that hears the
// reference's spikes sends the reference's spikes. Then, by induction over steps and layers, the network as
// it runs does too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/quantize/quantize.hpp"
#include "tuning/sensitivity.hpp"

namespace synfire {

// A spike that differs although everything before it is as in the reference.
struct LostSpike {
    std::size_t sample = 0, step = 0, population = 0, neuron = 0;
    bool expected = false;
    double margin = 0;  // |v - threshold| of the reference, in the units of the model file
};

struct RepairResult {
    std::size_t before = 0, after = 0;  // neurons' first differing spikes, over all samples
    int rounds = 0;
    std::optional<LostSpike> left;  // the first that could not be repaired
};

// Usually one or two are enough, or none helps.
inline constexpr int repair_rounds = 20;

// calibration: what calibrate() returned for the same samples; its weights are changed. Each round runs the
// integers, finds the steps at which a neuron decides wrongly or nearly so, and moves its weights by whole
// numbers so that all of these steps come out right; the round with the fewest differing spikes wins.
RepairResult repair(const Network& network, const QuantizeOptions& options,
                    const std::vector<CalibrationSample>& runs, int most_rounds, unsigned threads,
                    Calibration& calibration);

}  // namespace synfire
