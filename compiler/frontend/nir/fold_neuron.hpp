// A NIR neuron with its time constants as a Population with factors per step.
#pragma once

#include "compiler/frontend/nir/graph.hpp"
#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/network/per_neuron.hpp"

namespace synfire::nir {

struct FoldedNeuron {
    Population population;
    PerNeuron gain{1.0};  // what arrives is multiplied by it
};

// shape: of the population. Notes what was folded; collects errors: tau <= 0, dt > tau, threshold <= reset.
FoldedNeuron fold_neuron(const Graph& graph, const Node& node, const Shape& shape, const ReadOptions& options,
                         Report& report);

// "0.5", or "0.1..0.9 (40 values)".
std::string shown(const PerNeuron& values);

}  // namespace synfire::nir
