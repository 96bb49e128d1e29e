// What every Network must satisfy before a later stage reads it, and the order in which populations are
// updated.
#pragma once

#include "compiler/network/check_stage.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// Collects an error for: empty network, sizes that do not agree, values that are not finite, alpha or beta
// outside [0, 1], threshold <= reset value, duplicate names, indices out of range, a cycle without delay, a
// refractory period together with a soft reset in the next step. file: for the messages.
void check(const Network& network, const std::string& file, Report& report,
           Weights weights = Weights::required);

// Reorders the populations (and every index to them) so that each comes after the sources of its connections
// without delay; keeps the given order where the connections allow. A cycle without delay is left to check().
Network sort_populations(Network network);

}  // namespace synfire
