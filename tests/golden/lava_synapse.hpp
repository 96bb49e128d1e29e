// Lava's synapse processes as integer matrices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/support/shape.hpp"

namespace synfire::golden {

// A synapse process: one [outputs, inputs] matrix per distinct delay. Lava shifts each of them on its own.
struct LavaSynapse {
    int exponent = 0;
    bool graded = false;  // reads the value of a spike, not only that there is one
    std::map<int, std::vector<std::int16_t>> by_delay;  // delay in steps, without the step Lava always adds
};

// outputs, inputs: shapes in Lava's order (x, y, channel). columns: the matrix column of each input, where a
// flatten in between reorders them; empty: as they are. Throws std::exception.
LavaSynapse lava_synapse(const nlohmann::json& synapse, const Shape& outputs, const Shape& inputs,
                         const std::vector<std::size_t>& columns);

}  // namespace synfire::golden
