// Integer weights and the seed that gives them again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/network/network.hpp"
#include "compiler/quantize/int_network.hpp"

namespace synfire {

// The weights [outputs, inputs] that a seed gives; of magnitude 32767 at most.
std::vector<std::int16_t> draw(const IntDrawn& drawn, std::size_t outputs, std::size_t inputs);

// Where the weights of a quantized connection come from: of a single Dense stage that was drawn, behind a
// maximum pool of spikes at most, where every integer weight is the drawn one times a factor of its output.
// Nothing where one is not.
std::optional<IntDrawn> origin(const Connection& connection, const IntConnection& integers);

}  // namespace synfire
