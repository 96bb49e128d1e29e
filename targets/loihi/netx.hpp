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

// What netx makes of a weight matrix when it loads it, before its exponent is applied back: its own choice of
// weight bits and exponent, then Dense's clipping and truncation. True where every product comes out as
// written. lava-dl netx/utils.py (optimize_weight_bits), lava proc/dense/models.py.
bool netx_keeps(const std::vector<std::int32_t>& weights);

}  // namespace synfire::loihi
