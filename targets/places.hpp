// Where a target keeps a parameter: the entry of a table that firmware has, or registers of the chip.
#pragma once

#include <string>

#include "compiler/quantize/int_network.hpp"
#include "compiler/quantize/ledger.hpp"

namespace synfire {

// Empty where the target keeps nothing of the kind, as for time constants. target: as Target::name.
std::string place_of(const std::string& target, const IntNetwork& network, const LedgerRow& row);

}  // namespace synfire
