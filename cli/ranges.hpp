// The range proof as text and JSON: what registers can hold, what fits 16 bits, and inputs that overflow.
#pragma once

#include "cli/common.hpp"
#include "compiler/quantize/int_network.hpp"

namespace synfire::cli {

// Adds a table to the text and "ranges" to the JSON, one entry per population.
void describe_ranges(const IntNetwork& integers, Outcome& outcome);

}  // namespace synfire::cli
