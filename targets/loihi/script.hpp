// The files that run_lava.py reads.
#pragma once

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/files.hpp"
#include "targets/loihi/schedule.hpp"

namespace synfire::loihi {

// run_lava.py, its package, lava_network.json and lava/*.npy. The network must have passed check.
Artifacts lava_script(const IntNetwork& network, const Schedule& schedule);

}  // namespace synfire::loihi
