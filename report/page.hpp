// Results as JSON -> one self-contained HTML page: no network, no file beside it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace synfire {

// A page with a section for each part of the result that it knows, from the JSON of the commands: "forecast"
// and "populations" of synfire init and propagate; "evaluation", "samples", "detail", "ranges", "memory",
// "ledger" and "tune" of synfire report. title: plain text.
std::string report_page(const std::string& title, const nlohmann::ordered_json& result);

}  // namespace synfire
