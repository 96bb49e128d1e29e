// The synapses on one core, as Loihi stores them: source by source.
#pragma once

#include <cstdint>
#include <vector>

#include "targets/loihi/partition/part.hpp"

namespace synfire::loihi {

struct Synapse {
    std::uint32_t compartment = 0;
    std::uint32_t connection = 0;
    std::int16_t weight = 0;  // never 0: what is 0 is not stored
};

// List k belongs to source[k] (numbered as in Wiring, ascending) and has the synapses first[k] .. first[k +
// 1] - 1: part after part, connection after connection, compartments ascending.
struct Lists {
    std::vector<std::uint32_t> source;
    std::vector<std::uint32_t> first;
    std::vector<Synapse> synapses;
};

// Memory that gather() reuses from core to core.
struct Scratch {
    std::vector<std::uint32_t> count;  // per source, all 0 between calls
};

Lists gather(const Wiring& wiring, const std::vector<Part>& parts, Scratch& scratch);

}  // namespace synfire::loihi
