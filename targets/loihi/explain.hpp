// A placement in words: what it takes, and where a network does not fit, why and what would make it fit.
#pragma once

#include "compiler/support/report.hpp"
#include "targets/loihi/partition/place.hpp"

namespace synfire::loihi {

// Errors for everything that does not fit; each names layer, limit, use and available, and the smallest
// change that helps. Without errors a note with the cores of every layer, and one with an estimate for
// Loihi 2.
void explain(const Wiring& wiring, const Placement& placement, const PlaceOptions& options, Report& report);

}  // namespace synfire::loihi
