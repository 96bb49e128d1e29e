// Which spikes are certified, and where errors come from, as the report page shows it.
#pragma once

#include <cstddef>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/inputs.hpp"
#include "compiler/quantize/int_network.hpp"

namespace synfire::cli {

// The first `samples` of the data set: {"samples", "attribution", "certificate": [layers]}. Takes some thirty
// runs per sample.
nlohmann::ordered_json detail_json(const Network& network, const IntNetwork& integers, const DataSet& data,
                                   std::size_t samples, unsigned threads);

}  // namespace synfire::cli
