// Errors with their five parts.
#include "compiler/network/complaints.hpp"

#include <cmath>

#include <fmt/format.h>

namespace synfire {

void Complaints::add(const std::string& field, const std::string& reason, const std::string& expected,
                     const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.node = node;
    d.field = field;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    report.error(d);
}

void check_values(const std::vector<double>& values, double low, double high, const std::string& field,
                  const std::string& expected, const std::string& hint, Complaints& complaints) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isfinite(values[i]) && values[i] >= low && values[i] <= high) continue;
        complaints.add(field, fmt::format("value {} at index {} is out of range", values[i], i), expected,
                       hint);
        return;
    }
}

}  // namespace synfire
