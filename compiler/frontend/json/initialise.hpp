// Initialisers of the JSON format: weights from a seed, the same bits on every host.
#pragma once

#include <optional>
#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/network/stage.hpp"
#include "compiler/support/shape.hpp"

namespace synfire::json {

// init: the object under "init", checked against the schema. shape: of the tensor, row-major, already paid
// for. Throws InputError: a parameter that is missing or does not belong to the type, a shape that the type
// cannot fill.
std::vector<double> initialise(const Value& init, const Shape& shape, const Place& place);

// What a tensor of type "drawn" is drawn from; nothing where it is another tensor. Throws InputError: a table
// of odd length or not ascending, a missing parameter.
std::optional<DrawnWeights> drawn_tensor(const Value& tensor, const Place& place);

}  // namespace synfire::json
