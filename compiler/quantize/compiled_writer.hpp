// How the parts of a compiled directory write JSON and name arrays.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/quantize/compiled_names.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "compiler/support/report.hpp"

namespace synfire::compiled {

using Json = nlohmann::ordered_json;

template <class Value, std::size_t n>
std::string word(const compiled::Words<Value, n>& words, Value value) {
    for (const auto& [v, text] : words)
        if (v == value) return std::string(text);
    SYNFIRE_BUG("an enumerated value without a word");
}

// Writes into files; place is the prefix of array names, e.g. "float.population0".
struct Writer {
    Artifacts& files;
    std::string place;

    template <class Value>
    Json array(const std::vector<Value>& values, const Shape& shape, const std::string& field) const {
        const std::string name = "arrays/" + place + "." + field + ".npy";
        files[name] = to_npy(NpyArray{shape, values});
        return name;
    }

    template <class Value>
    Json values(const std::vector<Value>& v, const std::string& field) const {
        if (v.size() == 1) return v[0];
        return array(v, {v.size()}, field);
    }
};

}  // namespace synfire::compiled
