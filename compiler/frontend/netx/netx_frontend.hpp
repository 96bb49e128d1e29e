// .net files of lava-dl's netx: HDF5, one group per layer, integers for Loihi.
#pragma once

#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// The network that netx builds in Lava, step for step: weights, thresholds and biases are Lava's integers,
// alpha and beta multiples of 1/4096, and every synapse takes one step. Errors go to the report; throws
// StageFailed or InputError.
Network read_netx(const Source& source, const ReadOptions& options, Report& report);

}  // namespace synfire
