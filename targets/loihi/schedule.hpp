// Retiming for hardware where every synapse takes one step: when each population computes what step.
#pragma once

#include <optional>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::loihi {

struct Schedule {
    // Per population: it computes step k of the network in step k + shift of the device, network inputs being
    // sent without a shift.
    std::vector<int> shift;
    // Per connection: steps that its spikes wait besides the one step that every synapse takes.
    std::vector<int> delay;
};

// The schedule with the smallest shifts. Reports an error and returns nothing where a loop of connections is
// shorter than its synapses take, or a wait exceeds delay_max.
std::optional<Schedule> schedule(const IntNetwork& network, Report& report);

}  // namespace synfire::loihi
