#include "report/page.hpp"

#include <kainjow/mustache.hpp>

#include "compiler/support/report.hpp"
#include "report/embedded_files.hpp"

namespace synfire {
namespace {

std::string asset(const char* name) {
    const auto files = report::embedded_files();
    const auto it = files.find(name);
    if (it == files.end()) SYNFIRE_BUG(std::string("the page's part is missing: ") + name);
    return std::string(it->second);
}

// JSON inside a script element: nothing in it may end the element. Names from files need not be UTF-8.
std::string inside_script(const nlohmann::ordered_json& data) {
    std::string text;
    for (char c : data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace))
        text += c == '<' ? std::string("\\u003c") : std::string(1, c);
    return text;
}

}  // namespace

std::string report_page(const std::string& title, const nlohmann::ordered_json& result) {
    kainjow::mustache::mustache page(asset("page.html"));
    kainjow::mustache::data data;
    data.set("title", title);
    data.set("style", asset("page.css"));
    data.set("d3", asset("d3.js"));
    // charts.js has what the others draw with; main.js calls them.
    std::string scripts;
    for (const char* name : {"charts.js", "activity.js", "verdict.js", "layers.js", "zoom.js", "raster.js",
                             "traces.js", "proof.js", "parameters.js", "main.js"})
        scripts += asset(name);
    data.set("scripts", scripts);
    data.set("result", inside_script(result));
    return page.render(data);
}

}  // namespace synfire
