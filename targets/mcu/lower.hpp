// IntNetwork -> the tables of runtime/engine.hpp, as plain vectors: what emit() prints and tests run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "runtime/kernels/lanes.hpp"
#include "targets/mcu/convolution.hpp"
#include "targets/mcu/values.hpp"
#include "targets/targets.hpp"

namespace synfire::mcu {

// One value, or one per neuron, in the fewest bytes that hold them.
struct ColumnTable {
    int bytes = 1;  // 1, 2 or 4
    std::vector<std::int32_t> values;
};

// A distribution of integers, and where to begin the search in its table (rt::DrawnLaw).
struct LawTable {
    std::vector<std::uint32_t> table;
    std::vector<std::uint8_t> guide;
    int guide_shift = 31;
};

// In place of weights: how they are drawn.
struct DrawnTable {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::size_t law = 0;  // of Tables::laws
    ColumnTable factor;
};

struct ConnectionTable {
    std::string name;
    std::size_t source = 0;  // spike list
    int bits = 8;            // of a weight: 2, 4, 8 or 16; drawn: 0; of a convolution: rt::convolution_bits
    int shift = 0;           // the sums are multiplied by 2^shift after this connection
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    std::vector<std::int16_t> weight;    // [inputs, outputs], row-major; sparse: one per synapse, by input
    std::vector<std::uint32_t> first;    // sparse only: [inputs + 1]
    std::vector<std::uint16_t> targets;  // sparse only: of each synapse
    std::optional<DrawnTable> drawn{};   // then weight is empty
    std::optional<ConvolutionTable> convolution{};  // then weight is its kernel
    // For a kernel: bytes of a row with its padding, and their order.
    std::size_t row_bytes = 0;
    rt::RowOrder order = rt::RowOrder::natural;
    std::size_t padding = 0;  // weights behind the last that may be read, printed as zeros
};

// A population that kernels step (rt::LanePopulation).
struct LaneTable {
    std::size_t row_bytes = 0;          // 0: portable
    std::size_t rows = 0;               // first entry of its list
    std::optional<std::size_t> direct;  // the connection whose source fills its list
    bool quick = false;
    bool nibbles = false;
    std::size_t part = 0;  // rows that are added in bytes before these are widened; 0: none
    std::int32_t leak = 0;
    std::int32_t threshold = 0;
    int scale_bits = 0;
    std::size_t whole = 0;  // neurons, rounded down to 8
    int fraction_bits = 0;
    std::int32_t amount = 0;
    bool resets = false;
    std::size_t group = 2;                 // of parameters
    std::vector<std::int32_t> parameters;  // empty: one threshold, no bias
    std::vector<std::int16_t> total;       // all weights of each neuron, modulo 2^16; empty: no complement
};

// A population that one kernel steps (rt::FusedLayer).
struct FusedTable {
    std::optional<std::size_t> connection;  // its only one; none: not such a population
    std::size_t list = 0;
    std::int32_t keep = 0;
    std::int32_t threshold = 0;
    std::int32_t amount = 0;
    std::int32_t scale = 1;
    bool stays = true;
    std::vector<std::int16_t> parameters;  // empty: neurons that are alike, without biases
};

struct PopulationTable {
    std::string name;
    std::size_t neurons = 0;
    std::size_t connections = 0;
    bool spiking = true;
    bool filtered = false;
    rt::Reset reset = rt::Reset::none;
    int refractory_steps = 0;
    int shift = 0;
    std::size_t channels = 1;  // whose sums lie side by side; 1: sums are in the order of the neurons
    ColumnTable decay_u, decay_v, bias, threshold, reset_amount, initial_v;
    ColumnTable bias_u, initial_u, v_min;  // printed where any population needs one
    LaneTable lane{};
    FusedTable fused{};
};

struct ListCopyTable {
    std::size_t from = 0;
    std::size_t to = 0;
};

struct SpikePoolTable {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t outputs = 0;
    std::vector<std::uint32_t> first;    // [neurons of from + 1]
    std::vector<std::uint16_t> targets;  // the windows that each neuron lies in
};

struct Tables {
    rt::Rules rules;
    std::vector<std::size_t> inputs;  // neurons; 0 of value inputs
    Values values;                    // place_values() comes after lower()
    std::vector<PopulationTable> populations;
    std::vector<ConnectionTable> connections;  // by target, then by descending exponent
    std::vector<std::size_t> lists;            // first event of each spike list
    std::vector<ListCopyTable> copies;         // in the order in which they are made
    std::vector<SpikePoolTable> pools;         // by ascending source list
    std::vector<LawTable> laws;                // that weights are drawn with, each once
    std::vector<std::size_t> outputs;          // populations

    bool extras_used = false;        // a current bias, an initial current or a lower bound of v
    bool sparse = false;             // a sparse connection
    bool drawn = false;              // a connection whose weights are drawn
    bool convolution = false;        // a connection with a shared kernel
    bool lanes = false;              // a population for kernels
    std::vector<std::size_t> feeds;  // of each spike list: 1 + the population whose rows it fills, or 0

    // Elements of the arrays of the state.
    std::size_t neurons = 0;
    std::size_t filtered = 0;
    std::size_t refractory = 0;
    std::size_t widest = 0;
    std::size_t events = 0;
    std::size_t rows = 0;
    std::size_t lane_sums = 0;
};

// The weights as the engine reads them from flash: of dense connections, every row from a whole byte on.
std::vector<std::uint8_t> packed_weights(const ConnectionTable& connection);

// Whether one kernel steps any population.
bool any_fused(const Tables& tables);

// Of an element of State::v.
int potential_bytes(const rt::Rules& rules);

// Of weights with what leads from them to neurons; drawn weights take none.
std::size_t flash_bytes(const ConnectionTable& connection);

// The network must have passed check().
Tables lower(const IntNetwork& network, WeightSource weights = WeightSource::flash);

}  // namespace synfire::mcu
