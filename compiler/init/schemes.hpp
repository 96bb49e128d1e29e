// The schemes of initialization: each gives the distributions of the weights that reach one population.
#pragma once

#include <string>
#include <vector>

#include "compiler/init/fan.hpp"
#include "compiler/init/law.hpp"
#include "compiler/init/options.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

// One law per drawn stage of the fan, in their order, for the weights as they are stored. Errors and warnings
// go to the report with the population's name.
using Scheme = std::vector<Law> (*)(const Population& population, const Fan& fan, const InitOptions& options,
                                    Report& report);

struct SchemeRow {
    const char* name;
    const char* source;  // paper, or what it is
    Scheme laws;
    bool single_step;  // counts on what arrives in one step, not on fluctuations over time
};

const std::vector<SchemeRow>& schemes();

// Throws InputError naming the known ones.
const SchemeRow& scheme_of(const std::string& name);

// A symmetric law of this variance, of the shape that the user chose.
Law centred_law(double variance, const InitOptions& options);

// An error that names the population.
void refuse(const Population& population, const std::string& reason, const std::string& expected,
            const std::string& hint, Report& report);

// variance_only.cpp
std::vector<Law> kaiming(const Population&, const Fan&, const InitOptions&, Report&);
std::vector<Law> xavier(const Population&, const Fan&, const InitOptions&, Report&);
std::vector<Law> lecun(const Population&, const Fan&, const InitOptions&, Report&);
std::vector<Law> torch_default(const Population&, const Fan&, const InitOptions&, Report&);
std::vector<Law> inverse_sqrt(const Population&, const Fan&, const InitOptions&, Report&);
// variance_conserving.cpp
std::vector<Law> variance_conserving(const Population&, const Fan&, const InitOptions&, Report&);
// fluctuation_driven.cpp
std::vector<Law> fluctuation_driven(const Population&, const Fan&, const InitOptions&, Report&);
std::vector<Law> dale(const Population&, const Fan&, const InitOptions&, Report&);
// rate_consistent.cpp
std::vector<Law> rate_consistent(const Population&, const Fan&, const InitOptions&, Report&);
// balanced_recurrence.cpp
std::vector<Law> balanced_recurrence(const Population&, const Fan&, const InitOptions&, Report&);

}  // namespace synfire
