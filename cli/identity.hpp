// Checks that something else computed exactly what the emulator computes: firmware in QEMU, or recorded
// arrays.
#pragma once

#include <string>

#include "cli/common.hpp"
#include "cli/inputs.hpp"
#include "emulator/compare.hpp"
#include "hil/record.hpp"

namespace synfire::cli {

// Builds and runs the firmware of the compiled directory model.path on the board; s, u and v must be
// identical.
Outcome verify_firmware(const Model& model, const IntNetwork& integers, const Batch& batch,
                        const std::string& board, const Common& common);

// path: a folder with run.json (as `synfire run` and the emitted Lava script write it), or one .npy with the
// spikes of the output population. What the recording holds of s, u and v must be identical. what: who
// recorded it, for the messages.
Outcome verify_recorded(const IntNetwork& integers, const Batch& batch, const std::string& path,
                        const std::string& what, const Common& common);

// The spikes and levels of all inputs side by side, as firmware reads them. Throws InputError: a negative
// value where the firmware takes none.
hil::SpikeInput firmware_input(const IntNetwork& integers, const std::vector<Signal>& inputs);
// Inputs of spikes, and the levels of the others.
std::size_t spiking_inputs(const IntNetwork& integers);
hil::LevelShape level_shape(const IntNetwork& integers);
IntTrace trace_of(const IntNetwork& integers, hil::SampleRecord record);
// A run that is not identical: text, JSON and exit code.
void describe(const Mismatch& mismatch, const IntNetwork& integers, Outcome& outcome);
// Throws InputError where the model is not a compiled directory for microcontrollers.
void require_firmware(const Model& model);

}  // namespace synfire::cli
