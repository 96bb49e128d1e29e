// Writing a network in a format that synfire reads, chosen by the file's extension.
#pragma once

#include <string>

#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::cli {

struct WrittenModel {
    std::string text;     // for the terminal
    std::string options;  // with which the file is read as the network it was
};

// Throws InputError where the extension names no format that can be written.
void check_writable(const std::string& path);

// .json (arrays go to .safetensors beside it) or .nir. dt: seconds per step of a .nir file; 0: NIR's usual
// 1e-4. Throws InputError, StageFailed.
WrittenModel write_model(const Network& network, const std::string& path, double dt, bool keep_seeds,
                         Report& report);

}  // namespace synfire::cli
