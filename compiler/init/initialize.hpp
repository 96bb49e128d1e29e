// Network -> Network: weights for every connection that has none.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/init/fan.hpp"
#include "compiler/init/integer_weights.hpp"
#include "compiler/init/law.hpp"
#include "compiler/init/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// What will be drawn for one population, decided before anything is.
struct PlannedPopulation {
    Fan fan;
    std::vector<Law> laws;                // of fan.drawn
    std::optional<IntegerPlan> integers;  // the weights are integers times a unit
};

// One per population, in their order. Throws StageFailed: an unknown scheme, a scheme that the network cannot
// meet, with the population and what would help.
std::vector<PlannedPopulation> plan(const Network& network, const InitOptions& options, Report& report);

// Draws the weights that reach one population; returns what one integer stands for where the plan draws
// integers of one unit. connection(k) is where its stages are found: that of the network, or of a part of it.
std::optional<double> draw_weights(const PlannedPopulation& planned, std::uint64_t seed,
                                   const std::function<Connection&(std::size_t)>& connection);

Network initialize(Network network, const InitOptions& options, Report& report);

}  // namespace synfire
