// Bounds of weight sums: what arrives at a neuron over all that its sources can send.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/range_proof.hpp"

namespace synfire {

// x * 2^exponent, held far beyond every register and far from the ends of int64.
Interval saturated_shift(Interval x, int exponent);

// The sums of one connection by row, before its exponent and a maximum pool behind them. most: what sources
// can send; nullptr: anything.
std::vector<Interval> raw_sums(const IntNetwork& network, const IntConnection& connection,
                               const MostSpikes* most);

// What arrives at each neuron of a population, before accumulator_shift.
std::vector<Interval> bound_sums(const IntNetwork& network, std::size_t population, const MostSpikes* most);

}  // namespace synfire
