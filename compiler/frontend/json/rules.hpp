// What fields of a neuron layer belong together. The schema states the same rules as combinations of
// "required"; this file states them in words, so that an error can name the one field that is missing or too
// many.
#pragma once

#include <set>
#include <string>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

// document: not yet checked against the schema. Collects an error for every broken rule and returns the JSON
// pointers of the layers that have one.
std::set<std::string> check_neuron_rules(const Value& document, const std::string& file, Report& report);

// "'lif1' (neuron)", or "'layer3' (neuron)" where the layer has no name; "" where it is not a layer at all.
std::string node_text(const Value& layer, std::size_t index);

// The layer's name, or layerK.
std::string layer_name(const Value& layer, std::size_t index);

}  // namespace synfire::json
