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

// JSON inside a script element: nothing in it may end the element.
std::string inside_script(const nlohmann::ordered_json& data) {
    std::string text;
    for (char c : data.dump()) text += c == '<' ? std::string("\\u003c") : std::string(1, c);
    return text;
}

}  // namespace

std::string activity_page(const std::string& title, const nlohmann::ordered_json& result) {
    kainjow::mustache::mustache page(asset("page.html"));
    kainjow::mustache::data data;
    data.set("title", title);
    data.set("style", asset("page.css"));
    data.set("d3", asset("d3.js"));
    data.set("charts", asset("charts.js"));
    data.set("draw", asset("activity.js"));
    data.set("result", inside_script(result));
    return page.render(data);
}

}  // namespace synfire
