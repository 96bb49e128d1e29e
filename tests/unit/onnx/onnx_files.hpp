// Reading the test data.
#pragma once

#include <string>

#include "compiler/frontend/onnx/onnx_frontend.hpp"
#include "compiler/network/check.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/trace.hpp"

namespace synfire::onnx {

inline std::string data(const std::string& name) {
    return read_file(SYNFIRE_SOURCE_DIR "/tests/unit/onnx/data/" + name);
}

inline Network read_bytes(const std::string& bytes, Report& report, const ReadOptions& options = {}) {
    Network network = read_onnx(Source{"model.onnx", bytes}, options, report);
    check(network, "model.onnx", report);
    report.stop_on_errors();
    return network;
}

inline Network read_data(const std::string& name) {
    Report report;
    return read_bytes(data(name), report);
}

// The text of everything that was reported, the errors last thrown included; "" where the file is accepted.
inline std::string errors_of(const std::string& bytes, const ReadOptions& options = {}) {
    Report report;
    std::string thrown;
    try {
        read_bytes(bytes, report, options);
    } catch (const InputError& error) {
        thrown = to_text(error.diagnostic);
    } catch (const StageFailed&) {
    }
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::error) text += to_text(d);
    return text + thrown;
}

inline Signal signal(const NpyArray& array) {
    return Signal{array.shape.at(0), array.shape.at(1), to_doubles(array, "x")};
}

}  // namespace synfire::onnx
