// Which layers of 16-bit membranes one kernel steps (runtime/kernels/fused.hpp).
#pragma once

#include "targets/mcu/lower.hpp"

namespace synfire::mcu {

// Marks the populations. tables: lower(network).
void fuse_layers(const IntNetwork& network, Tables& tables);

}  // namespace synfire::mcu
