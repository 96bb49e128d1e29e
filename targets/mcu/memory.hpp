// What a network takes on a microcontroller besides code.
#pragma once

#include <cstddef>

#include "compiler/quantize/int_network.hpp"

namespace synfire::mcu {

struct Memory {
    std::size_t weights = 0;     // bytes of flash, packed as they are stored
    std::size_t parameters = 0;  // bytes of flash: decays, thresholds, biases, resets
    std::size_t state = 0;       // bytes of RAM: membranes, currents, sums and spike lists; not the stack
};

// network: as the target stores it, having passed check(). Of the portable engine, every weight in flash.
Memory memory_of(const IntNetwork& network);

}  // namespace synfire::mcu
