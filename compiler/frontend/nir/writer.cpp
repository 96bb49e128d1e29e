// Slashes separate groups in HDF5, so names get underscores for them.
#include "compiler/frontend/nir/writer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace synfire::nir {

std::string WrittenGraph::add(const std::string& name, WrittenNode node) {
    std::string plain = name.substr(0, 128);
    std::replace(plain.begin(), plain.end(), '/', '_');
    if (plain.empty() || plain == ".") plain = "node";
    std::string unique = plain;
    for (int k = 2; nodes.count(unique) != 0; ++k) unique = fmt::format("{}.{}", plain, k);
    nodes.emplace(unique, std::move(node));
    return unique;
}

std::string WrittenGraph::chain(const std::string& from, const std::string& name, WrittenNode node) {
    const std::string added = add(name, std::move(node));
    connect(from, added);
    return added;
}

void WrittenGraph::refuse(const std::string& node, const std::string& reason, const std::string& hint) const {
    Diagnostic d;
    d.file = file;
    d.node = "'" + node + "'";
    d.reason = reason;
    d.hint = hint;
    report.error(d);
}

void WrittenGraph::warn(const std::string& node, const std::string& reason, const std::string& hint) const {
    Diagnostic d;
    d.file = file;
    d.node = node.empty() ? "" : "'" + node + "'";
    d.reason = reason;
    d.hint = hint;
    report.warning(d);
}

WrittenField array(const Shape& shape, std::vector<double> values) {
    return {shape, std::move(values)};
}

WrittenField filled(const Shape& shape, double value) {
    return {shape, std::vector<double>(element_count(shape).value_or(0), value)};
}

WrittenField sizes(const std::vector<std::size_t>& values) {
    return {{values.size()}, std::vector<std::int64_t>(values.begin(), values.end())};
}

WrittenField integer(std::int64_t value) {
    return {{}, std::vector<std::int64_t>{value}};
}

WrittenField text(const std::string& value) {
    return {{}, std::vector<std::string>{value}};
}

WrittenNode flatten(const Shape& shape) {
    return {
        "Flatten", {{"input_type", sizes(shape)}, {"start_dim", integer(0)}, {"end_dim", integer(-1)}}, {}};
}

}  // namespace synfire::nir
