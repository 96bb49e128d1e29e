// Schema validation and its messages.
//
// valijson says where a document fails; what was expected and what to do come from the schema itself: the
// members "description" and "x-hint" of the parts that apply at that place. Before validation the document is
// reduced to a skeleton (long lists of numbers cut, long strings cut), so that cost follows the number of
// layers, not of weights.
#include "compiler/frontend/json/schema.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "compiler/frontend/json/embedded_files.hpp"
#include "compiler/frontend/json/rules.hpp"

namespace synfire::json {
namespace {

constexpr std::size_t kept_numbers = 16;    // longer than any list of numbers whose length the schema limits
constexpr std::size_t longest_list = 4096;  // of anything but numbers
constexpr std::size_t longest_string = 1024;
constexpr std::size_t most_errors = 20;
const char* const see_page = "docs/json.md shows a complete model";

bool begins_with_number(const Value& list) {
    const Value* first = &list;
    while (first->is_array() && !first->empty()) first = &first->front();
    return first->is_number();
}

// The pointer of the first thing in a nested list that is not a number.
std::optional<std::string> not_a_number(const Value& list, const std::string& pointer) {
    if (list.is_number()) return std::nullopt;
    if (!list.is_array() || list.empty()) return pointer;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i].is_number()) continue;
        if (auto found = not_a_number(list[i], child(pointer, i))) return found;
    }
    return std::nullopt;
}

struct Skeleton {
    const Value& document;
    const std::string& file;
    Report& report;

    Value list(const Value& value, const std::string& pointer) const {
        std::size_t kept = value.size();
        if (kept > kept_numbers && begins_with_number(value)) {
            if (const auto wrong = not_a_number(value, pointer)) {
                report.error(complaint({file, node_at(document, *wrong), *wrong}, "is not a number",
                                       "a nested list of numbers", "remove it, or replace it by a number"));
                return Value::array({0});
            }
            kept = kept_numbers;
        }
        if (kept > longest_list) {
            report.error(complaint({file, node_at(document, pointer), pointer},
                                   fmt::format("has {} entries", kept),
                                   fmt::format("at most {} entries", longest_list), see_page));
            kept = 1;
        }
        Value out = Value::array();
        for (std::size_t i = 0; i < kept; ++i) out.push_back((*this)(value[i], child(pointer, i)));
        return out;
    }

    Value operator()(const Value& value, const std::string& pointer) const {
        if (value.is_array()) return list(value, pointer);
        if (value.is_string()) return value.get_ref<const std::string&>().substr(0, longest_string);
        if (!value.is_object()) return value;
        Value out = Value::object();
        for (const auto& [key, member] : value.items())
            out[key] = key == "metadata" && member.is_object() ? Value::object()
                                                               : (*this)(member, child(pointer, key));
        return out;
    }
};

bool has_type(const Value& value, const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "number" && value.is_number());
}

// The forms of "if" that snn.schema.json uses.
bool matches(const Value& condition, const Value& value) {
    if (condition.contains("type") && !has_type(value, condition["type"])) return false;
    if (condition.contains("required"))
        for (const Value& key : condition["required"])
            if (!value.is_object() || !value.contains(key.get<std::string>())) return false;
    if (condition.contains("properties") && value.is_object())
        for (const auto& [key, rule] : condition["properties"].items()) {
            if (!value.contains(key)) continue;
            if (rule.contains("const") && value[key] != rule["const"]) return false;
            if (rule.contains("enum") &&
                std::find(rule["enum"].begin(), rule["enum"].end(), value[key]) == rule["enum"].end())
                return false;
        }
    return true;
}

// The parts of the schema that apply to a value: the node, what it refers to, and the branches that the value
// takes.
struct Parts {
    const Value* schema;
    std::vector<const Value*> list;

    void add(const Value& node, const Value& value) {
        list.push_back(&node);
        if (node.contains("$ref")) {
            const std::string name = node["$ref"].get<std::string>();
            add((*schema)["definitions"][name.substr(name.rfind('/') + 1)], value);
        }
        if (node.contains("allOf"))
            for (const Value& part : node["allOf"]) add(part, value);
        if (node.contains("if")) {
            const char* branch = matches(node["if"], value) ? "then" : "else";
            if (node.contains(branch)) add(node[branch], value);
        }
    }

