// Any bytes as an ONNX file: an accepted network passes the checks, everything else is refused with a hint.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "compiler/frontend/onnx/onnx_frontend.hpp"
#include "compiler/network/check.hpp"

namespace {

void require_hints(const synfire::Report& report) {
    for (const synfire::Diagnostic& d : report.diagnostics)
        if (d.severity == synfire::Severity::error && d.hint.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const synfire::Source source{"fuzz.onnx", std::string(reinterpret_cast<const char*>(bytes), size)};
    synfire::Report report;
    try {
        const synfire::Network network = synfire::onnx::read_onnx(source, {}, report);
        synfire::check(network, source.path, report);
    } catch (const synfire::InputError& error) {
        if (error.diagnostic.hint.empty()) std::abort();
    } catch (const synfire::StageFailed&) {
        require_hints(report);
    }
    return 0;
}
