// What reaches a population, as a scheme of initialization sees it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/init/moments.hpp"
#include "compiler/init/options.hpp"
#include "compiler/network/network.hpp"

namespace synfire {

// A stage whose weights are drawn.
struct DrawnStage {
    std::string name;            // of the connection
    std::size_t connection = 0;  // in the network
    std::size_t stage = 0;       // of the connection
    std::uint64_t stream = 0;    // of random numbers
    double fan_in = 0;           // synapses of one output, away from padded borders
    double least_fan_in = 0;     // of an output at a padded border
    double fan_out = 0;          // synapses of one input
    double gain = 1;             // what the stages behind multiply the standard deviation with
    bool from_input = false;     // the source is an input of the network
    bool recurrent = false;      // the source hears the population, directly or through others
    Moments input;               // of one value that the stage gets in a step
};

struct Fan {
    std::size_t population = 0;
    std::vector<DrawnStage> drawn;
    Moments fixed;         // of the sum of what other connections deliver in a step
    double threshold = 0;  // mean over neurons; 0: a readout
    double sigma_u = 1;    // wanted standard deviation of the membrane potential in a step
    double firing = 0;     // P(u > threshold) at that sigma_u; 0: a readout
};

// One per population, in their order. Where nothing is drawn, sigma_u is what the fixed weights give.
std::vector<Fan> fans_of(const Network& network, const InitOptions& options);

// E[sum of squares of all that arrives through the drawn stages], per unit of weight variance: sum of
// fan_in * gain^2 * E[x^2].
double drive(const Fan& fan);

}  // namespace synfire
