// Reads both networks side by side and says what each integer means; knows nothing about how it was chosen.
#include "compiler/quantize/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/network/per_neuron.hpp"
#include "compiler/quantize/fold.hpp"
#include "compiler/support/report.hpp"

namespace synfire {
namespace {

// Steps that a decay is followed; slower ones go on without truncation.
constexpr int longest_walk = 10000;

double relative_error(double value, double effective) {
    const double error = std::abs(effective - value);
    return value == 0 ? error : error / std::abs(value);
}

LedgerRow row(const std::string& node, const std::string& parameter, std::size_t index, double value,
              std::int64_t integer, double effective) {
    return {node, parameter, index, value, integer, effective, relative_error(value, effective), 0, ""};
}

double scale_of(const IntPopulation& p, std::size_t neuron) {
    return at(p.scale, neuron);
}

// Rows of one parameter of a population: one where a single value serves all neurons, else one per neuron.
void add_rows(std::vector<LedgerRow>& rows, const IntPopulation& p, const std::string& parameter,
              const PerNeuron& values, const IntPerNeuron& integers,
              const std::function<double(std::int64_t, std::size_t)>& effective, bool scaled) {
    const std::size_t n =
        std::max({values.size(), integers.size(), scaled ? p.scale.size() : std::size_t{1}});
    for (std::size_t j = 0; j < n; ++j)
        rows.push_back(
            row(p.name, parameter, j, at(values, j), at(integers, j), effective(at(integers, j), j)));
}

void add_spiking(std::vector<LedgerRow>& rows, const Spiking& spiking, const IntPopulation& p) {
    // "v > T" in whole numbers is "v >= T + 1".
    const int step = spiking.compare == Compare::greater ? 0 : 1;
    add_rows(
        rows, p, "threshold", spiking.threshold, p.threshold,
        [&](std::int64_t x, std::size_t j) { return static_cast<double>(x + step) / scale_of(p, j); }, true);
    const PerNeuron* amount = nullptr;
    if (const auto* hard = std::get_if<HardReset>(&spiking.reset)) amount = &hard->value;
    if (const auto* soft = std::get_if<SoftReset>(&spiking.reset)) amount = &soft->amount;
    if (const auto* no_delay = std::get_if<NoDelayReset>(&spiking.reset)) amount = &no_delay->amount;
    if (amount != nullptr)
        add_rows(
            rows, p, "reset", *amount, p.reset_amount,
            [&](std::int64_t x, std::size_t j) { return static_cast<double>(x) / scale_of(p, j); }, true);
}

// The time constants of one decay: rows where the float one has any, one value or one per neuron.
void add_time_constants(std::vector<LedgerRow>& rows, const IntPopulation& p, const std::string& decay,
                        const PerNeuron& values, const IntPerNeuron& integers, int decay_bits, double dt) {
    const std::string name = "time constant of " + decay;
    const double whole = std::exp2(decay_bits);
    const std::size_t distinct = std::max(values.size(), integers.size());
    const bool own_units = p.scale.size() > 1 || p.threshold.size() > 1;
    for (std::size_t j = 0; j < (own_units ? neurons(p) : distinct); ++j) {
        const double value = at(values, j), kept = 1 - at(integers, j) / whole;
        if (!(value > 0 && value < 1 && kept > 0 && kept < 1)) continue;
        const double steps = -1 / std::log(value), effective = -1 / std::log(kept);
        if (j < distinct) {
            rows.push_back(row(p.name, name, j, steps, at(integers, j), effective));
            if (dt > 0)
                rows.push_back(row(p.name, name + " (s)", j, steps * dt, at(integers, j), effective * dt));
        }
        // A readout has no threshold: one unit of potential.
        const double units = p.spiking ? at(p.threshold, j) + 1.0 : std::min(scale_of(p, j), 0x1p30);
        if (units >= 1)
            rows.push_back(
                row(p.name, name + " with truncation", j, steps, at(integers, j),
                    truncated_time_constant(at(integers, j), decay_bits,
                                            static_cast<std::int32_t>(std::min(units, 0x1p31 - 1)))));
    }
}

void add_population(std::vector<LedgerRow>& rows, const Network& network, const std::vector<Folded>& folded,
                    std::size_t index, const IntNetwork& integers) {
    const Population& p = network.populations[index];
    const IntPopulation& q = integers.populations[index];
    const double whole = std::exp2(integers.rules.decay_bits);
    const auto kept = [&](std::int64_t d, std::size_t) { return 1 - static_cast<double>(d) / whole; };
    const auto scaled = [&](std::int64_t x, std::size_t j) {
        return static_cast<double>(x) / scale_of(q, j);
    };
    add_rows(rows, q, "alpha", p.alpha, q.decay_u, kept, false);
    add_rows(rows, q, "beta", p.beta, q.decay_v, kept, false);
    const Biases bias = total_biases(network, folded, index);
    add_rows(rows, q, "bias", bias.v, q.bias, scaled, true);
    if (!all_equal(bias.u, 0)) add_rows(rows, q, "current bias", bias.u, q.bias_u, scaled, true);
    add_rows(rows, q, "initial_v", p.initial_v, q.initial_v, scaled, true);
    if (!all_equal(p.initial_i, 0)) add_rows(rows, q, "initial_i", p.initial_i, q.initial_u, scaled, true);
    if (!p.v_min.empty()) add_rows(rows, q, "v_min", p.v_min, q.v_min, scaled, true);
    if (p.spiking) add_spiking(rows, *p.spiking, q);
    add_time_constants(rows, q, "alpha", p.alpha, q.decay_u, integers.rules.decay_bits, network.dt);
    add_time_constants(rows, q, "beta", p.beta, q.decay_v, integers.rules.decay_bits, network.dt);
}

void add_weights(std::vector<LedgerRow>& rows, const Folded& folded, const IntConnection& c,
                 const IntNetwork& integers) {
    const Matrix& matrix = folded.matrix;
    const IntPopulation& target = integers.populations[c.target];
    if (c.weight.size() != matrix.weight.size())
        SYNFIRE_BUG("the networks of a ledger differ in '" + c.name + "'");
    const double unit = std::exp2(c.exponent + integers.rules.accumulator_shift);
    for (std::size_t o = 0; o < matrix.outputs; ++o) {
        const double scale = scale_of(target, neuron_of_row(folded, o, neurons(target)));
        for (std::size_t k = matrix.begin(o); k < matrix.end(o); ++k)
            rows.push_back(
                row(c.name, "weight", k, matrix.weight[k], c.weight[k], c.weight[k] * unit / scale));
    }
}

// Adds a row to the summary of its node and parameter; rows of one parameter stand together.
void add_error(std::vector<LedgerSummary>& all, const std::string& node, const std::string& parameter,
               double error) {
    auto entry = std::find_if(all.rbegin(), all.rend(), [&](const LedgerSummary& s) {
        return s.node == node && s.parameter == parameter;
    });
    if (entry == all.rend()) {
        all.push_back({node, parameter, 0, 0, 0});
        entry = all.rbegin();
    }
    ++entry->count;
    entry->largest_relative_error = std::max(entry->largest_relative_error, error);
    entry->rms_relative_error += error * error;  // the sum, until all rows are in
}

// A name as a CSV field.
std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

}  // namespace

std::vector<LedgerRow> ledger(const Network& network, const IntNetwork& integers) {
    if (network.populations.size() != integers.populations.size() ||
        network.connections.size() != integers.connections.size())
        SYNFIRE_BUG("the networks of a ledger differ in size");
    std::vector<Folded> folded;
    for (const Connection& c : network.connections) folded.push_back(fold(network, c));
    std::vector<LedgerRow> rows;
    const auto name_item = [&rows](std::size_t first, std::size_t item) {
        for (std::size_t k = first; k < rows.size(); ++k) rows[k].item = item;
    };
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const std::size_t first = rows.size();
        add_population(rows, network, folded, p, integers);
        name_item(first, p);
    }
    for (std::size_t c = 0; c < folded.size(); ++c) {
        const std::size_t first = rows.size();
        add_weights(rows, folded[c], integers.connections[c], integers);
        name_item(first, c);
    }
    return rows;
}

