// The model formats that Synfire reads; one row per format in frontends.cpp.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

struct Frontend {
    std::string extension;             // ".onnx"
    std::string format;                // "ONNX"
    std::vector<std::string> options;  // "--dt": those that its files leave to the user
    Network (*read)(const Source&, const ReadOptions&, Report&);
    // Of several formats with one extension: whether the file is in this one. Null: it is where it is in none
    // of those listed before.
    bool (*recognizes)(const Source&) = nullptr;
};

const std::vector<Frontend>& frontends();

// Chooses the front end by the file's extension and content, reads, sorts and checks. An option for a format
// that says it itself has no effect, and a warning says so. Errors go to the report; throws StageFailed or
// InputError where there is no usable Network.
Network read(const Source& source, const ReadOptions& options, Report& report);

// "--dt", "--reset": the options that were given.
std::vector<std::string> given(const ReadOptions& options);

}  // namespace synfire
