// lava_network.json: the network in Lava's terms. A population becomes Lava's own LIFReset where that neuron
// computes the same, and the package's ExactLIF elsewhere; connections become Dense, or DelayDense where they
// wait.
#include "targets/loihi/script.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/support/npy.hpp"
#include "compiler/support/report.hpp"
#include "targets/loihi/embedded_files.hpp"
#include "targets/loihi/grid.hpp"
#include "targets/loihi/limits.hpp"
#include "targets/loihi/registers.hpp"

namespace synfire::loihi {
namespace {

using Json = nlohmann::ordered_json;

// v saturates below 2^23, so a threshold of 2^17 * 2^6 is never exceeded.
constexpr std::int32_t mantissa_never_reached = 1 << 17;

std::string_view name_of(rt::Reset reset) {
    switch (reset) {
        case rt::Reset::none:
            return "none";
        case rt::Reset::to_value:
            return "to_value";
        case rt::Reset::subtract_at_once:
            return "subtract_at_once";
        case rt::Reset::subtract_next_step:
            return "subtract_next_step";
        case rt::Reset::subtract_no_delay:
        case rt::Reset::to_zero_no_delay:
            break;  // refused by check()
    }
    SYNFIRE_BUG("unknown reset");
}

std::string_view name_of(SignMode mode) {
    switch (mode) {
        case SignMode::mixed:
            return "MIXED";
        case SignMode::excitatory:
            return "EXCITATORY";
        case SignMode::inhibitory:
            return "INHIBITORY";
    }
    SYNFIRE_BUG("unknown sign mode");
}

std::string_view name_of(SignalKind kind) {
    switch (kind) {
        case SignalKind::spikes:
            return "spikes";
        case SignalKind::counts:
            return "counts";
        case SignalKind::real:
            return "whole numbers";
    }
    SYNFIRE_BUG("unknown kind");
}

// One value or one per neuron, as in the IntNetwork.
Json json_of(const IntPerNeuron& values) {
    return values.size() == 1 ? Json(values[0]) : Json(values);
}

bool uniform(const IntPerNeuron& values) {
    return std::all_of(values.begin(), values.end(), [&](std::int32_t v) { return v == values[0]; });
}

bool all_zero(const IntPerNeuron& values) {
    return uniform(values) && values[0] == 0;
}

// Lava's neuron runs on between samples and is then set to zero, so spikes that are still under way when the
// next sample starts must not come from it.
bool feeds_delayed(const IntNetwork& n, std::size_t population) {
    return std::any_of(n.connections.begin(), n.connections.end(), [&](const IntConnection& c) {
        return c.delay > 0 && c.source == Presynaptic{Presynaptic::Kind::population, population};
    });
}

bool stock_neuron(const IntNetwork& n, std::size_t i) {
    const IntPopulation& p = n.populations[i];
    const bool reset_fits =
        !p.spiking || (p.reset == rt::Reset::to_value && all_zero(p.reset_amount) && p.refractory_steps == 0);
    return reset_fits && uniform(p.decay_u) && uniform(p.decay_v) && uniform(p.threshold) &&
           all_zero(p.initial_v) && !feeds_delayed(n, i) && (n.profile == "lava" || never_wraps(n, i));
}

void add_stock(Json& row, const IntPopulation& p) {
    row["process"] = "LIFReset";
    row["decay_u"] = p.decay_u[0];
    row["decay_v"] = p.decay_v[0];
    row["threshold_mantissa"] = p.spiking ? p.threshold[0] / (1 << state_shift) : mantissa_never_reached;
    IntPerNeuron mantissas, exponents;
    for (const std::int32_t b : p.bias) {
        const Bias registers = bias_registers(b).value();
        mantissas.push_back(registers.mantissa);
        exponents.push_back(registers.exponent);
    }
    row["bias_mantissa"] = json_of(mantissas);
    row["bias_exponent"] = json_of(exponents);
}

void add_exact(Json& row, const IntPopulation& p) {
    row["process"] = "ExactLIF";
    row["decay_u"] = json_of(p.decay_u);
    row["decay_v"] = json_of(p.decay_v);
    row["bias"] = json_of(p.bias);
    row["threshold"] = json_of(p.spiking ? p.threshold : IntPerNeuron{INT32_MAX});
    row["reset"] = name_of(p.spiking ? p.reset : rt::Reset::none);
    row["amount"] = json_of(p.reset_amount);
    row["refractory_steps"] = p.spiking ? p.refractory_steps : 0;
    row["initial_v"] = json_of(p.initial_v);
}

// Names of populations may hold anything; names of files hold letters, digits, '.', '_' and '-', each once.
std::string file_stem(const std::string& name, std::set<std::string>& taken) {
    std::string stem;
    for (const char c : name) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           c == '_' || c == '-' || (c == '.' && !stem.empty());
        stem += plain ? c : '_';
    }
    if (stem.empty()) stem = "_";
    std::string unique = stem;
    for (int i = 2; !taken.insert(unique).second; ++i) unique = fmt::format("{}_{}", stem, i);
    return unique;
}

Json inputs_json(const IntNetwork& network) {
    Json rows = Json::array();
    for (const Input& input : network.inputs)
        rows.push_back({{"name", input.name}, {"shape", input.shape}, {"kind", name_of(input.kind)}});
    return rows;
}

Json populations_json(const IntNetwork& network, const Schedule& schedule) {
    Json rows = Json::array();
    std::set<std::string> taken;
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        const IntPopulation& p = network.populations[i];
        Json row = {{"name", p.name},
                    {"shape", p.shape},
                    {"spiking", p.spiking},
                    {"file", file_stem(p.name, taken)},
                    {"shift", schedule.shift[i]}};
        if (stock_neuron(network, i))
            add_stock(row, p);
        else
            add_exact(row, p);
        rows.push_back(std::move(row));
    }
    return rows;
}

Json connection_json(const IntNetwork& network, const IntConnection& c, int lava_delay,
                     const std::string& file) {
    const bool from_input = c.source.kind == Presynaptic::Kind::input;
    return {{"name", c.name},
            {"source", {from_input ? "input" : "population", c.source.index}},
            {"target", c.target},
            {"weights", file},
            {"weight_exponent", c.exponent},
            {"sign_mode", name_of(sign_mode(c.weight).value_or(SignMode::mixed))},
            {"weight_bits", of_nine_bits(c.weight) ? 9 : 8},
            {"graded", from_input && network.inputs[c.source.index].kind != SignalKind::spikes},
            {"lava_delay", lava_delay}};
}

}  // namespace

Artifacts lava_script(const IntNetwork& network, const Schedule& schedule) {
    Artifacts files;
    for (const auto& [path, bytes] : embedded_files())
        files[std::string(path.substr(std::string_view("lava/").size()))] = bytes;
    Json connections = Json::array();
    int longest = 0;
    for (std::size_t i = 0; i < network.connections.size(); ++i) {
        const IntConnection& c = network.connections[i];
        const std::string file = fmt::format("lava/weights{}.npy", i);
        files[file] = to_npy({{c.outputs, c.inputs}, c.weight});
        connections.push_back(connection_json(network, c, schedule.delay[i], file));
        longest = std::max(longest, c.delay);
    }
    const Json document = {
        {"format", "synfire-lava-1"},           {"name", network.name},
        {"registers", network.profile},         {"longest_delay", longest},
        {"inputs", inputs_json(network)},       {"populations", populations_json(network, schedule)},
        {"connections", std::move(connections)}};
    files["lava_network.json"] = document.dump(1) + "\n";
    return files;
}

}  // namespace synfire::loihi
