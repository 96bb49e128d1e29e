// The table of primitives (NIR, table 1 of Pedersen et al. 2024, and the fields that the nir package writes).
#include "compiler/frontend/nir/fields.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace synfire::nir {
namespace {

const std::vector<Primitive>& primitives() {
    const std::vector<std::string> window = {"weight", "stride", "padding", "dilation", "groups"};
    const std::vector<std::string> pool = {"kernel_size", "stride", "padding"};
    static const std::vector<Primitive> rows = {
        {"Input", Role::input, {"shape"}, {}},
        {"Output", Role::output, {"shape"}, {}},
        {"Affine", Role::linear, {"weight", "bias"}, {}},
        {"Linear", Role::linear, {"weight"}, {}},
        {"Scale", Role::linear, {"scale"}, {}},
        {"Conv1d", Role::linear, window, {"input_shape", "bias"}},
        {"Conv2d", Role::linear, window, {"input_shape", "bias"}},
        {"SumPool2d", Role::linear, pool, {}},
        {"AvgPool2d", Role::linear, pool, {}},
        {"Flatten", Role::linear, {}, {"input_type", "start_dim", "end_dim"}},
        {"Delay", Role::linear, {"delay"}, {}},
        {"Threshold", Role::neuron, {"threshold"}, {}},
        {"I", Role::neuron, {"r"}, {}},
        {"IF", Role::neuron, {"r", "v_threshold"}, {"v_reset"}},
        {"LI", Role::neuron, {"tau", "r", "v_leak"}, {}},
        {"LIF", Role::neuron, {"tau", "r", "v_leak", "v_threshold"}, {"v_reset"}},
        {"CubaLI", Role::neuron, {"tau_syn", "tau_mem", "r", "v_leak"}, {"w_in"}},
        {"CubaLIF", Role::neuron, {"tau_syn", "tau_mem", "r", "v_leak", "v_threshold"}, {"w_in", "v_reset"}},
    };
    return rows;
}

void check_data(const Graph& graph, const Node& node, const std::string& field, Report& report) {
    const auto found = node.fields->data.find(field);
    if (found == node.fields->data.end()) return;
    const Data& data = found->second;
    if (field == "padding" && data.kind == Data::Kind::strings) return;  // "same" or "valid"
    if (data.kind != Data::Kind::numbers || data.numbers.empty()) {
        report.error(about(graph, node, field, "holds no numbers", "an array of float32, float64 or integers",
                           "write the file with the nir package"));
        return;
    }
    for (std::size_t i = 0; i < data.numbers.size(); ++i) {
        if (std::isfinite(data.numbers[i])) continue;
        report.error(about(graph, node, field,
                           fmt::format("value {} at index {} is not finite", data.numbers[i], i),
                           "finite numbers", "did the training diverge before the export?"));
        return;
    }
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

const Primitive* find_primitive(const std::string& type) {
    for (const Primitive& primitive : primitives())
        if (primitive.type == type) return &primitive;
    return nullptr;
}

std::vector<std::string> primitive_types() {
    std::vector<std::string> types;
    for (const Primitive& primitive : primitives()) types.push_back(primitive.type);
    types.emplace_back("NIRGraph");
    return types;
}

void check_fields(const Graph& graph, const Node& node, const Primitive& primitive, Report& report) {
    std::vector<std::string> known = primitive.required;
    known.insert(known.end(), primitive.optional.begin(), primitive.optional.end());
    const auto has = [](const std::vector<std::string>& list, const std::string& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (const std::string& field : primitive.required)
        if (node.fields->data.count(field) == 0)
            report.error(about(graph, node, field, "is missing", "",
                               "is the file complete? write it with the nir package"));
    for (const auto& [field, data] : node.fields->data)
        if (field != "type" && !has(known, field))
            report.warning(about(graph, node, field,
                                 fmt::format("is not a field of {}; it changes nothing", node.type), "",
                                 nearest(field, known, "leave it out, or move it to metadata")));
    for (const std::string& field : known) check_data(graph, node, field, report);
}

std::string nearest(const std::string& word, const std::vector<std::string>& known,
                    const std::string& otherwise) {
    std::string best;
    std::size_t distance = 3;
    for (const std::string& candidate : known) {
        const std::size_t d = edit_distance(word.substr(0, 64), candidate.substr(0, 64));
        if (d < distance && d < candidate.size()) {
            distance = d;
            best = candidate;
        }
    }
    return best.empty() ? otherwise : fmt::format("did you mean '{}'?", best);
}

}  // namespace synfire::nir
