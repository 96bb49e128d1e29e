// JSON front end. It reads three formats and tells them apart by what is in the file:
//   snn-json       this program's own ("format": "snn-json"): snn.schema.json; weights inline or in files
//   beside
//                  it
//   snn-generator  {"layers": [{"type": "Conv2d"}, ...]}; weights and the input's shape come as options
//   TENNLab        {"Nodes", "Edges", "Inputs", "Outputs"}: networks of the RISP processor, neuron by neuron
// docs/json.md shows each by example.
#pragma once

#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// Reads files named in the document from the folder of source.path, and from nowhere else but
// options.weights. Errors name the field by its JSON pointer and go to the report; what was folded or assumed
// goes there as notes and warnings. Throws StageFailed or InputError where there is no usable Network.
Network read_json(const Source& source, const ReadOptions& options, Report& report);

}  // namespace synfire
