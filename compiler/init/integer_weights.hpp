// Initial weights that are integers from the start, with the variance that was asked for: rounding changes
// E[w^2] by a factor r, and deep networks die or saturate of a few percent. Instead of hoping that r is 1,
// the unit is chosen from the integers that were really drawn (moment matching), so that a network of 8, 4
// or 1.6 bits keeps firing like the one of fractions. Derived; checked against tests/unit/theory/data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compiler/init/fan.hpp"
#include "compiler/init/integer_options.hpp"
#include "compiler/init/law.hpp"
#include "compiler/network/network.hpp"

namespace synfire {

struct PlannedPopulation;

struct IntegerPlan {
    IntegerOptions options;
    double step = 0;                   // after matching; 0 where it depends on the weights
    std::vector<std::uint32_t> table;  // of integers that are drawn directly; else empty
};

// fan: decides the integer threshold of `matched`.
IntegerPlan plan_integers(const IntegerOptions& options, const Fan& fan);

// Draws the stages of a planned population as integers times units. Returns the unit where all share one.
std::optional<double> draw_integers(const PlannedPopulation& planned, std::uint64_t seed,
                                    const std::function<Connection&(std::size_t)>& connection);

}  // namespace synfire
