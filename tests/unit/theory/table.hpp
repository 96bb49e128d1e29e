// A table of data/, parsed.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace synfire::theory {

inline nlohmann::json table(const std::string& name) {
    std::ifstream file(SYNFIRE_SOURCE_DIR "/tests/unit/theory/data/" + name + ".json");
    return nlohmann::json::parse(file);
}

// One of its lists, never empty. By value: a range-for over a member of a temporary would dangle.
inline nlohmann::json rows(const std::string& name, const std::string& list) {
    nlohmann::json found = table(name).at(list);
    if (found.empty()) throw std::runtime_error(name + " has no " + list);
    return found;
}

}  // namespace synfire::theory
