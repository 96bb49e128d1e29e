// Golden vectors of initialization: random numbers, and networks whose weights come from a seed. Formats:
// init-golden-1 (networks), and the known answers of the random numbers, which name no format and are told by
// their keys. tests/golden/README.md describes both.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace synfire::golden {

bool is_init_case(const nlohmann::json& file);

// The first thing that differs. Throws std::exception where the file is damaged.
std::optional<std::string> init_difference(const nlohmann::json& file);

}  // namespace synfire::golden
