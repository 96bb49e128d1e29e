// Counts a mapping.json again, with nothing but the text and the network: no code of the partitioner. What is
// emitted has passed.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "targets/loihi/schedule.hpp"

namespace synfire::loihi {

// What is wrong, at most twenty sentences: a limit of the chip that is exceeded, a neuron or synapse that is
// stored twice or not at all, a register or weight that is not the network's, an axon that leads elsewhere.
std::vector<std::string> recount(const IntNetwork& network, const Schedule& schedule,
                                 const std::string& mapping);

}  // namespace synfire::loihi
