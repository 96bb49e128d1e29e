// Layers -> Network.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/netx/layers.hpp"
#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"

namespace synfire::netx {

// One population per layer with neurons, a chain of connections. Throws InputError where layers do not fit
// together.
Network lower(const std::vector<Layer>& layers, const std::string& file, const ReadOptions& options,
              Report& report);

}  // namespace synfire::netx
