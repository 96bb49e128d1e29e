// Connections of a neuron layer to itself.
#pragma once

#include <string>

#include "compiler/frontend/json/fold_neuron.hpp"
#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/tensor.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

// loop: the object "recurrent" at place, of population number p, folded as neuron. May change the
// population's state before the first step ("bias_at_first_step": false), with a note. Throws InputError.
Connection read_recurrent(const Value& loop, const std::string& name, std::size_t p,
                          const FoldedNeuron& neuron, Population& population, const Place& place,
                          TensorSource& source, Report& report);

}  // namespace synfire::json
