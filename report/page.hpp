// Results as JSON -> one self-contained HTML page: no network, no file beside it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace synfire {

// How activity goes through the layers of a network. result: what `synfire propagate --json` writes; without
// "populations" the forecast alone is drawn, as `synfire init` has it. title: plain text.
std::string activity_page(const std::string& title, const nlohmann::ordered_json& result);

}  // namespace synfire
