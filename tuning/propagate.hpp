// Activity of a freshly initialized network, layer by layer: Monte Carlo over seeds. Weights are drawn when a
// population is reached and forgotten after it, so that no more than the weights of one population are ever
// in memory, and of those only the columns of inputs that were active.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "compiler/init/initialize.hpp"
#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// Inputs of one trial: one signal per network input.
using DrawInputs = std::function<std::vector<Signal>(std::uint64_t seed)>;

struct PropagateOptions {
    std::size_t trials = 20;
    unsigned threads = 0;       // 0: all cores
    std::uint64_t seed = 0;     // trial k draws everything from seed + k
    bool use_emulator = false;  // integer arithmetic of the microcontroller profile instead of float64
};

// One population in one step of one trial; the potential as it met the threshold, in the unit of the network.
struct LayerStep {
    double variance = 0;  // of the potential over the neurons
    double mean = 0;      // of the potential over the neurons
    double spikes = 0;    // of all neurons
};

// [population][step]
using TrialActivity = std::vector<std::vector<LayerStep>>;

// One trial: weights that the plan draws, and what the network brings where it draws none.
TrialActivity propagate_once(const Network& network, const std::vector<PlannedPopulation>& planned,
                             const std::vector<Signal>& inputs, std::uint64_t seed, bool use_emulator);

// Mean and standard deviation (of the population of trials, as the tables of the papers have it).
struct Spread {
    double mean = 0;
    double sd = 0;
};

struct PopulationActivity {
    std::vector<Spread> variance, mean, spikes;  // [step]
    Spread total_spikes;                         // of all steps
    double alive = 0;                            // part of the trials in which any neuron fired
};

// progress(done) is called as trials finish, from any thread, one at a time.
std::vector<PopulationActivity> propagate(const Network& network,
                                          const std::vector<PlannedPopulation>& planned,
                                          const DrawInputs& inputs, const PropagateOptions& options,
                                          const std::function<void(std::size_t)>& progress);

}  // namespace synfire
