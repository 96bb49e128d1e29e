// The model formats that Synfire reads; one row per format in frontends.cpp.
#pragma once

#include <string>
#include <vector>

#include "compiler/network/network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

struct Frontend {
    std::string extension;  // ".onnx"
    std::string format;     // "ONNX"
    Network (*read)(const Source&, Report&);
};

const std::vector<Frontend>& frontends();

// Chooses the front end by the file's extension, reads, sorts and checks. Errors go to the report; throws
// StageFailed or InputError where there is no usable Network.
Network read(const Source& source, Report& report);

}  // namespace synfire
