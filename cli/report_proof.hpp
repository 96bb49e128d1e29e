// What is proven about the integers, and where their errors come from, as the report page shows it.
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

// [{"name", "verdict", "membrane": [low, high], "current", and "safe_steps", or "neuron" and "register"}].
nlohmann::ordered_json ranges_json(const IntNetwork& integers);

}  // namespace synfire::cli
