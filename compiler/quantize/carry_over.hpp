// Networks that are integers already, as Lava-DL trains them: every parameter is taken over as it stands.
#pragma once

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// One unit of potential is 64 integer units, as in Lava's fixed-point LIF (lava/proc/lif/models.py): weights,
// thresholds and biases are whole numbers, alpha and beta multiples of 1/4096. Errors: a parameter that is
// not, named with node, field and index; weights beyond 16 bits; what the profile does not have (maximum
// pools are taken over, real-valued inputs must have been scaled to whole numbers).
IntNetwork carry_over(const Network& network, Report& report);

}  // namespace synfire
