// The list of front ends and the steps that are the same for all of them.
#include "compiler/frontend/frontends.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "compiler/frontend/json/json_frontend.hpp"
#include "compiler/frontend/netx/netx_frontend.hpp"
#include "compiler/frontend/nir/nir_frontend.hpp"
#include "compiler/frontend/onnx/onnx_frontend.hpp"
#include "compiler/network/check.hpp"

namespace synfire {
namespace {

void warn_of_options(const Source& source, const Frontend& frontend, const ReadOptions& options,
                     Report& report) {
    std::vector<std::string> typed = given(options);
    std::erase_if(typed, [&](const std::string& option) {
        return std::count(frontend.options.begin(), frontend.options.end(), option) != 0;
    });
    if (typed.empty()) return;
    Diagnostic d;
    d.file = source.path;
    d.reason =
        fmt::format("{} has no effect: {} files say it themselves", fmt::join(typed, ", "), frontend.format);
    d.hint = "leave the option out";
    report.warning(d);
}

}  // namespace

std::vector<std::string> given(const ReadOptions& options) {
    std::vector<std::string> names;
    const auto add = [&](bool was_given, const char* name) {
        if (was_given) names.emplace_back(name);
    };
    add(options.as.has_value(), "--as");
    add(options.dt.has_value(), "--dt");
    add(options.reset.has_value(), "--reset");
    add(options.discretization.has_value(), "--discretization");
    add(options.compare.has_value(), "--compare");
    add(options.gain.has_value(), "--gain");
    add(options.max_spikes.has_value(), "--max-spikes");
    add(options.reset_interval.has_value(), "--reset-interval");
    add(options.raw_input, "--raw-input");
    add(!options.states.empty(), "--state");
    add(options.input_shape.has_value(), "--input-shape");
    add(options.weights.has_value(), "--weights");
    return names;
}

const std::vector<Frontend>& frontends() {
    static const std::vector<std::string> nir_options = {
        "--as", "--dt", "--reset", "--discretization", "--compare", "--gain", "--max-spikes"};
    static const std::vector<Frontend> rows = {
        {".json", "NIR as JSON", nir_options, read_nir_json, is_nir_json},
        {".json", "JSON", {"--input-shape", "--weights"}, read_json},
        {".net", "netx", {"--reset-interval", "--raw-input"}, read_netx},
        {".nir", "NIR", nir_options, read_nir},
        {".onnx", "ONNX", {"--state"}, onnx::read_onnx},
    };
    return rows;
}

Network read(const Source& source, const ReadOptions& options, Report& report) {
    const std::string extension = std::filesystem::path(source.path).extension().string();
    std::string known;
    for (const Frontend& frontend : frontends()) {
        if (frontend.extension == extension &&
            (frontend.recognizes == nullptr || frontend.recognizes(source))) {
            warn_of_options(source, frontend, options, report);
            Network network = sort_populations(frontend.read(source, options, report));
            report.stop_on_errors();
            check(network, source.path, report,
                  options.may_lack_weights ? Weights::may_be_absent : Weights::required);
            report.stop_on_errors();
            return network;
        }
        if (frontend.recognizes == nullptr)
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
