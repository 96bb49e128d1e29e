// The ledger: every parameter of the float model once, from float value to integer to what the integer means.
// Derived from the two networks after the fact, so that it cannot repeat a mistake of the quantizer.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"

namespace synfire {

struct LedgerRow {
    std::string node;       // population or connection
    std::string parameter;  // "weight", "beta", "alpha", "threshold", "reset", "bias", "initial_v"
    std::size_t index = 0;  // row-major index in the parameter
    double value = 0;       // float model
    std::int64_t integer = 0;
    double effective = 0;       // what the integer means in the units of the float model
    double relative_error = 0;  // |effective - value| / |value|; absolute where value is 0
};

std::vector<LedgerRow> ledger(const Network& network, const IntNetwork& integers);

// Largest and root-mean-square relative error by node and parameter; with an effective time constant for
// decays.
struct LedgerSummary {
    std::string node;
    std::string parameter;
    std::size_t count = 0;
    double largest_relative_error = 0;
    double rms_relative_error = 0;
};

std::vector<LedgerSummary> summarize(const std::vector<LedgerRow>& rows);

// CSV with a header line; numbers in the shortest form that reads back exactly.
std::string to_csv(const std::vector<LedgerRow>& rows);

}  // namespace synfire
