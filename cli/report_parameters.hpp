// Parameters, memory and the search for them, as the report page shows them.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "compiler/quantize/int_network.hpp"

namespace synfire::cli {

// {"summary": [...], "rows": [...], "total": count}: every group of parameters with its errors, and of large
// groups the rows with the largest. target: of --target, whose tables or registers are named.
nlohmann::ordered_json ledger_json(const Network& network, const IntNetwork& integers,
                                   const std::string& target);

// {"layers": [{"name", "weights", "weight_bits", "weight_bytes", "state_bytes", "parameter_bytes"}]}.
nlohmann::ordered_json memory_json(const IntNetwork& integers);

// What `synfire tune --json` wrote: the Pareto front and the other candidates. Throws InputError: no JSON, no
// such list.
nlohmann::ordered_json tune_json(const std::string& path);

}  // namespace synfire::cli
