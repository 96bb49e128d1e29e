// Reads a model from text as if it were a file of the tests' data folder.
#pragma once

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "compiler/frontend/json/json_frontend.hpp"

namespace synfire {

inline const std::string json_data = SYNFIRE_SOURCE_DIR "/tests/unit/json/data/";

struct Outcome {
    std::optional<Network> network;  // empty where there were errors
    Report report;

    // All diagnostics as printed, with the data folder cut away.
    std::string text() const {
        std::string all;
        for (const Diagnostic& d : report.diagnostics) all += to_text(d);
        for (std::size_t at = all.find(json_data); at != std::string::npos; at = all.find(json_data, at))
            all.erase(at, json_data.size());
        return all;
    }
};

inline Outcome read_text(const std::string& text, const std::string& path = json_data + "model.json",
                         const ReadOptions& options = {}) {
    Outcome outcome;
    try {
        Network network = read_json({path, text}, options, outcome.report);
        outcome.network = std::move(network);
    } catch (const StageFailed&) {
    } catch (const InputError& e) {
        outcome.report.error(e.diagnostic);
    }
    return outcome;
}

inline std::string file_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace synfire
