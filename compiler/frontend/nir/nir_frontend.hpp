// Reads NIR files (HDF5), the exchange format of Norse, snnTorch, sinabs, Rockpool, Lava and others.
#pragma once

#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// All of NIR's types of node, nested graphs included. Defaults: dt = 1e-4 s, Euler, hard reset, v >
// threshold; the report says which were taken. Errors go to the report; throws StageFailed or InputError
// where there is no usable Network.
Network read_nir(const Source& source, const ReadOptions& options, Report& report);

// The same from JSON (nir/json_tree.hpp). Whether a .json file holds that; throws InputError where it
// mentions a NIRGraph but is not JSON.
bool is_nir_json(const Source& source);
Network read_nir_json(const Source& source, const ReadOptions& options, Report& report);

}  // namespace synfire