std::vector<LedgerSummary> summarize(const std::vector<LedgerRow>& rows) {
    std::vector<LedgerSummary> all;
    for (const LedgerRow& r : rows) add_error(all, r.node, r.parameter, r.relative_error);
    for (LedgerSummary& s : all)
        s.rms_relative_error = std::sqrt(s.rms_relative_error / static_cast<double>(s.count));
    return all;
}

double truncated_time_constant(std::int32_t decay, int decay_bits, std::int32_t units) {
    const double goal = units / std::exp(1.0), kept = 1 - decay / std::exp2(decay_bits);
    std::int32_t x = units;
    for (int step = 0; step < longest_walk; ++step) {
        const std::int32_t next = rt::decay_toward_zero(x, decay, decay_bits);
        if (next <= goal)
            return step + (next > 0 ? std::log(x / goal) / std::log(static_cast<double>(x) / next) : 1.0);
        x = next;
    }
    return longest_walk + std::log(x / goal) / -std::log(kept);  // a rest whose truncation is not followed
}

std::string to_csv(const std::vector<LedgerRow>& rows) {
    std::string csv = "node,parameter,index,value,integer,place,effective,relative_error\n";
    for (const LedgerRow& r : rows)
        csv += fmt::format("{},{},{},{},{},{},{},{}\n", quoted(r.node), r.parameter, r.index, r.value,
                           r.integer, quoted(r.place), r.effective, r.relative_error);
    return csv;
}

std::string to_json_text(const std::vector<LedgerRow>& rows) {
    std::string text = "[";
    for (const LedgerRow& r : rows) {
        const nlohmann::ordered_json row = {{"node", r.node},           {"parameter", r.parameter},
                                            {"index", r.index},         {"value", r.value},
                                            {"integer", r.integer},     {"place", r.place},
                                            {"effective", r.effective}, {"relative_error", r.relative_error}};
        text += (&r == rows.data() ? "\n" : ",\n") +
                row.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    }
    return text + "\n]\n";
}

}  // namespace synfire
