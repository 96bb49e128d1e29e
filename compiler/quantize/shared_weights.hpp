// Which synapses share one weight, as those of a convolution do. An IntConnection holds every synapse by
// itself; beside them it may name the convolution that they are (IntConnection::convolution), from which
// targets that store a kernel once recover it. The kernel is read off the synapses whenever it is asked for,
// so that it cannot disagree with them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// The sizes of the convolution, without weights, that linear stages [first, last) are together: convolutions,
// sum and average pools and factors per channel. Nothing where they are none.
std::optional<Convolution> convolution_of(const std::vector<Stage>& stages, std::size_t first,
                                          std::size_t last);

// The kernel [filters, channels / groups, kernel height, kernel width] of a connection that names a
// convolution; nothing where it names none, or where any synapse differs from its place in the kernel.
std::optional<std::vector<std::int16_t>> shared_weights(const IntConnection& connection);

// Drops the convolution of a connection whose weights turn out not to be shared, with a note.
void keep_shared(IntConnection& connection, Report& report);

}  // namespace synfire
