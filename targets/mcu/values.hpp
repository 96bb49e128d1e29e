// Value inputs (runtime/values.hpp): the tables of their connections, and which of those kernels multiply.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "compiler/quantize/levels.hpp"
#include "compiler/support/report.hpp"
#include "runtime/kernels/values.hpp"

namespace synfire::mcu {

struct ValueInputTable {
    std::string name;
    std::size_t first = 0;  // of the levels in the state
    std::size_t count = 0;
    Interval levels;
    double range = 0;  // that the largest level stands for; counts: the same number
};

struct ValueConnectionTable {
    std::string name;
    std::size_t input = 0;   // of Values::inputs
    std::size_t target = 0;  // population
    int bits = 8;            // of a stored weight: 8 or 16
    int shift = 0;           // products count times 2^shift
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    std::vector<std::int16_t> weight;    // [outputs, inputs], row-major; sparse: one per synapse, by output
    std::vector<std::uint32_t> first;    // sparse only: [outputs + 1]
    std::vector<std::uint16_t> sources;  // sparse only: of each synapse
    std::size_t blocks = 0;              // of four outputs, for kernels
    std::size_t padded = 0;              // inputs of a block
};

struct Values {
    LevelFormat format;           // of the levels that are given
    std::size_t level_bytes = 1;  // of one in the state
    std::vector<ValueInputTable> inputs;
    std::vector<ValueConnectionTable> connections;
    std::vector<std::size_t> drives;  // of each population: its first element, or no_drive
    std::vector<bool> plain;          // of each population: rt::Drive::plain
    std::size_t level_count = 0;      // elements of the state
    std::size_t drive_count = 0;
    std::string kernels;  // file of an emitted directory; empty: portable C++
    rt::ValueOrder order{4, false, false};

    bool used() const { return !inputs.empty(); }
};

inline constexpr std::size_t no_drive = UINT32_MAX;

// Whether values add to the sums of a population: kernels of spikes do not update it.
inline bool is_driven(const Values& values, std::size_t population) {
    return values.drives[population] != no_drive;
}

// Whether a connection starts at an input of values.
bool reads_values(const IntNetwork& network, const IntConnection& connection);

// Complains about value inputs that the engine does not hold. Returns whether the levels may be used in a
// sum.
bool check_values(const IntNetwork& network, Report& report);

// The value inputs of a network that passed the checks; connections come by add_value_connection.
Values lower_inputs(const IntNetwork& network);

// factor_bits: a power of two that divides all weights, which then have at most `bits` bits.
void add_value_connection(const IntNetwork& network, const IntConnection& connection, int bits,
                          int factor_bits, Values& values);

// Lays out the state, and the weights for the kernels of a core where it has any (of --core; empty: none).
void place_values(const std::string& core, Values& values);

// The weights as the engine reads them.
std::vector<std::uint8_t> packed_weights(const ValueConnectionTable& connection, rt::ValueOrder order);

// Flash of all connections, and RAM, in bytes.
std::size_t weight_bytes(const Values& values);
std::size_t state_bytes(const Values& values);

}  // namespace synfire::mcu
