// Layers of a JSON model -> Network.
#pragma once

#include <string>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

// document: fits the schema. file: its path; tensors in files are read from its folder. Collects errors by
// layer, and notes of what was folded; the Network is usable when there are none. Populations come in
// topological order.
Network lower(const Value& document, const std::string& file, Report& report);

}  // namespace synfire::json
