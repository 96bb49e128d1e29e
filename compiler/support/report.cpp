// Printing and collecting diagnostics.
#include "compiler/support/report.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace synfire {
namespace {

const char* name(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    SYNFIRE_BUG("unknown severity");
}

void add(Report& report, Severity severity, Diagnostic d) {
    d.severity = severity;
    report.diagnostics.push_back(std::move(d));
}

}  // namespace

void Report::error(Diagnostic d) {
    add(*this, Severity::error, std::move(d));
}
void Report::warning(Diagnostic d) {
    add(*this, Severity::warning, std::move(d));
}
void Report::note(Diagnostic d) {
    add(*this, Severity::note, std::move(d));
}

bool Report::has_errors() const {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::error; });
}

void Report::stop_on_errors() const {
    if (has_errors()) throw StageFailed();
}

InputError::InputError(Diagnostic d) : std::runtime_error(to_text(d)), diagnostic(std::move(d)) {}

std::string to_text(const Diagnostic& d) {
    std::string text = d.file.empty() ? "" : d.file + ": ";
    text += std::string(name(d.severity)) + ": ";
    if (!d.node.empty()) text += "node " + d.node + (d.field.empty() ? ": " : ", ");
    if (!d.field.empty()) text += "field '" + d.field + "': ";
    text += d.reason + "\n";
    if (!d.expected.empty()) text += "  expected: " + d.expected + "\n";
    if (!d.hint.empty()) text += "  hint: " + d.hint + "\n";
    return text;
}

std::string to_json_text(const std::vector<Diagnostic>& diagnostics) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Diagnostic& d : diagnostics) {
        nlohmann::ordered_json one = {
            {"severity", name(d.severity)}, {"file", d.file},         {"node", d.node}, {"field", d.field},
            {"reason", d.reason},           {"expected", d.expected}, {"hint", d.hint}};
        all.push_back(std::move(one));
    }
    // File names may hold any bytes; what is not UTF-8 is replaced instead of failing while reporting a
    // failure.
    return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace synfire
