// How a membrane potential at the threshold depends on the neuron's weights while all spikes stay as they
// are: it is linear in them, and its coefficients are the arriving spikes after synaptic filter, leak and
// resets.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "emulator/trace.hpp"
#include "tuning/nearest_plane.hpp"
#include "tuning/synapse_group.hpp"

namespace synfire {

// A network's inputs and the reference's run of them.
struct CalibrationSample {
    std::vector<Signal> inputs;
    FloatTrace trace;  // spikes, and the potentials as they met the threshold
};

// The reference on every sample, u and v left out.
std::vector<CalibrationSample> reference_runs(const Network& network,
                                              const std::vector<std::vector<Signal>>& samples,
                                              unsigned threads);

// [steps x inputs of the matrix] what a connection brings in every step of a sample, in integer levels of
// real inputs and after a maximum pool in front of the synapses.
std::vector<double> arriving(const Network& network, std::size_t connection, const Folded& folded,
                             const CalibrationSample& sample);

// What one sample brings to a population: arriving() by position in Inflow::connections.
using ArrivingValues = std::vector<std::vector<double>>;
ArrivingValues arriving_values(const Network& network, const Inflow& inflow, const CalibrationSample& sample);

// True where the coefficients do not depend on when the neuron itself spikes.
bool history_free(const Population& population);

// Calls visit(step, x) for every step in which the neuron may spike. x has one entry per parameter of the
// group, then two more: of a bias that is added in every step, and -1, of the threshold.
using VisitSensitivity = std::function<void(std::size_t, const std::vector<double>&)>;
void for_each_sensitivity(const Population& population, const Inflow& inflow, const SynapseGroup& group,
                          std::size_t neuron, const ArrivingValues& arriving_values,
                          const PopulationTrace<double>& trace, std::size_t steps,
                          const VisitSensitivity& visit);

// moments += weight * x x'.
void add_outer(SymmetricMatrix& moments, const std::vector<double>& x, double weight);

}  // namespace synfire
