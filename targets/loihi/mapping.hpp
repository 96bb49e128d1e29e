// mapping.json: the placement with every register, axon and list, for who loads a board. docs/loihi.md
// describes the fields.
#pragma once

#include <string>

#include "targets/loihi/partition/place.hpp"

namespace synfire::loihi {

// One core per line. The same bytes for the same network and options.
std::string mapping_text(const Wiring& wiring, const Schedule& schedule, const Placement& placement);

}  // namespace synfire::loihi
