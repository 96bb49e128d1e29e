// The ledger: every parameter of the float model once, from float value to integer to what the integer means.
// Derived from the two networks after the fact, so that it cannot repeat a mistake of the quantizer.
// Decays appear as time constants as well: in steps, in seconds where a step has a length, and with what
// truncation takes: every decay of a whole number takes up to a unit more than the leak says, and one at
// least, so that small potentials fall faster.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"

namespace synfire {

struct LedgerRow {
    std::string node;  // population or connection
    // "weight", "beta", "alpha", "threshold", "reset", "bias", "initial_v", ...; and "time constant of beta"
    // (steps), "... (s)", "... with truncation": until a potential at the threshold falls to 1/e of it
    std::string parameter;
    std::size_t index = 0;  // row-major index in the parameter
    double value = 0;       // float model
    std::int64_t integer = 0;
    double effective = 0;       // what the integer means in the units of the float model
    double relative_error = 0;  // |effective - value| / |value|; absolute where value is 0
    std::size_t item = 0;       // index of the population or connection
    std::string place{};        // table entry or register of a target, where one was asked for
};

std::vector<LedgerRow> ledger(const Network& network, const IntNetwork& integers);

// Largest and root-mean-square relative error by node and parameter.
struct LedgerSummary {
    std::string node;
    std::string parameter;
    std::size_t count = 0;
    double largest_relative_error = 0;
    double rms_relative_error = 0;
};

std::vector<LedgerSummary> summarize(const std::vector<LedgerRow>& rows);

// Steps in which the runtime's decay takes a membrane of this many integer units (above 0) to 1/e of it;
// between the last two steps the potential is taken to fall as an exponential. decay: 1 .. 2^decay_bits - 1.
double truncated_time_constant(std::int32_t decay, int decay_bits, std::int32_t units);

// CSV with a header line, or an array of objects; numbers in the shortest form that reads back exactly.
std::string to_csv(const std::vector<LedgerRow>& rows);
std::string to_json_text(const std::vector<LedgerRow>& rows);

}  // namespace synfire
