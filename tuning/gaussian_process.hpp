// What layers of spiking neurons do over several steps, predicted without weights.
//
// Given the spikes x[t] of the layers before (n neurons each), independent weights of mean 0 make the
// currents of a layer's neurons independent Gaussian vectors over time with the covariance
//
//   K[t][s] = sum over sources of c / n * (x[t - delay] . x[s - delay]),   c = n Var[w],
//
// exactly for normal weights. So a layer is sampled with its true number of neurons by drawing those vectors
// and running each neuron's own update over them (emulator/neuron.hpp: leaks, every reset, refractory time):
// n T^2 operations instead of n^2 T, and no weights. A layer may hear itself with a delay, since row t of the
// Cholesky factor needs only spikes before t. Derived (the dynamic mean-field theory of Sompolinsky, Crisanti
// and Sommers 1988 at finite n), checked against networks with drawn matrices,
// tests/unit/tuning/data/b_multi_step_n1000.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// Weights into a layer: from the layers before it, or from itself with a delay of at least 1.
struct ProcessSource {
    std::size_t layer = 0;
    double variance_n = 0;  // n Var[w], n the neurons of the source
    double mean_n = 0;      // n E[w]
    int delay = 0;          // steps
};

struct ProcessLayer {
    Population population;
    std::vector<ProcessSource> sources;
    Signal driven;  // currents from outside [steps x neurons]; may be empty where there are sources
};

// What a layer does in each step, over its neurons.
struct ProcessActivity {
    std::vector<double> fraction;  // spikes per neuron
    std::vector<double> mean;      // of v as it meets the threshold
    std::vector<double> variance;
};

// One draw of all layers. Layers are drawn in order, layer l from stream `first_stream + l` of the seed.
std::vector<ProcessActivity> gaussian_process(const std::vector<ProcessLayer>& layers, std::size_t steps,
                                              std::uint64_t seed, std::uint64_t first_stream = 0);

// The same current in every step, N(0, sd^2) over neurons: the encoder of Micheli et al. 2024.
Signal constant_normal(std::size_t neurons, std::size_t steps, double sd, std::uint64_t seed,
                       std::uint64_t stream);

}  // namespace synfire
