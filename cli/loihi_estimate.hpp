// What a network may take on Loihi, from the spikes of an evaluation.
#pragma once

#include "cli/common.hpp"
#include "emulator/evaluate.hpp"

namespace synfire::cli {

// Adds a table to the text and "loihi" to the JSON: a model, not a measurement. Throws StageFailed where the
// chip does not hold the network.
void describe_loihi(const IntNetwork& integers, const Evaluation& evaluation, Outcome& outcome,
                    Report& report);

}  // namespace synfire::cli
