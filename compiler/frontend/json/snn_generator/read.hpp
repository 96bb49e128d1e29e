// snn-generator (SpikeEdge): an architecture file {"layers": [{"type": "Conv2d", ...}, ...]} and a PyTorch
// state dict printed as nested lists. Neither holds the input's shape.
#pragma once

#include <string>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/options.hpp"
#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

// document: the architecture. options.weights and options.input_shape must be given. Populations are called
// layerK after the place of their SpikingLayer. Throws StageFailed or InputError where there is no usable
// Network; pointers of messages about weights are those of the weights file.
Network read_snn_generator(const Value& document, const std::string& file, const ReadOptions& options,
                           Report& report);

}  // namespace synfire::json
