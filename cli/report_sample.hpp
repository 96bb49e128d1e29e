// One sample in detail, as the report page draws it: rasters of all layers and potentials where the runs
// part.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/quantize/int_network.hpp"
#include "emulator/readout.hpp"

namespace synfire::cli {

// {"answer", "steps", "first_step", "last_step", "rasters": [...], "traces": [...], "differences": [...],
// "differences_total", "left_out": [text]}. Neurons, steps and differences are limited, so that the result
// stays below some megabytes whatever the network; left_out says what was.
// rule: how the first output answers. samples: that share the page.
nlohmann::ordered_json sample_json(const Network& network, const IntNetwork& integers,
                                   const std::vector<Signal>& inputs, const ReadoutRule& rule,
                                   std::size_t samples);

}  // namespace synfire::cli
