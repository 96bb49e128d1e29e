// Microcontrollers: a compiled directory that stands alone as C++17 sources with ports, startup code and
// tables.
#pragma once

#include <string>

#include "targets/targets.hpp"

namespace synfire::mcu {

// Collects an error for: a delay of more than 255 steps, inputs that are not spikes, sums that leave 32 bits,
// a negative or huge exponent, more neurons than a 16-bit index counts, a refractory period of more than 255
// steps.
void check(const IntNetwork& network, const TargetOptions& options, Report& report);

// The files of the compiled directory; a pure function of the network. Throws StageFailed.
Artifacts emit(const IntNetwork& network, const TargetOptions& options, Report& report);

// The name as C and C++ take it: letters, digits and single underscores, no reserved word.
std::string identifier(const std::string& name);

}  // namespace synfire::mcu
