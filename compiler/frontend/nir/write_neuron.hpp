// A population as a NIR neuron: the inverse of fold_neuron, with Euler steps.
#pragma once

#include <optional>
#include <string>

#include "compiler/frontend/nir/conventions.hpp"
#include "compiler/frontend/nir/writer.hpp"
#include "compiler/network/network.hpp"

namespace synfire::nir {

// What an option must say so that the population is read as it was; empty: any value does.
struct NeedsOptions {
    std::optional<ResetRule> reset;
    std::optional<Compare> compare;
    std::optional<int> max_spikes;
};

// Where spikes enter a population's nodes and where they leave.
struct NeuronEnds {
    std::string entry, exit;
};

// Adds the population as a Threshold, LIF, IF, LI, I, CubaLIF or CubaLI of the shape; one whose synaptic
// current or potential never decays as two nodes. Errors: what NIR has no field for (refractory steps, lower
// bounds, initial states, resets by another amount than the threshold). offset: the part of the bias that has
// no field and must enter with the spikes; empty: none.
NeuronEnds write_neuron(const Population& population, const Shape& shape, WrittenGraph& graph,
                        NeedsOptions& needs, PerNeuron& offset);

}  // namespace synfire::nir
