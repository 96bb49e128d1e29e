// Small layers share cores.
#pragma once

#include <vector>

#include "targets/loihi/partition/place.hpp"

namespace synfire::loihi {

// Moves parts together as far as every limit holds and they agree on what a core has once.
void share_cores(const Wiring& wiring, const Budget& budget, std::vector<Core>& cores);

}  // namespace synfire::loihi
