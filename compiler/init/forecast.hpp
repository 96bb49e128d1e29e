// What an initialization will do, said before a weight is drawn: the activity of every population in a single
// step, its spread over draws, and the probability that it lives (theory/).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compiler/init/initialize.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

struct Forecast {
    std::string population;
    double neurons = 0;
    double fan_in = 0;       // of all drawn stages together
    double a = 0;            // threshold / sigma_u; 0: a readout
    double kappa = 0;        // n E[w^2] / threshold^2; 0: nothing was drawn
    double margin = 0;       // kappa / 6.034: below 1 activity dies in any width; 0: no layer is heard
    double slope = 0;        // of the map of activity at the point where it settles
    double ratio = 1;        // r = E[w^2] after rounding / before
    double effective_a = 0;  // with the integer threshold; a where weights are fractions
    // Of one step over draws of all weights; absent where the population hears several others.
    std::optional<double> survival;
    double fraction = 0, fraction_sd = 0;  // of neurons that fire
    double variance = 0, variance_sd = 0;  // of the potential over the neurons
};

std::vector<Forecast> forecast(const Network& network, const std::vector<PlannedPopulation>& planned);

// What the deep part of a network can do: its layers that hear layers, taken as equal to the narrowest one.
struct Outlook {
    std::size_t layers = 0;
    std::size_t width = 0;           // of the narrowest
    double a = 0;                    // the largest operating point among them
    double largest_a = 0;            // with which this width survives these layers; 0: none does
    std::size_t smallest_width = 0;  // that survives them at a; 0: none up to 8192 does
    double similarity = 0;           // correlation of potentials that all pairs of inputs end at
    double e_fold = 0;               // layers in which the distance to it falls to 1 / e
    std::size_t apart = 0;  // last layer in which inputs of correlation 0.9 can be told from unrelated ones
};

// Nothing where no layer hears a layer, or activity dies in any width. survive: the wanted probability.
std::optional<Outlook> outlook(const Network& network, const std::vector<PlannedPopulation>& planned,
                               const std::vector<Forecast>& forecasts, double survive);

// Warnings with the change that would help: activity that dies, is unstable or likely to be lost, thresholds
// between two integers, first layers that are too quiet. survive: the wanted probability that every layer
// lives. single_step: the scheme makes every step live by itself; of others only thresholds are judged.
void judge(const Network& network, const std::vector<PlannedPopulation>& planned,
           const std::vector<Forecast>& forecasts, double survive, bool single_step, Report& report);

}  // namespace synfire
