// What steps cost on a device, as a file: `synfire hil --costs` fits and writes it, `synfire evaluate
// --costs` predicts with it.
#pragma once

#include <string>
#include <vector>

#include "cli/common.hpp"
#include "cli/inputs.hpp"
#include "emulator/step_cost.hpp"

namespace synfire::cli {

struct MeasuredSteps {
    std::string device;
    std::string unit;  // "instructions" or "cycles"
    CountedSteps steps;
    std::vector<std::size_t> sample;  // of each step
};

// Fits the cost to the samples with even numbers, says how well it predicts the others (of a single sample:
// itself), and writes what a fit to all of them gives. Throws InputError where no step was counted.
void write_costs(const std::string& path, const IntNetwork& network, const MeasuredSteps& measured,
                 Outcome& outcome);

// Throws InputError: not such a file, or of another network.
StepCost read_costs(const std::string& path, const IntNetwork& network);

// What every step of a data set will cost, by the emulator's spikes.
void describe_costs(const StepCost& cost, const IntNetwork& network, const DataSet& data, unsigned threads,
                    Outcome& outcome);

}  // namespace synfire::cli
