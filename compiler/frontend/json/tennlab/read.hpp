// TENNLab framework networks for the RISP neuroprocessor: a graph of neurons {"Nodes", "Edges", "Inputs",
// "Outputs", "Properties", "Network_Values", "Associated_Data"}
// (github.com/TENNLab-UTK/framework-open, markdown/network_json_format.md and markdown/risp.md).
#pragma once

#include <string>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

// Population 'output' holds the nodes of "Outputs" in their order, 'hidden' all others by id. Input k is the
// node "Inputs"[k]: a 1 is a spike of value 1, applied in that step. Throws StageFailed or InputError where
// there is no usable Network.
Network read_tennlab(const Value& document, const std::string& file, Report& report);

}  // namespace synfire::json
