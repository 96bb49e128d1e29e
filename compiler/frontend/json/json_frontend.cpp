// Which of this folder's three formats a document is in, and the stages of reading snn-json: text -> document
// -> document that fits the schema -> Network.
#include "compiler/frontend/json/json_frontend.hpp"

#include <cctype>

#include "compiler/frontend/json/lower.hpp"
#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/schema.hpp"
#include "compiler/frontend/json/snn_generator/read.hpp"
#include "compiler/frontend/json/tennlab/read.hpp"

namespace synfire {
namespace {

// Layer types of snn-generator are PyTorch's class names; those of snn-json are in lower case.
bool is_snn_generator(const json::Value& document) {
    if (!document.is_object() || document.contains("format") || !document.contains("layers")) return false;
    const json::Value& layers = document["layers"];
    if (!layers.is_array() || layers.empty() || !layers[0].is_object()) return false;
    const auto type = layers[0].find("type");
    if (type == layers[0].end() || !type->is_string()) return false;
    const std::string name = type->get<std::string>();
    return !name.empty() && std::isupper(static_cast<unsigned char>(name[0])) != 0;
}

bool is_tennlab(const json::Value& document) {
    return document.is_object() && !document.contains("format") && document.contains("Nodes") &&
           document.contains("Edges");
}

void warn_of_options(const std::string& format, const std::string& file, const ReadOptions& options,
                     Report& report) {
    const auto warn = [&](const char* option) {
        report.warning(json::complaint({file, "", ""}, option + (" has no effect on " + format + " files"),
                                       "", "leave the option out"));
    };
    if (options.input_shape) warn("--input-shape");
    if (options.weights) warn("--weights");
}

Network read_snn_json(const json::Value& document, const std::string& file, Report& report) {
    json::check_schema(document, file, report);
    report.stop_on_errors();
    return json::lower(document, file, report);
}

}  // namespace

Network read_json(const Source& source, const ReadOptions& options, Report& report) {
    const json::Value document = json::parse(source.bytes, source.path);
    const bool snn_generator = is_snn_generator(document), tennlab = is_tennlab(document);
    if (!snn_generator) warn_of_options(tennlab ? "TENNLab" : "snn-json", source.path, options, report);
    Network network = snn_generator ? json::read_snn_generator(document, source.path, options, report)
                      : tennlab     ? json::read_tennlab(document, source.path, report)
                                    : read_snn_json(document, source.path, report);
    report.stop_on_errors();
    return network;
}

}  // namespace synfire
