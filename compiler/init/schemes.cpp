#include "compiler/init/schemes.hpp"

#include <cmath>

#include <fmt/format.h>

namespace synfire {

const std::vector<SchemeRow>& schemes() {
    static const std::vector<SchemeRow> rows = {
        {"variance-conserving", "Micheli et al. 2024, arXiv 2410.00580", variance_conserving, true},
        {"fluctuation-driven", "Rossbroich, Gygax and Zenke 2022", fluctuation_driven, false},
        {"dale", "Rossbroich, Gygax and Zenke 2022: exponential weights of one sign per connection", dale,
         false},
        {"rate-consistent", "after Perez-Nieves and Goodman 2023, arXiv 2305.08879", rate_consistent, false},
        {"balanced-recurrence", "Herranz-Celotti and Rouat 2022, arXiv 2202.00282: conditions I and II",
         balanced_recurrence, false},
        {"kaiming", "He et al. 2015: 2 / fan-in", kaiming, true},
        {"xavier", "Glorot and Bengio 2010: 2 / (fan-in + fan-out)", xavier, true},
        {"lecun", "LeCun et al. 1998: 1 / fan-in", lecun, true},
        {"torch-default", "PyTorch's Linear and Conv: uniform, 1 / (3 fan-in)", torch_default, true},
        {"inverse-sqrt", "Bellec et al. 2018: w0 / sqrt(fan-in), in units of the threshold", inverse_sqrt,
         true}};
    return rows;
}

const SchemeRow& scheme_of(const std::string& name) {
    std::string known;
    for (const SchemeRow& row : schemes()) {
        if (name == row.name) return row;
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    Diagnostic d;
    d.field = "--scheme";
    d.reason = fmt::format("there is no scheme '{}'", name);
    d.expected = known;
    d.hint = "variance-conserving keeps deep networks firing";
    throw InputError(d);
}

Law centred_law(double variance, const InitOptions& options) {
    if (options.uniform) return UniformLaw{std::sqrt(3 * variance), 0};
    return NormalLaw{std::sqrt(variance), 0};
}

void refuse(const Population& population, const std::string& reason, const std::string& expected,
            const std::string& hint, Report& report) {
    Diagnostic d;
    d.node = "'" + population.name + "'";
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    report.error(d);
}

}  // namespace synfire
