// An evaluation over a data set as text and as JSON.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "emulator/evaluate.hpp"

namespace synfire::cli {

// Layers, connections, operations, answers, first divergence; docs/evaluate.md lists the fields.
nlohmann::ordered_json to_json(const Evaluation& evaluation, const ReadoutRule& rule);

std::string to_text(const Evaluation& evaluation, const ReadoutRule& rule);

}  // namespace synfire::cli
