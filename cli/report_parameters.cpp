#include "cli/report_parameters.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include <fmt/format.h>

#include "compiler/quantize/ledger.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"
#include "targets/places.hpp"

namespace synfire::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_rows = 1500;       // of the ledger
constexpr std::size_t most_of_a_group = 24;   // of one parameter of one node
constexpr std::size_t most_candidates = 500;  // of a search

// Indices of the rows to show: the largest errors of every group, in the order of the ledger.
std::vector<std::size_t> rows_to_show(const std::vector<LedgerRow>& rows) {
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> groups;
    for (std::size_t k = 0; k < rows.size(); ++k) groups[{rows[k].node, rows[k].parameter}].push_back(k);
    const std::size_t share =
        std::clamp<std::size_t>(most_rows / std::max<std::size_t>(groups.size(), 1), 1, most_of_a_group);
    std::vector<std::size_t> shown;
    for (auto& [name, members] : groups) {
        std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
            return rows[a].relative_error > rows[b].relative_error;
        });
        members.resize(std::min(members.size(), share));
        shown.insert(shown.end(), members.begin(), members.end());
    }
    std::sort(shown.begin(), shown.end());
    shown.resize(std::min(shown.size(), most_rows));
    return shown;
}

// The fewest bits of 2, 4, 8 and 16 that hold the weights once a common power of two is taken out.
int bits_of(const IntConnection& c) {
    int low = 0, high = 0, any = 0;
    for (const std::int16_t w : c.weight) {
        low = std::min(low, int{w});
        high = std::max(high, int{w});
        any |= w;
    }
    const int factor = any == 0 ? 1 : any & -any;
    for (const int bits : {2, 4, 8})
        if (low / factor >= -(1 << (bits - 1)) && high / factor < 1 << (bits - 1)) return bits;
    return 16;
}

// One value for all neurons stands in code; else 1, 2 or 4 bytes each.
std::size_t bytes_of(const IntPerNeuron& values) {
    if (values.size() <= 1) return 0;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (*low >= INT8_MIN && *high <= INT8_MAX) return values.size();
    return values.size() * (*low >= INT16_MIN && *high <= INT16_MAX ? 2 : 4);
}

// Texts, and lists such as the bits of every layer.
std::string short_text(const Json& value) {
    constexpr std::size_t most = 200;
    std::string text = value.is_string() ? value.get<std::string>()
                                         : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > most) text = text.substr(0, most) + "...";
    return text;
}

}  // namespace

Json ledger_json(const Network& network, const IntNetwork& integers, const std::string& target) {
    const std::vector<LedgerRow> rows = ledger(network, integers);
    Json json = {{"total", rows.size()}, {"summary", Json::array()}, {"rows", Json::array()}};
    for (const LedgerSummary& s : summarize(rows))
        json["summary"].push_back({{"node", s.node},
                                   {"parameter", s.parameter},
                                   {"count", s.count},
                                   {"largest", s.largest_relative_error},
                                   {"rms", s.rms_relative_error}});
    for (const std::size_t k : rows_to_show(rows)) {
        const LedgerRow& r = rows[k];
        json["rows"].push_back({r.node, r.parameter, r.index, r.value, r.integer, r.effective,
                                r.relative_error, place_of(target, integers, r)});
    }
    return json;
}

Json memory_json(const IntNetwork& integers) {
    Json layers = Json::array();
    for (std::size_t p = 0; p < integers.populations.size(); ++p) {
        const IntPopulation& q = integers.populations[p];
        std::size_t weights = 0, weight_bytes = 0;
        int bits = 0;
        for (const IntConnection& c : integers.connections) {
            if (c.target != p) continue;
            const int width = bits_of(c);
            bits = std::max(bits, width);
            weights += c.weight.size();
            weight_bytes += (c.weight.size() * static_cast<std::size_t>(width) + 7) / 8 +
                            4 * c.column.size() + 4 * c.first.size();
        }
        const std::size_t per_state = neurons(q) * sizeof(std::int32_t);
        layers.push_back(
            {{"name", q.name},
             {"weights", weights},
             {"weight_bits", bits},
             {"weight_bytes", weight_bytes},
             {"parameter_bytes", bytes_of(q.threshold) + bytes_of(q.bias) + bytes_of(q.bias_u) +
                                     bytes_of(q.reset_amount) + bytes_of(q.decay_u) + bytes_of(q.decay_v)},
             {"state_bytes", per_state * (unfiltered(q, integers.rules) ? 1 : 2)}});
    }
    return {{"layers", layers}};
}

Json tune_json(const std::string& path) {
    Diagnostic d;
    d.file = path;
    d.reason = "does not hold the result of a search";
    d.expected = "a JSON object with the lists \"front\" and \"candidates\"";
    d.hint = "write it with synfire tune --json FILE";
    const Json file = Json::parse(read_file(path), nullptr, false);
    if (!file.is_object()) throw InputError(d);
    Json json = Json::object();
    for (const char* list : {"front", "candidates"}) {
        if (!file.contains(list)) continue;
        if (!file[list].is_array()) throw InputError(d);
        json[list] = Json::array();
        for (const Json& candidate : file[list]) {
            if (json[list].size() == most_candidates) break;
            Json kept = Json::object();
            if (!candidate.is_object()) throw InputError(d);
            for (const auto& [key, value] : candidate.items())
                if (value.is_number() || value.is_boolean())
                    kept[key] = value;
                else if (!value.is_null())
                    kept[key] = short_text(value);
            json[list].push_back(std::move(kept));
        }
        if (json[list].size() < file[list].size())
            json["left_out"] = fmt::format("of more than {} candidates the first are shown", most_candidates);
    }
    if (json.empty()) throw InputError(d);
    return json;
}

}  // namespace synfire::cli
