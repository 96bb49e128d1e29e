// Which core goes to which chip: axons between chips are slow and take twice the room.
#pragma once

#include <cstdint>
#include <vector>

#include "targets/loihi/partition/place.hpp"

namespace synfire::loihi {

inline constexpr std::uint32_t no_core = UINT32_MAX;

// Per source: the core that it is on, no_core for network inputs.
std::vector<std::uint32_t> home_of_sources(const Wiring& wiring, const std::vector<Core>& cores);

struct ChipPlan {
    std::size_t chips = 0;
    std::size_t crossing = 0;           // axons from chip to chip
    std::size_t crossing_in_order = 0;  // the same, had the cores been dealt out in order
};

// As few chips as there can be. Gives every core its chip and number and sorts the cores by them.
ChipPlan assign_chips(const Wiring& wiring, std::vector<Core>& cores);

}  // namespace synfire::loihi
