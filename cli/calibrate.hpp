// Networks of ReLUs on the command line: what they need before they spike.
#pragma once

#include "cli/common.hpp"

namespace synfire::cli {

void add_calibration_flags(CLI::App& command, ReadFlags& flags);

// A network of ReLUs becomes one of neurons; others stay as they are. Throws InputError: no data, data of
// another shape.
void convert_rectifiers(Model& model, const ReadFlags& flags, Report& report);

}  // namespace synfire::cli
