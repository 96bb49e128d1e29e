// JSON text -> document through nlohmann_json's callback parser, which does not recurse.
#include "compiler/frontend/json/parse.hpp"

#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace synfire::json {
namespace {

// Follows the parser's events to refuse what JSON allows and a model file must not do.
struct Watch {
    const Place& place;
    std::vector<std::set<std::string>> keys;  // seen in each open object

    bool operator()(int depth, Value::parse_event_t event, const Value& value) {
        using Event = Value::parse_event_t;
        if (depth > static_cast<int>(max_nesting))
            fail(place, fmt::format("lists and objects are nested deeper than {} levels", max_nesting), "",
                 "the format needs fewer than 16 levels; is this a model?");
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event == Event::key && !keys.back().insert(value.get<std::string>()).second)
            fail(place, fmt::format("the key {} appears twice in one object", shown(value)), "",
                 "remove one of the two");
        return true;
    }
};

// "[json.exception.parse_error.101] parse error at line 1, column 5: ..." without the library's own name.
std::string without_tag(const std::string& message) {
    const std::size_t end = message.find("] ");
    return end == std::string::npos ? message : message.substr(end + 2);
}

}  // namespace

Value parse(std::string_view text, const std::string& file) {
    const Place place{file, "", ""};
    if (text.size() > max_text_bytes)
        fail(place, fmt::format("has {} bytes", text.size()), fmt::format("at most {} bytes", max_text_bytes),
             "move the weights into an .npz file and name it with {\"file\", \"key\"}");
    try {
        return Value::parse(text, Watch{place, {}});
    } catch (const nlohmann::json::parse_error& e) {
        fail(place, "is not JSON: " + shown_text(without_tag(e.what())), "",
             "numbers are finite and decimal; comments and trailing commas are not JSON");
    } catch (const nlohmann::json::out_of_range& e) {
        fail(place, shown_text(without_tag(e.what())), "numbers that a double can hold",
             "check the number's exponent");
    }
}

std::string shown_text(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (out.size() > 200) return out + "...";
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out;
}

std::string shown(const Value& value) {
    constexpr std::size_t limit = 60;
    if (value.is_string()) {
        const std::string text = value.get<std::string>().substr(0, limit + 1);
        // Cutting may have split a character; the library then replaces the rest.
        std::string out = Value(text).dump(-1, ' ', true, Value::error_handler_t::ignore);
        return text.size() > limit ? out.substr(0, out.size() - 1) + "...\"" : out;
    }
    if (value.is_array()) return fmt::format("a list of {}", value.size());
    if (value.is_object()) return "an object";
    return value.dump();
}

std::string child(const std::string& pointer, const std::string& key) {
    std::string escaped;
    for (const char c : key) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return pointer + "/" + shown_text(escaped);
}

std::string child(const std::string& pointer, std::size_t index) {
    return fmt::format("{}/{}", pointer, index);
}

Place inside(const Place& place, const std::string& key) {
    return {place.file, place.node, child(place.pointer, key)};
}

Diagnostic complaint(const Place& place, const std::string& reason, const std::string& expected,
                     const std::string& hint) {
    Diagnostic d;
    d.file = place.file;
    d.node = place.node;
    d.field = place.pointer;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    return d;
}

void fail(const Place& place, const std::string& reason, const std::string& expected,
          const std::string& hint) {
    throw InputError(complaint(place, reason, expected, hint));
}

}  // namespace synfire::json
