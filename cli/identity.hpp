// Checks that something else computed exactly what the emulator computes: firmware in QEMU, or recorded
// arrays.
#pragma once

#include <string>

#include "cli/common.hpp"
#include "cli/inputs.hpp"

namespace synfire::cli {

// Builds and runs the firmware of the compiled directory model.path on the board; s, u and v must be
// identical.
Outcome verify_firmware(const Model& model, const IntNetwork& integers, const Batch& batch,
                        const std::string& board, const Common& common);

// path: a folder with run.json (as `synfire run` and the emitted Lava script write it), or one .npy with the
// spikes of the output population. What the recording holds of s, u and v must be identical.
Outcome verify_recorded(const IntNetwork& integers, const Batch& batch, const std::string& path,
                        const Common& common);

}  // namespace synfire::cli
