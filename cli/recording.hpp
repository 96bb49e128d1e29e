// Arrays that something else recorded: a folder with run.json, or one .npy with output spikes.
#pragma once

#include <string>
#include <vector>

#include "cli/inputs.hpp"
#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire::cli {

// One trace per sample; what was not recorded is left empty. Throws InputError: unreadable, an unknown
// population, sizes that do not fit the batch, values that are not integers, or nothing to compare.
std::vector<IntTrace> load_recording(const std::string& path, const IntNetwork& network, const Batch& batch);

}  // namespace synfire::cli