    // The parts that apply to one member or element.
    Parts step(const std::string& key, const Value& value) const {
        Parts next{schema, {}};
        for (const Value* part : list) {
            if (part->contains("properties") && (*part)["properties"].contains(key))
                next.add((*part)["properties"][key], value);
            else if (part->contains("items"))
                next.add((*part)["items"], value);
        }
        return next;
    }

    // The members named "description" joined, most specific first.
    std::string description() const {
        std::string text;
        for (const Value* part : list)
            if (part->contains("description") && (*part)["description"].is_string())
                text += (text.empty() ? "" : ": ") + (*part)["description"].get<std::string>();
        if (!text.empty()) return text;
        for (const Value* part : list) {
            if (part->contains("enum")) return "one of " + (*part)["enum"].dump();
            if (part->contains("type") && (*part)["type"].is_string())
                return "a value of type " + (*part)["type"].get<std::string>();
        }
        return "";
    }

    std::string hint(const std::string& otherwise) const {
        for (const Value* part : list)
            if (part->contains("x-hint") && (*part)["x-hint"].is_string())
                return (*part)["x-hint"].get<std::string>();
        return otherwise;
    }

    std::vector<std::string> fields() const {
        std::vector<std::string> names;
        for (const Value* part : list)
            if (part->contains("properties") && part->value("additionalProperties", true) == false)
                for (const auto& [name, rule] : (*part)["properties"].items()) names.push_back(name);
        std::sort(names.begin(), names.end());
        return names;
    }
};

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

// "did you mean 'weight'?", or otherwise.
std::string nearest(const std::string& word, const std::vector<std::string>& known,
                    const std::string& otherwise) {
    std::string best;
    std::size_t distance = 3;
    for (const std::string& candidate : known) {
        const std::size_t d = edit_distance(word.substr(0, 64), candidate);
        if (d < distance && d < candidate.size()) {
            distance = d;
            best = candidate;
        }
    }
    return best.empty() ? otherwise : fmt::format("did you mean '{}'?", best);
}

// One error of valijson, with the value it is about and the parts of the schema that apply there.
struct Failure {
    std::vector<std::string> path;
    std::string pointer;
    std::string text;
    const Value* value;
    Parts parts;
};

Failure locate(const Value& schema, const Value& document, const valijson::ValidationResults::Error& error) {
    Failure failure{{}, "", error.description, &document, {&schema, {}}};
    failure.parts.add(schema, document);
    // The context is "<root>", "[layers]", "[0]", ...
    for (std::size_t i = 1; i < error.context.size(); ++i) {
        const std::string key = error.context[i].substr(1, error.context[i].size() - 2);
        failure.path.push_back(key);
        failure.pointer = child(failure.pointer, key);
        if (failure.value->is_array())
            failure.value = &failure.value->at(std::stoul(key));
        else
            failure.value = &failure.value->at(key);
        failure.parts = failure.parts.step(key, *failure.value);
    }
    return failure;
}

// The text between the quotes of a message.
std::string quoted(const std::string& text) {
    const std::size_t begin = text.find('\'');
    const std::size_t end = text.rfind('\'');
    return begin < end && end != std::string::npos ? text.substr(begin + 1, end - begin - 1) : "";
}

bool starts(const std::string& text, const char* begin) {
    return text.rfind(begin, 0) == 0;
}

// Not a finding of its own: follows from one further in.
bool is_consequence(const std::string& text) {
    return starts(text, "Failed to validate");
}

// Said better by check_neuron_rules.
bool is_combination(const std::string& text) {
    static const std::vector<std::string> fields = {"beta", "tau_mem", "alpha", "tau_syn", "threshold"};
    return starts(text, "Target should not") ||
           (starts(text, "Missing required") &&
            std::find(fields.begin(), fields.end(), quoted(text)) != fields.end());
}

