// A value of network.json that names itself when it is wrong.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/quantize/compiled_names.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "compiler/support/report.hpp"

namespace synfire::compiled {

using Json = nlohmann::ordered_json;

// A value of the file with its place, e.g. "integers.populations[1].threshold".
struct Field {
    const Json& json;
    const std::filesystem::path& folder;
    std::string place;

    [[noreturn]] void fail(const std::string& reason, const std::string& expected) const {
        Diagnostic d;
        d.file = (folder / "network.json").string();
        d.field = place;
        d.reason = reason;
        d.expected = expected;
        d.hint = "was the file edited? compile the model again";
        throw InputError(d);
    }

    Field inner(const Json& value, const std::string& key) const {
        return {value, folder, place.empty() ? key : place + "." + key};
    }

    bool has(const std::string& key) const { return json.is_object() && json.contains(key); }

    Field operator[](const std::string& key) const {
        if (!json.is_object()) fail("is not an object", "an object");
        const auto found = json.find(key);
        if (found == json.end()) inner(json, key).fail("is missing", "every field of the format");
        return inner(*found, key);
    }

    // Names a key that the format does not have.
    void only(std::initializer_list<std::string_view> keys) const {
        if (!json.is_object()) fail("is not an object", "an object");
        for (const auto& [key, value] : json.items())
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                inner(value, key)
                    .fail("is not a field of this format", fmt::format("{}", fmt::join(keys, ", ")));
    }

    std::vector<Field> list() const {
        if (!json.is_array()) fail("is not a list", "a list");
        std::vector<Field> all;
        for (std::size_t i = 0; i < json.size(); ++i)
            all.push_back({json[i], folder, fmt::format("{}[{}]", place, i)});
        return all;
    }

    std::string text() const {
        if (!json.is_string()) fail("is not text", "text");
        return json.get<std::string>();
    }

    bool yes_or_no() const {
        if (!json.is_boolean()) fail("is neither true nor false", "true or false");
        return json.get<bool>();
    }

    std::int64_t whole(std::int64_t low, std::int64_t high) const {
        const std::string expected = fmt::format("a whole number, {}..{}", low, high);
        if (!json.is_number_integer()) fail("is not a whole number", expected);
        const bool large = json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX;
        if (large || json.get<std::int64_t>() < low || json.get<std::int64_t>() > high)
            fail("value " + json.dump() + " is out of range", expected);
        return json.get<std::int64_t>();
    }

    int small(int low, int high) const { return static_cast<int>(whole(low, high)); }
    std::size_t size() const { return static_cast<std::size_t>(whole(0, max_elements)); }

    std::uint64_t natural() const {
        if (!json.is_number_unsigned()) fail("is not a whole number >= 0", "0..2^64 - 1");
        return json.get<std::uint64_t>();
    }

    double real() const {
        if (!json.is_number()) fail("is not a number", "a number");
        return json.get<double>();
    }

    template <class Value, std::size_t n>
    Value one_of(const Words<Value, n>& words) const {
        const std::string word = text();
        std::string all;
        for (const auto& [value, name] : words) {
            if (name == word) return value;
            all += (all.empty() ? "" : ", ") + std::string(name);
        }
        fail("'" + word + "' is unknown", all);
    }

    Shape shape() const {
        Shape shape;
        for (const Field& extent : list()) shape.push_back(extent.size());
        if (!element_count(shape)) fail("is too large", fmt::format("at most {} elements", max_elements));
        return shape;
    }

    // The values of the array file that this field names.
    template <class Value>
    std::vector<Value> array(const Shape& shape) const {
        const std::string name = text();
        NpyArray read = parse_npy(read_file(path_inside(folder, name).string()), name);
        auto* values = std::get_if<std::vector<Value>>(&read.values);
        if (values == nullptr)
            fail("'" + name + "' has another type of numbers",
                 fmt::format("{} of {} bits", std::is_integral_v<Value> ? "integers" : "floating point",
                             8 * sizeof(Value)));
        if (read.shape != shape)
            fail(fmt::format("'{}' has shape {}", name, to_string(read.shape)), to_string(shape));
        return std::move(*values);
    }
};

}  // namespace synfire::compiled
