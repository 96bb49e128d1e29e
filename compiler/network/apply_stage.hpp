// What a stage of a connection makes of the values that enter it, in double precision.
#pragma once

#include <vector>

#include "compiler/network/stage.hpp"

namespace synfire {

// Sums run over the inputs in ascending order and skip those that are 0. x must fit the stage.
std::vector<double> apply_stage(const Stage& stage, const std::vector<double>& x);

}  // namespace synfire
