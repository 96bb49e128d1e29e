// Places a network on the cores and chips of Loihi 1.
#pragma once

#include <vector>

#include "targets/loihi/partition/cut.hpp"

namespace synfire::loihi {

struct Core {
    std::size_t chip = 0;
    std::size_t number = 0;  // on its chip
    std::vector<Part> parts;
    CoreUse use;
};

struct PlaceOptions {
    std::size_t chips = 1;     // how many there are
    bool full_limits = false;  // all of every core, see budget()
};

struct Placement {
    std::vector<Core> cores;  // by chip and number
    std::size_t chips = 0;    // in use
    // Axons from one chip to another, and how many there would be with the cores in the order of the layers.
    std::size_t crossing = 0, crossing_in_order = 0;
    // Per population: the cores it is cut into (several small ones may share one), and what one core less
    // would exceed.
    std::vector<std::size_t> cut_into;
    std::vector<std::optional<Violation>> binding;
    std::vector<Unfit> unfit;  // then there are no cores
};

// Every layer is cut into as few cores as hold it, small ones share a core where its registers allow, and
// cores that talk much share a chip. Where the cores are too many for the chips there are, all of them are
// placed nevertheless, for the one who reports it.
Placement place(const Wiring& wiring, const PlaceOptions& options);

std::size_t chips_for(std::size_t cores);

}  // namespace synfire::loihi
