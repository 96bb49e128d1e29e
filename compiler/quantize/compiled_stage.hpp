// The stages of the float network's connections in network.json.
#pragma once

#include "compiler/network/stage.hpp"
#include "compiler/quantize/compiled_field.hpp"
#include "compiler/quantize/compiled_writer.hpp"

namespace synfire::compiled {

Json to_json(const Stage& stage, const Writer& writer);
Json to_json(const Pool& pool);

// Throws InputError where the field is not a stage of this format.
Stage read_stage(const Field& field);
Pool read_pool(const Field& field);
// The named array of `count` numbers from 0.
std::vector<std::uint32_t> read_indices(const Field& field, std::size_t count);

}  // namespace synfire::compiled
