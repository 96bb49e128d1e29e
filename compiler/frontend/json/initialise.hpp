// Initialisers of the JSON format: weights from a seed, the same bits on every host.
#pragma once

#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/support/shape.hpp"

namespace synfire::json {

// init: the object under "init", checked against the schema. shape: of the tensor, row-major, already paid
// for. Throws InputError: a parameter that is missing or does not belong to the type, a shape that the type
// cannot fill.
std::vector<double> initialise(const Value& init, const Shape& shape, const Place& place);

}  // namespace synfire::json