Diagnostic missing(const Failure& f, Place place) {
    const std::string key = quoted(f.text);
    const Parts parts = f.parts.step(key, Value());
    place = inside(place, key);
    return complaint(place, "is missing", parts.description(),
                     parts.hint(std::string("add it; ") + see_page));
}

Diagnostic unknown_key(const Failure& f, Place place) {
    const std::vector<std::string> fields = f.parts.fields();
    std::string key;
    for (const auto& [name, member] : f.value->items())
        if (key.empty() && !std::binary_search(fields.begin(), fields.end(), name)) key = name;
    place = inside(place, key);
    return complaint(place, "is not a field of the format here",
                     fmt::format("one of: {}", fmt::join(fields, ", ")),
                     nearest(key, fields, "remove it, or move it into \"metadata\""));
}

Diagnostic not_in_list(const Failure& f, const Place& place) {
    std::vector<std::string> known;
    for (const Value* part : f.parts.list)
        if (part->contains("enum"))
            for (const Value& word : (*part)["enum"]) known.push_back(word.get<std::string>());
    const std::string word = f.value->is_string() ? f.value->get<std::string>() : "";
    return complaint(place, fmt::format("{} is not known", shown(*f.value)), f.parts.description(),
                     nearest(word, known, f.parts.hint(see_page)));
}

Diagnostic explain(const Failure& f, const Value& document, const std::string& file) {
    const Place place{file, node_at(document, f.pointer), f.pointer};
    if (starts(f.text, "Missing required")) return missing(f, place);
    if (starts(f.text, "Object contains a property")) return unknown_key(f, place);
    if (starts(f.text, "Failed to match against any enum")) return not_in_list(f, place);
    std::string reason = fmt::format("{} does not fit", shown(*f.value));
    if (starts(f.text, "Value type")) reason = fmt::format("is {}", shown(*f.value));
    if (starts(f.text, "Array should") || starts(f.text, "String should"))
        reason =
            fmt::format("has {} entries", f.value->is_string() ? f.value->get_ref<const std::string&>().size()
                                                               : f.value->size());
    return complaint(place, reason, f.parts.description(), f.parts.hint(see_page));
}

}  // namespace

std::string node_at(const Value& document, const std::string& pointer) {
    const std::string prefix = "/layers/";
    if (!starts(pointer, prefix.c_str()) || !document.is_object() || !document.contains("layers")) return "";
    const std::size_t end = pointer.find('/', prefix.size());
    const std::string digits = pointer.substr(prefix.size(), end - prefix.size());
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
        return "";
    const Value& layers = document["layers"];
    const std::size_t index = std::stoul(digits);
    return layers.is_array() && index < layers.size() ? node_text(layers[index], index) : "";
}

void check_schema(const Value& document, const std::string& file, Report& report) {
    const std::set<std::string> explained = check_neuron_rules(document, file, report);
    const Value skeleton = Skeleton{document, file, report}(document, "");

    const Value schema = Value::parse(embedded_files().at("snn.schema.json"));
    valijson::Schema rules;
    const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(schema_adapter, rules);
    valijson::ValidationResults results;
    const valijson::adapters::NlohmannJsonAdapter target(skeleton);
    if (valijson::Validator().validate(rules, target, &results)) return;

    std::set<std::string> said;
    std::size_t count = 0;
    for (const auto& error : results) {
        if (is_consequence(error.description)) continue;
        const Failure failure = locate(schema, skeleton, error);
        if (explained.count(failure.pointer) != 0 && is_combination(error.description)) continue;
        const Diagnostic d = explain(failure, document, file);
        if (!said.insert(d.field + '\n' + d.reason).second) continue;
        if (++count <= most_errors) report.error(d);
    }
    if (count > most_errors)
        report.error(complaint({file, "", ""}, fmt::format("{} more errors", count - most_errors), "",
                               "correct the ones above first"));
    if (!report.has_errors())
        report.error(complaint({file, "", ""}, "does not fit the schema of the format", "", see_page));
}

}  // namespace synfire::json
