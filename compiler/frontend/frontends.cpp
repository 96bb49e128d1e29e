// The list of front ends and the steps that are the same for all of them.
#include "compiler/frontend/frontends.hpp"

#include <filesystem>

#include "compiler/frontend/json/json_frontend.hpp"
#include "compiler/frontend/nir/nir_frontend.hpp"
#include "compiler/frontend/onnx/onnx_frontend.hpp"
#include "compiler/network/check.hpp"

namespace synfire {
namespace {

void warn_of_options(const Source& source, const Frontend& frontend, const ReadOptions& options,
                     Report& report) {
    const std::string typed = given(options);
    if (frontend.takes_options || typed.empty()) return;
    Diagnostic d;
    d.file = source.path;
    d.reason = typed + " has no effect: " + frontend.format + " files say it themselves";
    d.hint = "leave the option out";
    report.warning(d);
}

}  // namespace

std::string given(const ReadOptions& options) {
    std::string text;
    const auto add = [&](bool was_given, const char* name) {
        if (was_given) text += (text.empty() ? "" : ", ") + std::string(name);
    };
    add(options.dt.has_value(), "--dt");
    add(options.reset.has_value(), "--reset");
    add(options.discretization.has_value(), "--discretization");
    add(options.compare.has_value(), "--compare");
    return text;
}

const std::vector<Frontend>& frontends() {
    static const std::vector<Frontend> rows = {
        {".json", "JSON", false,
         [](const Source& source, const ReadOptions&, Report& report) { return read_json(source, report); }},
        {".nir", "NIR", true, read_nir},
        {".onnx", "ONNX", false,
         [](const Source& source, const ReadOptions&, Report& report) {
             return onnx::read_onnx(source, report);
         }},
    };
    return rows;
}

Network read(const Source& source, const ReadOptions& options, Report& report) {
    const std::string extension = std::filesystem::path(source.path).extension().string();
    std::string known;
    for (const Frontend& frontend : frontends()) {
        if (frontend.extension == extension) {
            warn_of_options(source, frontend, options, report);
            Network network = sort_populations(frontend.read(source, options, report));
            report.stop_on_errors();
            check(network, source.path, report);
            report.stop_on_errors();
            return network;
        }
        known += (known.empty() ? "" : ", ") + frontend.extension + " (" + frontend.format + ")";
    }
    Diagnostic d;
    d.file = source.path;
    d.reason = extension.empty() ? "has no file name extension that tells its format"
                                 : "format '" + extension + "' is not known";
    d.expected = known + ", or a compiled directory";
    d.hint = "convert the model to one of these formats";
    throw InputError(d);
}

}  // namespace synfire
