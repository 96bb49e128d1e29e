// The shape of a document: snn.schema.json (draft 7), checked by valijson, told in the words of this program.
#pragma once

#include <string>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

// Collects an error, with pointer, reason, expectation and hint, for every place where the document does not
// fit.
void check_schema(const Value& document, const std::string& file, Report& report);

// "'lif1' (neuron)" for a pointer into /layers/K, else "".
std::string node_at(const Value& document, const std::string& pointer);

}  // namespace synfire::json
