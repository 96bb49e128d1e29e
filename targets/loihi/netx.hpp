// The .net file of lava-dl's netx: HDF5, one group per layer.
#pragma once

#include <optional>
#include <string>

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::loihi {

// Why netx cannot hold the network exactly, or nothing where it can.
std::optional<Diagnostic> netx_refusal(const IntNetwork& network);

// The bytes of the file; the same on every host. The network must not be refused.
std::string to_netx(const IntNetwork& network);

// True where netx loads every weight as it is written.
bool netx_keeps(const std::vector<std::int32_t>& weights);

}  // namespace synfire::loihi
