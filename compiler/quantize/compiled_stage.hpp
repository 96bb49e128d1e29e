// The stages of the float network's connections in network.json.
#pragma once

#include "compiler/network/stage.hpp"
#include "compiler/quantize/compiled_field.hpp"
#include "compiler/quantize/compiled_writer.hpp"

namespace synfire::compiled {

Json to_json(const Stage& stage, const Writer& writer);
Json to_json(const Pool& pool);
// Its sizes, without weights and bias.
Json sizes_to_json(const Convolution& convolution);

// A seed, a stream and a table, to which the caller adds what an integer stands for.
Json drawn_to_json(std::uint64_t seed, std::uint64_t stream, const std::vector<std::uint32_t>& table,
                   const Writer& writer);
// Fails where the connections together ask for more weights than any network of a file may have: a few bytes
// name any number of them.
void limit_drawn(const Field& connections);
// The table, in the order and size that runtime/drawn_weight.hpp takes.
std::vector<std::uint32_t> read_table(const Field& drawn);

// Throws InputError where the field is not a stage of this format.
Stage read_stage(const Field& field);
Pool read_pool(const Field& field);
Convolution read_sizes(const Field& field);
// The named array of `count` numbers from 0.
std::vector<std::uint32_t> read_indices(const Field& field, std::size_t count);

}  // namespace synfire::compiled
