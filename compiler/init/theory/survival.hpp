// The number of neurons that fire in each layer of a network of finite width, as an exact Markov chain.
//
// Given that k of n neurons fired, Gaussian weights make the potentials of the next layer independent normals
// of variance c k / n, so that k' ~ Bin(n', Q(theta / sqrt(c k / n))): no weights are needed. Derived,
// checked against tests/unit/theory/data/e_*.json. The same chain serves integer weights (integer_chain.hpp),
// which only change the firing probability.
#pragma once

#include <cstddef>
#include <vector>

namespace synfire::theory {

// counts[k] = P(k neurons fire), k = 0..n.
using Counts = std::vector<double>;

Counts binomial(std::size_t n, double p);

// The next layer's counts: firing[k] is the probability of each of its `neurons` to fire when k did. Rows of
// less than 1e-20 and terms of less than 1e-20 of their row are left out.
Counts next_counts(const Counts& counts, const std::vector<double>& firing, std::size_t neurons);

// firing[k] for Gaussian weights into a layer that hears n neurons; kappa = fan-in Var[w] / theta^2.
std::vector<double> firing_probability(std::size_t n, double kappa);

struct Layer {
    std::size_t neurons = 0;
    double kappa = 0;
};

// What one layer does, over draws of all weights.
struct LayerActivity {
    double survival = 0;      // P(at least one neuron fires)
    double mean = 0, sd = 0;  // of the fraction that fires, dead networks included
    double mean_alive = 0;    // of networks in which at least one fires
    // Mean and standard deviation of the variance of u over the layer's neurons, in units of theta^2,
    // including what n neurons leave of it; 0 for the first entry, which has no weights.
    double variance = 0, variance_sd = 0;
};

// Entry 0: the encoder with the given counts; entry l: layers[l-1].
std::vector<LayerActivity> chain(const Counts& encoder, const std::vector<Layer>& layers);

// Mean, spread and survival of a distribution of counts.
LayerActivity activity_of(const Counts& counts);

// P(layer `depth` of a uniform network fires), variance-conserving weights at operating point a, encoder
// Bin(n, Q(a)).
double survival_probability(std::size_t n, double a, std::size_t depth);

// The least width that survives `depth` layers with at least the given probability; 0 where `most` does not.
std::size_t smallest_width(double a, std::size_t depth, double survival, std::size_t most = 65536);

// The largest operating point (to 1e-4, at most `most`) with which width n survives; 0 where none does.
double largest_a(std::size_t n, std::size_t depth, double survival, double most = 1.2);

// Closed rule for smallest_width: ( ln(depth (1-s) / (1-survival)) - 1.3 ) / barrier, within 12 % of the
// chain for 0.4 <= a <= 0.9 and 50 to 200 layers, on the safe side above. a < critical_a().
double smallest_width_rule(double a, std::size_t depth, double survival);

}  // namespace synfire::theory
