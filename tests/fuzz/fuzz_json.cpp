// Feeds arbitrary text to the JSON front end, in all its formats. Files it may name are those of
// tests/unit/json/data; the weights of an snn-generator network are always the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/frontend/json/json_frontend.hpp"
#include "compiler/frontend/nir/nir_frontend.hpp"
#include "compiler/network/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    synfire::Report report;
    const std::string folder = SYNFIRE_SOURCE_DIR "/tests/unit/json/data/", path = folder + "model.json";
    synfire::ReadOptions options;
    options.input_shape = synfire::Shape{2, 8, 9};
    options.weights = folder + "snn_generator/small_weights.json";
    try {
        const synfire::Source source{path, std::string(reinterpret_cast<const char*>(data), size)};
        const synfire::Network network = synfire::is_nir_json(source)
                                             ? synfire::read_nir_json(source, options, report)
                                             : synfire::read_json(source, options, report);
        synfire::check(synfire::sort_populations(network), path, report);
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
