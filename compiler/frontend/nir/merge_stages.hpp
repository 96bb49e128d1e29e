// Fewer stages that compute the same: factors move into the weights beside them.
#pragma once

#include <vector>

#include "compiler/network/stage.hpp"

namespace synfire::nir {

// Scales become part of the weights before or after them, and selections (index maps that keep or drop a
// value in its place) the rows or columns of a matrix beside them. The stages fit each other.
std::vector<Stage> merge_stages(std::vector<Stage> stages);

}  // namespace synfire::nir
