// Images as input over time: rate and latency codes, and the value itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "emulator/trace.hpp"

namespace synfire {

enum class Encoding {
    // Value i of sample b spikes in step t with probability x[i]: where word i mod 4 of the Philox4x32-10
    // block
    // with counter {i / 4, t, b low, b high} and key {seed low, seed high} is less than x[i] * 2^32.
    rate,
    // One spike, brighter earlier: in step round((1 - x) * (steps - 1)), halves up; none where x is 0.
    latency,
    direct,  // x in every step: a constant current
};

// x: one sample; from 0 to 1 for rate and latency, any for direct. The same values on every host.
Signal encode(const std::vector<double>& x, std::size_t sample, Encoding encoding, std::size_t steps,
              std::uint64_t seed);

}  // namespace synfire
