// Buffers of the state that are never in use at the same time share memory.
#pragma once

#include <cstddef>
#include <vector>

#include "targets/mcu/lower.hpp"

namespace synfire::mcu {

// A buffer, and when it is in use: from the moment first to the moment last, both included.
struct Lifetime {
    std::size_t size = 0;  // elements
    std::size_t first = 0;
    std::size_t last = 0;
};

struct Placement {
    std::vector<std::size_t> offset;  // of each buffer
    std::size_t size = 0;             // of the memory that holds them all
};

// Places the largest buffers first, each as low as those allow that are in use at one of its moments.
Placement place(const std::vector<Lifetime>& buffers);

// Moves spike lists (Tables::lists) and lists of rows (LaneTable::rows) onto each other. A step has
// the moment 0, at which inputs and what is kept from the step before are listed, and two for each
// population: it adds up what it receives, then lists its spikes. What the caller reads after a step, and
// what the next step reads, is in use at all of them. tables: with every list behind the one before, as
// lower() and use_kernels() leave them.
void overlay_buffers(Tables& tables);

}  // namespace synfire::mcu
