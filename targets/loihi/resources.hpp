// How many cores a network needs at least when every layer has cores of its own and is cut by neurons.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "targets/loihi/schedule.hpp"

namespace synfire::loihi {

// One population on its cores. A core that holds fewer neurons needs less of everything but input axons.
struct LayerResources {
    std::size_t cores = 0;  // 0: does not fit however it is cut
    std::size_t neurons_per_core = 0;
    std::size_t compartments = 0;        // on the fullest core, as all below
    std::size_t compartments_limit = 0;  // shrinks as delays grow
    std::size_t synaptic_words = 0;
    std::size_t input_axons = 0;
    std::size_t output_axons = 0;
    std::string binding;  // what keeps more neurons off a core: "compartments", "synaptic memory", ...
};

// One entry per population. Dense synapses of eight bits, stored with their zeros, by the packing rule of
// NxTF.
std::vector<LayerResources> resources(const IntNetwork& network, const Schedule& schedule);

// 64-bit words of one source's synapses to `targets` neurons; index_top: largest compartment index;
// delay_bits: 0 or 3..6.
std::size_t words_of_dense_list(std::size_t targets, std::size_t index_top, std::size_t delay_bits);

}  // namespace synfire::loihi
