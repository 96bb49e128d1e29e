// Lava's fixed-point model of a network that was compiled for Loihi, against the emulator.
#pragma once

#include <string>

#include "cli/common.hpp"
#include "cli/inputs.hpp"

namespace synfire::cli {

// Runs run_lava.py of the compiled directory model.path; s, u and v must be identical. python: a program that
// can import lava. Throws InputError where the directory is another target's or the script fails.
Outcome verify_on_lava(const Model& model, const IntNetwork& integers, const Batch& batch,
                       const std::string& python, const Common& common);

}  // namespace synfire::cli
