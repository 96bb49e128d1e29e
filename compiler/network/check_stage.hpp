// The invariants of one stage of a connection.
#pragma once

#include <cstddef>

#include "compiler/network/complaints.hpp"
#include "compiler/network/stage.hpp"

namespace synfire {

// Whether a stage may still wait for the initialization of its weights.
enum class Weights { required, may_be_absent };

// Sizes that fit each other and `arriving` values, finite weights, indices within range. Returns false where
// the sizes are so wrong that outputs() must not be asked.
bool check_stage(const Stage& stage, std::size_t arriving, Complaints& complaints,
                 Weights weights = Weights::required);

}  // namespace synfire
