// One number for everything that decides a spike: two networks of one fingerprint are the same network.
#pragma once

#include <cstdint>

#include "compiler/quantize/int_network.hpp"

namespace synfire {

// FNV-1a of 64 bits (Fowler, Noll and Vo) over rules, sizes, parameters, synapses and outputs in the
// network's order. Names, scales and the way in which numbers are stored do not enter: a parameter that is
// the same for all neurons may stand once or per neuron, a synapse of weight 0 may be left out.
std::uint64_t fingerprint(const IntNetwork& network);

}  // namespace synfire
