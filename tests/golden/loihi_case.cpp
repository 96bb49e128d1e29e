// loihi-golden-1: groups of Loihi 1 compartments recorded with brian2_loihi. An input spike of step t acts in
// step t + delay, a group's spike in step t + 1 + delay.
#include <algorithm>
#include <map>

#include "tests/golden/golden_case.hpp"
#include "tests/golden/json_values.hpp"

namespace synfire::golden {
namespace {

struct Weights {
    int sign_mode, bits, exponent;
};

// The decoded weight in units of 64: the mantissa without its low bits, shifted per synapse, clamped. Mixed
// signs are two's complement (floor), one sign only is a magnitude (truncated towards zero).
std::int16_t decoded(std::int32_t mantissa, const Weights& format) {
    const std::int32_t step = 1 << (8 - (format.bits - (format.sign_mode == 1 ? 1 : 0)));
    std::int32_t remainder = mantissa % step;
    if (format.sign_mode == 1 && remainder < 0) remainder += step;
    const std::int64_t shifted = rt::shift_floor(mantissa - remainder, format.exponent);
    const std::int64_t limit = (1 << 15) - 1;
    return static_cast<std::int16_t>(std::clamp(shifted, -limit, limit));
}

void add_group(const json& group, const json& expected, GoldenCase& result) {
    IntPopulation population;
    population.name = group.at("id");
    population.shape = {count(group.at("n"), "n", max_neurons)};
    const std::size_t size = neurons(population);
    population.decay_u = {static_cast<std::int32_t>(integer(group.at("decay_u"), "decay_u", 0, 4096))};
    population.decay_v = {static_cast<std::int32_t>(integer(group.at("decay_v"), "decay_v", 0, 4096))};
    population.threshold = {
        static_cast<std::int32_t>(integer(group.at("vth_mant"), "vth_mant", 0, (1 << 17) - 1) * 64)};
    population.reset = rt::Reset::to_value;
    population.refractory_steps = static_cast<int>(integer(group.at("refractory"), "refractory", 1, 64)) - 1;

    const std::size_t steps = result.expected.steps;
    PopulationTrace<std::int32_t> trace;
    trace.name = population.name;
    trace.neurons = size;
    trace.s.assign(steps * size, 0);
    for (const json& spike : expected.at("spikes")) {
        const std::size_t t = count(spike.at(0), "spike time", steps - 1);
        trace.s[t * size + count(spike.at(1), "spike index", size - 1)] = 1;
    }
    for (const auto& [key, values] : {std::pair{"u", &trace.u}, std::pair{"v", &trace.v}}) {
        if (expected.at(key).size() != steps) throw std::runtime_error(std::string(key) + " lacks steps");
        for (const json& row : expected.at(key)) {
            const auto numbers = integers(row, key, size);
            values->insert(values->end(), numbers.begin(), numbers.end());
        }
    }
    result.network.populations.push_back(std::move(population));
    result.expected.populations.push_back(std::move(trace));
}

void add_input(const json& input, GoldenCase& result) {
    const std::size_t size = count(input.at("n"), "n", max_neurons), steps = result.expected.steps;
    Signal signal{steps, size, std::vector<double>(steps * size, 0.0)};
    for (const json& spike : input.at("spikes")) {
        const std::size_t t = count(spike.at(0), "spike time", steps - 1);
        signal.values[t * size + count(spike.at(1), "spike index", size - 1)] = 1;
    }
    result.network.inputs.push_back({input.at("id"), {size}, SignalKind::spikes});
    result.inputs.push_back(std::move(signal));
}

void fill_weights(const json& synapse, bool check_decoding, IntConnection& connection) {
    const std::size_t size = synapse.at("w").size();
    const auto from = integers(synapse.at("i"), "i", size), to = integers(synapse.at("j"), "j", size);
    const auto mantissa = integers(synapse.at("w"), "w", size),
               recorded = integers(synapse.at("w_act"), "w_act", size);
    const Weights format{static_cast<int>(integer(synapse.at("sign_mode"), "sign_mode", 1, 3)),
                         static_cast<int>(integer(synapse.at("num_weight_bits"), "num_weight_bits", 1, 8)),
                         static_cast<int>(integer(synapse.at("w_exp"), "w_exp", -8, 7))};
    connection.weight.assign(connection.outputs * connection.inputs, 0);
    for (std::size_t k = 0; k < size; ++k) {
        if (mantissa[k] < -256 || mantissa[k] > 255) throw std::runtime_error("w is not in -256..255");
        const std::size_t row = count(to[k], "j", connection.outputs - 1);
        const std::size_t column = count(from[k], "i", connection.inputs - 1);
        const std::int16_t weight = decoded(mantissa[k], format);
        if (check_decoding && weight * 64 != recorded[k])
            throw std::runtime_error("weight " + std::to_string(mantissa[k]) + " decodes to " +
                                     std::to_string(weight * 64) + ", expected " +
                                     std::to_string(recorded[k]));
        std::int16_t& cell = connection.weight[row * connection.inputs + column];
        cell = static_cast<std::int16_t>(integer(cell + weight, "summed weight", INT16_MIN, INT16_MAX));
    }
}

void add_synapses(const json& synapse, const std::map<std::string, Presynaptic>& nodes, GoldenCase& result) {
    IntNetwork& network = result.network;
    const Presynaptic target = nodes.at(synapse.at("dst"));
    if (target.kind != Presynaptic::Kind::population) throw std::runtime_error("dst is an input");
    IntConnection connection;
    connection.name = "connection" + std::to_string(network.connections.size());
    connection.source = nodes.at(synapse.at("src"));
    connection.target = target.index;
    connection.delay = static_cast<int>(integer(synapse.at("delay"), "delay", 0, 62)) +
                       (connection.source.kind == Presynaptic::Kind::population ? 1 : 0);
    connection.outputs = neurons(network.populations[target.index]);
    connection.inputs = width(network, connection.source);
    if (connection.outputs * connection.inputs > max_weights)
        throw std::runtime_error("the synapses are too many to be written as a matrix");
    fill_weights(synapse, result.ambiguous.empty(), connection);
    network.connections.push_back(std::move(connection));
}

}  // namespace

GoldenCase loihi_case(const json& file) {
    GoldenCase result;
    result.network.name = file.value("name", "");
    result.network.profile = "loihi";
    result.network.rules = rt::loihi_rules;
    result.expected.steps =
        static_cast<std::size_t>(integer(file.at("steps"), "steps", 1, static_cast<std::int64_t>(max_steps)));
    for (const json& reason : file.value("ambiguous", json::array()))
        result.ambiguous += (result.ambiguous.empty() ? "" : ", ") + reason.get<std::string>();

    std::map<std::string, Presynaptic> nodes;
    for (const json& input : file.at("inputs")) {
        nodes[input.at("id")] = {Presynaptic::Kind::input, result.inputs.size()};
        add_input(input, result);
    }
    for (const json& group : file.at("groups")) {
        nodes[group.at("id")] = {Presynaptic::Kind::population, result.network.populations.size()};
        add_group(group, file.at("expected").at(group.at("id").get<std::string>()), result);
    }
    for (const json& synapse : file.at("synapses")) add_synapses(synapse, nodes, result);
    return result;
}

}  // namespace synfire::golden
