// lava-golden-1: layers of Lava neurons driven by synapse processes. A synapse process hands on what it
// computed one step earlier, so every connection, the input's included, has a delay of one step plus its own.
#include "tests/golden/golden_case.hpp"
#include "tests/golden/json_values.hpp"
#include "tests/golden/lava_synapse.hpp"

namespace synfire::golden {
namespace {

// One number for all neurons or a tensor with one for each.
IntPerNeuron per_neuron(const json& neuron, const std::string& key, std::size_t size) {
    if (!neuron.contains(key)) return IntPerNeuron(size, 0);
    if (neuron.at(key).is_object()) return integers(neuron.at(key).at("data"), key, size);
    return IntPerNeuron(size, int32(neuron.at(key), key));
}

std::int32_t checked(std::int64_t value, const std::string& what) {
    return int32(json(value), what);
}

// Lava keeps bias mantissas in 16 bits, whatever it was given.
IntPerNeuron biases(const json& neuron, std::size_t size) {
    const IntPerNeuron mantissa = per_neuron(neuron, "bias_mant", size);
    const IntPerNeuron exponent = per_neuron(neuron, "bias_exp", size);
    IntPerNeuron result;
    for (std::size_t i = 0; i < size; ++i) {
        if (exponent[i] < -31 || exponent[i] > 31) throw std::runtime_error("bias_exp is not in -31..31");
        result.push_back(
            checked(rt::shift_floor(rt::wrap_twos_complement(mantissa[i], 16), exponent[i]), "bias"));
    }
    return result;
}

void set_reset(const json& neuron, const std::string& type, IntPopulation& population) {
    PeriodicReset& periodic = population.periodic_reset;
    population.reset = rt::Reset::to_value;
    if (type == "LIFReset") {
        periodic.interval =
            static_cast<int>(integer(neuron.at("reset_interval"), "reset_interval", 1, 1 << 30));
        const auto offset = integer(neuron.at("reset_offset"), "reset_offset", 0, 1 << 30);
        periodic.first = static_cast<int>((offset + periodic.interval - 1) % periodic.interval);
    } else if (type == "LIFRefractory" || type == "LIFRefractory*") {
        population.refractory_steps =
            static_cast<int>(integer(neuron.at("refractory_period"), "refractory_period", 0, 255));
    } else if (type == "LIFSoftReset" || type == "LIFSoftReset*") {
        population.reset = rt::Reset::subtract_at_once;
        population.reset_amount = population.threshold;
    } else if (type != "LIF") {
        throw Unsupported("the runtime has no " + type + " neuron");
    }
}

void add_layer(const json& layer, GoldenCase& result) {
    const json& neuron = layer.at("neuron");
    IntPopulation population;
    population.name = "layer" + std::to_string(result.network.populations.size());
    population.shape = shape(layer.at("shape"), "layer shape", max_neurons);
    const std::size_t size = *element_count(population.shape);
    const std::string type = neuron.at("type");
    if (type == "TernaryLIF" || type == "ATRLIF") throw Unsupported("the runtime has no " + type + " neuron");

    population.decay_u = per_neuron(neuron, "du", size);
    for (std::int32_t& d : population.decay_u) d = static_cast<std::int32_t>(integer(d, "du", -1, 4095)) + 1;
    population.decay_v = per_neuron(neuron, "dv", size);
    for (std::int32_t d : population.decay_v) integer(d, "dv", 0, 4096);
    population.threshold = per_neuron(neuron, "vth", size);
    for (std::int32_t& t : population.threshold) t = checked(std::int64_t{t} * 64, "vth");
    population.bias = biases(neuron, size);
    population.initial_v = per_neuron(neuron, "v0", size);
    population.initial_u = per_neuron(neuron, "u0", size);
    set_reset(neuron, type, population);
    result.network.populations.push_back(population);

    const json& expect = layer.at("expect");
    const std::size_t cells = result.expected.steps * size;
    PopulationTrace<std::int32_t> trace;
    trace.name = population.name;
    trace.neurons = size;
    for (std::int32_t s : integers(expect.at("s"), "s", cells))
        trace.s.push_back(static_cast<std::uint8_t>(integer(s, "s", 0, 1)));
    trace.u = integers(expect.at("u"), "u", cells);
    trace.v = integers(expect.at("v"), "v", cells);
    result.expected.populations.push_back(std::move(trace));
}

// A transposed flatten numbers its outputs channel first: c * Y * X + y * X + x, where the layer is [x, y,
// c].
std::vector<std::size_t> column_order(const json& input, const Shape& from) {
    if (!input.value("transpose_flatten", false) || from.size() != 3) return {};
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < from[2]; ++c)
        for (std::size_t y = 0; y < from[1]; ++y)
            for (std::size_t x = 0; x < from[0]; ++x) columns.push_back((x * from[1] + y) * from[2] + c);
    return columns;
}

void add_connections(const json& input, std::size_t target, GoldenCase& result) {
    IntNetwork& network = result.network;
    const auto from =
        integer(input.at("from"), "from", -1, static_cast<std::int64_t>(network.populations.size()) - 1);
    const bool external = from < 0;
    const Shape& source_shape =
        external ? network.inputs.at(0).shape : network.populations[static_cast<std::size_t>(from)].shape;
    const LavaSynapse synapse = lava_synapse(input.at("synapse"), network.populations[target].shape,
                                             source_shape, column_order(input, source_shape));
    for (const auto& [delay, weight] : synapse.by_delay) {
        IntConnection connection;
        connection.name = "connection" + std::to_string(network.connections.size());
        connection.source = external
                                ? Presynaptic{Presynaptic::Kind::input, synapse.graded ? std::size_t{1} : 0}
                                : Presynaptic{Presynaptic::Kind::population, static_cast<std::size_t>(from)};
        connection.target = target;
        connection.delay = delay + 1;
        connection.exponent = synapse.exponent;
        connection.outputs = neurons(network.populations[target]);
        connection.inputs = *element_count(source_shape);
        connection.weight = weight;
        network.connections.push_back(std::move(connection));
    }
}

// Input 0 is the spikes, where any value but zero counts as one; input 1 is the values themselves, which only
// graded synapses read.
void add_inputs(const json& file, GoldenCase& result) {
    const Shape input_shape = shape(file.at("input").at("shape"), "input shape", max_neurons);
    const std::size_t size = *element_count(input_shape);
    const auto values =
        integers(file.at("input").at("spikes").at("data"), "input spikes", result.expected.steps * size);
    result.network.inputs = {{"input", input_shape, SignalKind::spikes},
                             {"graded", input_shape, SignalKind::counts}};
    result.inputs.assign(2, Signal{result.expected.steps, size, {}});
    for (std::int32_t value : values) {
        result.inputs[0].values.push_back(value != 0 ? 1.0 : 0.0);
        result.inputs[1].values.push_back(value);
    }
}

}  // namespace

GoldenCase lava_case(const json& file) {
    GoldenCase result;
    result.network.name = file.value("name", "");
    result.network.profile = "lava";
    result.network.rules = rt::lava_rules;
    result.expected.steps = count(file.at("steps"), "steps", max_steps);
    add_inputs(file, result);
    for (const json& layer : file.at("layers")) add_layer(layer, result);
    for (std::size_t i = 0; i < result.network.populations.size(); ++i)
        for (const json& input : file.at("layers").at(i).at("inputs")) add_connections(input, i, result);
    return result;
}

}  // namespace synfire::golden
