// Prints which integers of the tables are which parameters, for firmware of the user's own.
#pragma once

#include <string>

#include "compiler/quantize/int_network.hpp"
#include "targets/mcu/lower.hpp"

namespace synfire::mcu {

// views.hpp: constants that only the compiler reads. tables: lowered from the network. name: its identifier.
std::string print_views(const IntNetwork& network, const Tables& tables, const std::string& name);

}  // namespace synfire::mcu
