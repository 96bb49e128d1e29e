// The parameters of the RISP processor that a network was made for.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

enum class LeakMode { none, all, configurable };

struct RispParameters {
    bool discrete = false;
    double min_potential = 0;  // <= 0
    LeakMode leak_mode = LeakMode::none;
    bool threshold_inclusive = true;
    bool fire_like_ravens = false;
    std::vector<double> weights;  // where not empty, an edge's weight is an index into it
    double input_charge = 0;      // what an input spike of value 1 adds
};

// document: a TENNLab network. Throws InputError: another processor, a parameter that is missing or has no
// counterpart here (noise, old names).
RispParameters read_risp_parameters(const Value& document, const std::string& file, Report& report);

// A finite number of moderate size. Throws InputError.
double number_at(const Value& value, const Place& place);

}  // namespace synfire::json
