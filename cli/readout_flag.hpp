// --readout: how the output answers.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "compiler/network/network.hpp"
#include "emulator/readout.hpp"

namespace synfire::cli {

void add_readout_flag(CLI::App& command, std::string& name);

// name: as typed, or empty for the output's default. Throws InputError: a rule of spikes for an output
// without any.
const ReadoutRule& readout_rule(const std::string& name, const Population& output, const std::string& model);

}  // namespace synfire::cli
