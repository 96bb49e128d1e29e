// Reads a file of this folder's data and keeps what was said about it.
#pragma once

#include <optional>
#include <string>

#include "compiler/frontend/frontends.hpp"

namespace synfire {

struct Outcome {
    std::optional<Network> network;
    Report report;

    std::string text() const {
        std::string all;
        for (const Diagnostic& d : report.diagnostics) all += to_text(d) + "\n";
        return all;
    }
};

inline Outcome read_source(const Source& source, const ReadOptions& options) {
    Outcome outcome;
    try {
        outcome.network = read(source, options, outcome.report);
    } catch (const StageFailed&) {
    } catch (const InputError& e) {
        outcome.report.error(e.diagnostic);
    }
    return outcome;
}

inline std::string data_bytes(const std::string& name) {
    return read_file(SYNFIRE_SOURCE_DIR "/tests/unit/nir/data/" + name);
}

// Messages name the file "model.nir".
inline Outcome read_data(const std::string& name, const ReadOptions& options) {
    return read_source({"model.nir", data_bytes(name)}, options);
}

inline ReadOptions step_and_reset() {
    ReadOptions options;
    options.dt = 1e-4;
    options.reset = ResetRule::zero;
    return options;
}

}  // namespace synfire
