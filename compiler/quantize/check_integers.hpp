// What every IntNetwork must satisfy before the emulator or a target reads it.
#pragma once

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// Collects an error for: rules outside what the runtime computes, sizes that disagree, decays outside 0..2^F,
// indices and delays out of range, populations out of order, sums that could leave 64 bits. file: for the
// messages.
void check(const IntNetwork& network, const std::string& file, Report& report);

}  // namespace synfire
