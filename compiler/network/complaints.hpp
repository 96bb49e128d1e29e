// How the checks of a Network word what they find.
#pragma once

#include <string>
#include <vector>

#include "compiler/support/report.hpp"

namespace synfire {

// Adds errors about one named part of the network.
struct Complaints {
    const std::string& file;
    Report& report;
    std::string node;

    void add(const std::string& field, const std::string& reason, const std::string& expected,
             const std::string& hint);
};

// Potentials and weights beyond this are taken for damage; everything in use is many orders smaller.
inline constexpr double huge = 1e30;

// Names the first value that is not finite or outside [low, high].
void check_values(const std::vector<double>& values, double low, double high, const std::string& field,
                  const std::string& expected, const std::string& hint, Complaints& complaints);

}  // namespace synfire
