// Prints the tables of a network as C++ source: data only.
#pragma once

#include <string>

#include "targets/mcu/lower.hpp"

namespace synfire::mcu {

// tables.hpp: rules, sizes and declarations. name: the network's identifier.
std::string print_tables_header(const Tables& tables, const std::string& name);

// tables.cpp: the numbers, in lines of at most 100 columns.
std::string print_tables_source(const Tables& tables, const std::string& name);

}  // namespace synfire::mcu
