// Populations that values drive and that need no portable update (rt::Drive::plain).
#pragma once

#include "targets/mcu/lower.hpp"

namespace synfire::mcu {

// Marks them, and widens their biases and thresholds. tables: lower(network).
void choose_plain_drives(const IntNetwork& network, Tables& tables);

}  // namespace synfire::mcu
