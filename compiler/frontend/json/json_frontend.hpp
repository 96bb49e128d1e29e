// JSON front end: networks written as text in the "snn-json" format, with weights inline or in files beside
// it. The format is snn.schema.json in this folder; docs/json.md shows it by example.
#pragma once

#include "compiler/network/network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// Reads files named in the document from the folder of source.path, and from nowhere else. Errors name the
// field by its JSON pointer and go to the report; what was folded or assumed goes there as notes and
// warnings. Throws StageFailed or InputError where there is no usable Network.
Network read_json(const Source& source, Report& report);

}  // namespace synfire
