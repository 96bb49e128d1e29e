// Neurons without spikes in front of others: a connection carries spikes, so what a potential feeds takes
// over the filter that makes the potential.
#pragma once

#include <map>
#include <vector>

#include "compiler/frontend/nir/fold_neuron.hpp"
#include "compiler/frontend/nir/paths.hpp"

namespace synfire::nir {

// Where the paths to the node lead through neurons without spikes, gives the population their decays: LI or
// CubaLI before a Threshold or an Output becomes its membrane, LI before a LIF becomes its synaptic current.
// Exact, since filters that are the same for all values commute with weights. Throws InputError where it is
// not: filters that differ, spikes and potentials at the same neuron, three filters in a row.
void take_over_filter(const Graph& graph, std::size_t node, const std::vector<Path>& paths,
                      const std::map<std::size_t, FoldedNeuron>& folded, Population& population,
                      Report& report);

}  // namespace synfire::nir
