// Any bytes as a NIR file: an accepted network passes the checks, everything else is refused with a hint. The
// last byte chooses the framework whose reading is taken.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "compiler/frontend/nir/nir_frontend.hpp"
#include "compiler/network/check.hpp"
#include "tests/fuzz/child_process.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    synfire::let_children_die();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const synfire::Source source{"fuzz.nir", std::string(reinterpret_cast<const char*>(bytes), size)};
    synfire::ReadOptions options;
    const int framework = size > 0 ? bytes[size - 1] % 16 : 15;
    if (framework <= static_cast<int>(synfire::Framework::spyx))
        options.as = static_cast<synfire::Framework>(framework);
    synfire::Report report;
    try {
        const synfire::Network network = synfire::read_nir(source, options, report);
        synfire::check(synfire::sort_populations(network), source.path, report);
    } catch (const synfire::StageFailed&) {
    } catch (const synfire::InputError& error) {
        report.error(error.diagnostic);
    }
    synfire::to_json_text(report.diagnostics);
    for (const synfire::Diagnostic& d : report.diagnostics)
        if (d.severity == synfire::Severity::error && (d.reason.empty() || d.hint.empty())) std::abort();
    return 0;
}
