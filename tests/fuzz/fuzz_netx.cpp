// Feeds arbitrary bytes to the netx front end.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/frontend/netx/netx_frontend.hpp"
#include "compiler/network/check.hpp"
#include "tests/fuzz/child_process.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    synfire::let_children_die();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    synfire::Report report;
    synfire::ReadOptions options;
    options.reset_interval = 5;
    try {
        const synfire::Network network = synfire::read_netx(
            {"model.net", std::string(reinterpret_cast<const char*>(data), size)}, options, report);
        synfire::check(synfire::sort_populations(network), "model.net", report);
    } catch (const synfire::StageFailed&) {
    } catch (const synfire::InputError& e) {
        report.error(e.diagnostic);
    }
    // Anything else is a finding: InternalError, another exception, a diagnostic that cannot be printed.
    synfire::to_json_text(report.diagnostics);
    for (const synfire::Diagnostic& d : report.diagnostics)
        if (d.severity == synfire::Severity::error && (d.reason.empty() || d.hint.empty())) __builtin_trap();
    return 0;
}
