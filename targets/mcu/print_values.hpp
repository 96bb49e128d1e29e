// The tables of value inputs as C++, and what the templates of src/values.* say of them.
#pragma once

#include <map>
#include <string>

#include "targets/mcu/values.hpp"

namespace synfire::mcu {

// Members of struct Tables.
std::string print_value_members(const Values& values);

// Arrays in the unnamed namespace, then the members' definitions behind it.
std::string print_value_arrays(const Values& values);
std::string print_value_tables(const Values& values);

// The names of the templates; those of model.* are empty where a network has no value inputs.
void add_value_names(const Values& values, const std::string& name,
                     std::map<std::string, std::string>& names);

}  // namespace synfire::mcu
