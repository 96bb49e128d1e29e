// Errors and warnings for the person at the keyboard: who is to blame, where, why, and the way out.
//
// A stage collects what it finds in a Report and ends with report.stop_on_errors(). Code too deep to see the
// Report throws an InputError that carries one Diagnostic. A condition that no input can cause is
// SYNFIRE_BUG.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace synfire {

enum class Severity { note, warning, error };

// Empty fields are left out when printed. file: as the user wrote it; node: with its type, e.g. "'lif1'
// (CubaLIF)".
struct Diagnostic {
    Severity severity = Severity::error;
    std::string file{};
    std::string node{};
    std::string field{};
    std::string reason{};
    std::string expected{};
    std::string hint{};
};

struct Report {
    std::vector<Diagnostic> diagnostics;

    void error(Diagnostic d);
    void warning(Diagnostic d);
    // What was folded, chosen or assumed: facts a user may need to trust the result.
    void note(Diagnostic d);

    bool has_errors() const;
    // Throws StageFailed when an error has been collected.
    void stop_on_errors() const;
};

// The user's input is at fault; the Report already holds the diagnostics.
struct StageFailed : std::runtime_error {
    StageFailed() : std::runtime_error("errors were reported") {}
};

// The user's input is at fault, found where no Report is at hand.
struct InputError : std::runtime_error {
    explicit InputError(Diagnostic d);
    Diagnostic diagnostic;
};

// Our mistake.
struct InternalError : std::logic_error {
    using std::logic_error::logic_error;
};

// The form printed on a terminal:
//   braille.nir: error: node 'lif1' (CubaLIF), field 'tau_mem': value 0 at index 17 is not a time constant
//     expected: finite and > 0 s, one value or 38 values
//     hint: exported from snnTorch? give --dt
std::string to_text(const Diagnostic& d);
// A JSON array of objects with the fields of Diagnostic.
std::string to_json_text(const std::vector<Diagnostic>& diagnostics);

}  // namespace synfire

#define SYNFIRE_BUG(what) \
    throw ::synfire::InternalError(std::string(__FILE__) + ":" + std::to_string(__LINE__) + ": " + (what))
