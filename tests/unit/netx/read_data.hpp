// Reads a file of this folder's data and keeps what was said about it.
#pragma once

#include <optional>
#include <string>

#include "compiler/frontend/frontends.hpp"
#include "compiler/support/npy.hpp"

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

inline Outcome read_bytes(const std::string& bytes, const ReadOptions& options = {}) {
    Outcome outcome;
    try {
        outcome.network = read({"model.net", bytes}, options, outcome.report);
    } catch (const StageFailed&) {
    } catch (const InputError& e) {
        outcome.report.error(e.diagnostic);
    }
    return outcome;
}

inline std::string data_bytes(const std::string& name) {
    return read_file(SYNFIRE_SOURCE_DIR "/tests/unit/netx/data/" + name);
}

// name: without ".net". Messages name the file "model.net".
inline Outcome read_data(const std::string& name, const ReadOptions& options = {}) {
    return read_bytes(data_bytes(name + ".net"), options);
}

}  // namespace synfire
