// The stages of reading a JSON model: text -> document -> document that fits the schema -> Network.
#include "compiler/frontend/json/json_frontend.hpp"

#include "compiler/frontend/json/lower.hpp"
#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/schema.hpp"

namespace synfire {

Network read_json(const Source& source, Report& report) {
    const json::Value document = json::parse(source.bytes, source.path);
    json::check_schema(document, source.path, report);
    report.stop_on_errors();
    Network network = json::lower(document, source.path, report);
    report.stop_on_errors();
    return network;
}

}  // namespace synfire
