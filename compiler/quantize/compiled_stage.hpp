// The stages of the float network's connections in network.json.
#pragma once

#include "compiler/network/stage.hpp"
#include "compiler/quantize/compiled_field.hpp"
#include "compiler/quantize/compiled_writer.hpp"

namespace synfire::compiled {

Json to_json(const Stage& stage, const Writer& writer);

// Throws InputError where the field is not a stage of this format.
Stage read_stage(const Field& field);

}  // namespace synfire::compiled
