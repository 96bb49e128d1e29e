// Inputs that drive a neuron as far as its weights allow, and whether they overflow the register of which the
// range proof says that it can.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/quantize/range_proof.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// One value per neuron of each network input, the same in every step: what drives the neuron upward
// (direction 1) or downward (-1) by the signs of the weights, followed back through the layers in between.
std::vector<std::vector<double>> worst_values(const IntNetwork& network, std::size_t population,
                                              std::size_t neuron, int direction);

// Signals that repeat the values.
std::vector<Signal> repeated(const std::vector<std::vector<double>>& values, std::size_t steps);

// A value that a register of a neuron was asked to hold.
struct Reached {
    std::size_t step = 0;
    std::string register_name;  // as in PopulationRange
    std::int64_t value = 0;     // before it wrapped or was clamped
    std::int64_t limit = 0;     // of the register, on the side of the value
    bool overflows = false;

    double part() const { return static_cast<double>(value) / static_cast<double>(limit); }
};

// The first overflow of a neuron when the network runs on these inputs, else what came closest to one.
Reached run_to_limit(const IntNetwork& network, const std::vector<Signal>& inputs, std::size_t population,
                     std::size_t neuron);

struct OverflowWitness {
    std::size_t population = 0;
    std::size_t neuron = 0;
    int direction = 1;
    std::size_t steps = 0;                    // for which the values are held
    std::vector<std::vector<double>> values;  // by input
    Reached reached;                          // shown where it overflows; else the bound may not be tight
};

// Runs the inputs that drive the neuron of a range upward and downward; nothing for ranges that are proven,
// and where an overflow takes more than `most_steps` steps.
std::optional<OverflowWitness> find_overflow(const IntNetwork& network, std::size_t population,
                                             const PopulationRange& range, std::size_t most_steps = 4096);

}  // namespace synfire
