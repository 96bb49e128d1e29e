// The list of front ends and the steps that are the same for all of them.
#include "compiler/frontend/frontends.hpp"

#include <filesystem>

#include "compiler/frontend/json/json_frontend.hpp"
#include "compiler/frontend/onnx/onnx_frontend.hpp"
#include "compiler/network/check.hpp"

namespace synfire {

const std::vector<Frontend>& frontends() {
    static const std::vector<Frontend> rows = {
        {".json", "JSON", read_json},
        {".onnx", "ONNX", onnx::read_onnx},
    };
    return rows;
}

Network read(const Source& source, Report& report) {
    const std::string extension = std::filesystem::path(source.path).extension().string();
    std::string known;
    for (const Frontend& frontend : frontends()) {
        if (frontend.extension == extension) {
            Network network = sort_populations(frontend.read(source, report));
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
