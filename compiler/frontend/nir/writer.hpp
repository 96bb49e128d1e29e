// A NIR graph while it is put together: nodes with their fields, edges, names that are used once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/support/report.hpp"
#include "compiler/support/shape.hpp"

namespace synfire::nir {

struct WrittenField {
    Shape shape;  // [] for a scalar
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> values;
};

struct WrittenNode {
    std::string type;
    std::map<std::string, WrittenField> fields;
    std::map<std::string, WrittenField> metadata;
};

struct WrittenGraph {
    std::string file;  // of the model, for messages
    double dt = 0;     // s
    Report& report;
    std::map<std::string, WrittenNode> nodes{};
    std::vector<std::pair<std::string, std::string>> edges{};
    bool outgrows_package = false;  // correct, but the nir package computes other shapes for it

    // Adds the node under its name, or name.2 and so on where that is taken; returns the name.
    std::string add(const std::string& name, WrittenNode node);
    // add, and an edge from the node `from`.
    std::string chain(const std::string& from, const std::string& name, WrittenNode node);
    void connect(const std::string& from, const std::string& to) { edges.emplace_back(from, to); }

    void refuse(const std::string& node, const std::string& reason, const std::string& hint) const;
    void warn(const std::string& node, const std::string& reason, const std::string& hint) const;
};

WrittenField array(const Shape& shape, std::vector<double> values);
// The same value at every place of the shape.
WrittenField filled(const Shape& shape, double value);
WrittenField sizes(const std::vector<std::size_t>& values);
WrittenField integer(std::int64_t value);
WrittenField text(const std::string& value);

WrittenNode flatten(const Shape& shape);

}  // namespace synfire::nir
