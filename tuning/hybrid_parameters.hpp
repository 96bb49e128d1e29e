// The parameters of a neuron in a hybrid run, each from where its source of error says.
#pragma once

#include <cmath>

#include "tuning/hybrid.hpp"

namespace synfire {

inline bool is_on(ErrorSources on, ErrorSource source) {
    return on[static_cast<std::size_t>(source)];
}

// One neuron's parameters in the unit of the run.
struct Parameters {
    double kept_u = 0, kept_v = 0;
    bool truncates_u = false, truncates_v = false;
    double bias_u = 0, bias_v = 0;
    double initial_u = 0, initial_v = 0;
    double v_min = -HUGE_VAL;
    double threshold = HUGE_VAL;
    bool strict = true;
    double count_unit = 1;  // a spike for each that fits into v
    rt::Reset reset = rt::Reset::none;
    double amount = 0;
};

// Where a population's parameters come from.
struct Origin {
    const HybridModel& model;
    std::size_t index;
    ErrorSources on;
    bool lattice;  // integer units

    const Population& floats() const { return model.network.populations[index]; }
    const IntPopulation& whole() const { return model.integers.populations[index]; }
    double scale(std::size_t n) const { return at(whole().scale, n); }
    double of_real(double x, std::size_t n) const { return lattice ? x * scale(n) : x; }
    double of_whole(double x, std::size_t n) const { return lattice ? x : x / scale(n); }
};

Parameters parameters_of(const Origin& origin, std::size_t neuron);

}  // namespace synfire
