// Two comparisons. Neurons: drives are set freely, so that every regime of a neuron is met, and one step of
// the graph is compared with one step of the neuron equation. Synapses: the graph computes its drives itself,
// and the current of every population is compared with the sum over the network's connections.
#include "compiler/frontend/onnx/numeric_check.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "compiler/frontend/onnx/operators.hpp"
#include "compiler/network/apply_stage.hpp"

namespace synfire::onnx {
namespace {

constexpr double tolerance = 1e-9;  // relative, of potentials and currents
constexpr double rounding =
    1e-12;  // relative distance to the threshold below which float64 may round either way
constexpr std::uint64_t neuron_points = 200;
constexpr std::uint64_t synapse_points = 8;
constexpr double max_work = 4e8;  // elementary operations; large networks are checked at fewer points

struct Checker {
    const Graph& graph;
    const Symbols& symbols;
    const std::vector<StatePair>& pairs;
    const std::vector<Neuron>& neurons;
    const Network& network;
};

// Uniform in [0, 1), a pure function of its arguments (SplitMix64).
double uniform(std::uint64_t point, int stream, std::size_t element) {
    std::uint64_t z = (point * 0x100000001B3u + static_cast<std::uint64_t>(stream)) * 0x9E3779B97F4A7C15u +
                      (element + 1) * 0xD1B54A32D192ED03u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

const Symbol& symbol(const Checker& c, Variable v) {
    return c.symbols.symbols[static_cast<std::size_t>(v)];
}

using Values = std::vector<TensorPtr>;

std::vector<double> values_of(const Checker& c, const Values& values, Variable v) {
    std::vector<double> result = values[static_cast<std::size_t>(symbol(c, v).value)]->values;
    if (symbol(c, v).negated)
        for (double& value : result) value = 1 - value;
    return result;
}

// The synaptic current of every neuron, with the size of its terms for the tolerance.
struct Currents {
    std::vector<double> sum;
    std::vector<double> size;
};

void add(Currents& currents, const std::vector<double>& part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
        currents.sum[i] += part[i];
        currents.size[i] += std::fabs(part[i]);
    }
}

std::vector<double> spread(const PerNeuron& values, std::size_t count) {
    std::vector<double> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i] = at(values, i);
    return all;
}

Currents graph_currents(const Checker& c, const Neuron& neuron, const Values& values) {
    const std::size_t count = symbol(c, neuron.state).count;
    Currents currents{std::vector<double>(count, 0.0), std::vector<double>(count, 0.0)};
    for (const NeuronSource& source : neuron.sources) {
        std::vector<double> part = values_of(c, values, source.variable);
        for (std::size_t i = 0; i < count; ++i) part[i] *= at(source.gain, i);
        add(currents, part);
    }
    return currents;
}

// What the synaptic filter keeps of the old current, and its state in the file.
void add_kept_current(const Checker& c, const Neuron& neuron, const Values& values, Currents& currents) {
    if (!neuron.current) return;
    std::vector<double> part = values_of(c, values, neuron.current->state);
    for (std::size_t i = 0; i < part.size(); ++i)
        part[i] *= at(neuron.population.alpha, i) * at(neuron.current->gain, i);
    add(currents, part);
    add(currents, spread(neuron.current->offset, part.size()));
}

double threshold_or_one(const Neuron& neuron, std::size_t i) {
    return neuron.population.spiking ? at(neuron.population.spiking->threshold, i) : 1.0;
}

bool above(const Spiking& spiking, double v, std::size_t i) {
    const double threshold = at(spiking.threshold, i);
    return spiking.compare == Compare::greater ? v > threshold : v >= threshold;
}

double spikes(const Spiking& spiking, double v, std::size_t i) {
    if (!above(spiking, v, i)) return 0;
    return std::clamp(std::floor(v / at(spiking.threshold, i)), 1.0, static_cast<double>(spiking.max_spikes));
}

// The old potential of neuron i at a point; every eighth point sits on the threshold.
double potential(const Neuron& neuron, std::uint64_t point, std::size_t i) {
    const double threshold = threshold_or_one(neuron, i);
    const double u = uniform(point, neuron.state, i);
    if (neuron.starts_below_threshold) return point % 8 == 1 ? 0 : threshold * (4 * u - 3.001);
    switch (point % 8) {
        case 0:
            return threshold;
        case 1:
            return 0;
        case 2:
            return threshold * (2 + 3 * u);
        case 3:
            return -threshold * 3 * u;
        default:
            return threshold * (4 * u - 2);
    }
}

// The old synaptic current, in the file's unit; none where potential() and drive() aim at the threshold.
double current(const Neuron& neuron, std::uint64_t point, std::size_t i) {
    if (point % 8 < 2) return 0;
    const double gain = std::fabs(at(neuron.current->gain, i));
    const double scale = threshold_or_one(neuron, i) / (gain != 0 ? gain : 1);
    return scale * (4 * uniform(point, neuron.current->state, i) - 2);
}

// A drive that brings neuron i from the potential 0 onto its threshold at points 1, 9, ...; random at others.
double drive(const Neuron& neuron, const NeuronSource& source, bool first, std::uint64_t point,
             std::size_t i) {
    const double threshold = threshold_or_one(neuron, i);
    const double gain = at(source.gain, i);
    const double scale = gain != 0 ? threshold / std::fabs(gain) : threshold;
    if (point % 8 == 0) return 0;
    if (point % 8 == 1) return first && gain != 0 ? (threshold - at(neuron.population.bias, i)) / gain : 0;
    return scale * (6 * uniform(point, source.variable, i) - 3);
}

Tensor filled(const Checker& c, int value) {
    return zeros(c.graph.values[static_cast<std::size_t>(value)].shape);
}

// States at a point. Spike states are what their neuron's potential says, as in every run from rest.
std::map<int, Tensor> states(const Checker& c, std::uint64_t point) {
    std::map<int, Tensor> given;
    for (const int input : c.graph.inputs) given.emplace(input, filled(c, input));
    for (const Neuron& neuron : c.neurons) {
        std::vector<double>& v = given.at(symbol(c, neuron.state).value).values;
        for (std::size_t i = 0; i < v.size(); ++i) v[i] = potential(neuron, point, i);
        if (neuron.current) {
            std::vector<double>& u = given.at(symbol(c, neuron.current->state).value).values;
            for (std::size_t i = 0; i < u.size(); ++i) u[i] = current(neuron, point, i);
        }
        for (const ScaledSpike& previous : neuron.previous) {
            const auto state = given.find(symbol(c, previous.variable).value);
            if (state == given.end() || !neuron.population.spiking) continue;
            for (std::size_t i = 0; i < v.size(); ++i)
                state->second.values[i] =
                    at(previous.factor, i) * spikes(*neuron.population.spiking, v[i], i);
        }
    }
    return given;
}

bool is_given_state(const Checker& c, Variable v) {
    return std::any_of(c.pairs.begin(), c.pairs.end(),
                       [v](const StatePair& pair) { return pair.state == v; });
}

std::map<int, Tensor> point_for_neurons(const Checker& c, std::uint64_t point) {
    std::map<int, Tensor> given = states(c, point);
    for (const Neuron& neuron : c.neurons)
        for (const NeuronSource& source : neuron.sources) {
            const Symbol& s = symbol(c, source.variable);
            if (s.kind == Symbol::Kind::step || s.kind == Symbol::Kind::count ||
                is_given_state(c, source.variable))
                continue;
            Tensor tensor = filled(c, s.value);
            const bool first = &source == &neuron.sources.front();
            for (std::size_t i = 0; i < tensor.values.size(); ++i)
                tensor.values[i] = drive(neuron, source, first, point, i);
            given.insert_or_assign(s.value, std::move(tensor));
        }
    return given;
}

std::map<int, Tensor> point_for_synapses(const Checker& c, std::uint64_t point) {
    std::map<int, Tensor> given = states(c, point + neuron_points);
    for (std::size_t i = 0; i < c.graph.inputs.size(); ++i) {
        const auto v = static_cast<Variable>(i);
        if (is_given_state(c, v)) continue;
        std::vector<double>& x = given.at(c.graph.inputs[i]).values;
        for (std::size_t k = 0; k < x.size(); ++k)
            x[k] = uniform(point, v, k) < 0.5 ? 0 : point % 2 == 0 ? 1 : -0.7;
    }
    return given;
}

// One step of the neuron equation of network.hpp, with the size of its terms for the tolerance.
struct Stepped {
    double v = 0;  // as it meets the threshold
    double size = 0;
    double spikes = 0;
    double carried = 0;  // as the file carries it to the next step
};

Stepped without_reset(const Population& p, double old, double current, double current_size, std::size_t i) {
    Stepped result;
    result.v = at(p.beta, i) * old + current + at(p.bias, i);
    result.size = std::fabs(at(p.beta, i) * old) + current_size + std::fabs(at(p.bias, i));
    return result;
}

void bound(const Population& p, std::size_t i, double& v) {
    if (!p.v_min.empty()) v = std::max(v, at(p.v_min, i));
}

// The file applies the reset of the step before as it reads the potential.
Stepped step_after_reset(const Neuron& neuron, double old, double current, double current_size,
                         std::size_t i) {
    const Population& p = neuron.population;
    const HardReset* hard = std::get_if<HardReset>(&p.spiking->reset);
    const SoftReset* soft = std::get_if<SoftReset>(&p.spiking->reset);
    const bool spiked = above(*p.spiking, old, i);
    const double v = hard != nullptr && spiked ? at(hard->value, i) : old;
    Stepped result = without_reset(p, v, current, current_size, i);
    if (soft != nullptr && soft->next_step && spiked) {
        result.v -= at(soft->amount, i);
        result.size += std::fabs(at(soft->amount, i));
    }
    if (spiked && p.spiking->refractory_steps > 0) result.v = v;
    bound(p, i, result.v);
    result.spikes = spikes(*p.spiking, result.v, i);
    result.carried = result.v;
    return result;
}

Stepped step(const Neuron& neuron, double old, double current, double current_size, std::size_t i) {
    if (neuron.recorded_before_reset) return step_after_reset(neuron, old, current, current_size, i);
    const Population& p = neuron.population;
    Stepped result = without_reset(p, old, current, current_size, i);
    const NoDelayReset* twice = p.spiking ? std::get_if<NoDelayReset>(&p.spiking->reset) : nullptr;
    const double before = twice != nullptr && above(*p.spiking, old, i) ? 1 : 0;
    if (twice != nullptr) result.v -= before * at(twice->amount, i);
    bound(p, i, result.v);
    result.carried = result.v;
    if (!p.spiking) return result;
    result.spikes = spikes(*p.spiking, result.v, i);
    const HardReset* hard = std::get_if<HardReset>(&p.spiking->reset);
    const SoftReset* soft = std::get_if<SoftReset>(&p.spiking->reset);
    if (hard != nullptr && result.spikes > 0) result.carried = at(hard->value, i);
    const double amount = twice != nullptr                      ? at(twice->amount, i)
                          : soft != nullptr && !soft->next_step ? at(soft->amount, i)
                                                                : 0;
    result.carried -= (result.spikes - before) * amount;
    result.size += (result.spikes + before) * std::fabs(amount);
    return result;
}

[[noreturn]] void refuse(const Checker& c, const Neuron& neuron, const std::string& what, std::size_t i) {
    Diagnostic problem = at_value(c.graph, symbol(c, neuron.state).value, "state");
    problem.reason = what + " of neuron " + std::to_string(i) +
                     " differs between the graph and the recognised neuron (" + neuron.form + ")";
    problem.expected = "the same spikes, and potentials that agree to 1e-9";
    problem.hint =
        "the neuron is of a form that is not read; use snnTorch Leaky, Synaptic or SpikingJelly IFNode, "
        "LIFNode";
    throw InputError(problem);
}

// The comparison that gives a spike, where the graph holds one; its operands are evaluated for margins().
const Node* comparison(const Checker& c, Variable spike) {
    const int value = symbol(c, spike).value;
    const int producer = value == absent ? absent : c.graph.values[static_cast<std::size_t>(value)].producer;
    if (producer == absent) return nullptr;
    const Node& node = c.graph.nodes[static_cast<std::size_t>(producer)];
    const bool compares =
        node.op == "Greater" || node.op == "GreaterOrEqual" || node.op == "Less" || node.op == "LessOrEqual";
    return compares && symbol(c, spike).kind == Symbol::Kind::step ? &node : nullptr;
}

// v - threshold as the graph itself computes it, 0 only where it is exact; empty where the graph does not.
std::vector<double> margins(const Checker& c, const Values& values, const Neuron& neuron) {
    if (neuron.spikes.empty()) return {};
    const Node* node = comparison(c, neuron.spikes.front());
    if (node == nullptr) return {};
    Node subtraction;
    subtraction.op = "Sub";
    return evaluate(subtraction, {values[static_cast<std::size_t>(node->inputs[0])].get(),
                                  values[static_cast<std::size_t>(node->inputs[1])].get()})
        .values;
}

// Where both are on the threshold, or both clear of it, spikes must be equal; in between rounding decides.
bool rounding_decides(double own_distance, double graph_distance, double noise) {
    return (own_distance != 0 || graph_distance != 0) && std::fabs(own_distance) <= noise;
}

void compare_neuron(const Checker& c, const Neuron& neuron, const Values& values) {
    const std::vector<double> old = values_of(c, values, neuron.state);
    const std::vector<double>& next = values[static_cast<std::size_t>(neuron.next)]->values;
    Currents currents = graph_currents(c, neuron, values);
    add_kept_current(c, neuron, values, currents);
    std::vector<std::vector<double>> fired;
    for (const Variable spike : neuron.spikes) fired.push_back(values_of(c, values, spike));
    const std::vector<double> margin = margins(c, values, neuron);
    for (std::size_t i = 0; i < old.size(); ++i) {
        if (neuron.current) {
            const double kept = at(neuron.current->gain, i) *
                                values[static_cast<std::size_t>(neuron.current->next)]->values[i];
            if (!(std::fabs(kept - currents.sum[i]) <= tolerance * currents.size[i]))
                refuse(c, neuron, "the next synaptic current", i);
        }
        const Stepped own = step(neuron, old[i], currents.sum[i], currents.size[i], i);
        if (neuron.population.spiking) {
            const double threshold = at(neuron.population.spiking->threshold, i);
            // To the nearest step of the staircase, where the neuron counts.
            const double stair = std::clamp(std::round(own.v / threshold), 1.0,
                                            static_cast<double>(neuron.population.spiking->max_spikes));
            const double distance = own.v - stair * threshold;
            if (rounding_decides(distance, margin.empty() ? distance : at(margin, i),
                                 rounding * (own.size + threshold)))
                continue;
            for (const std::vector<double>& spike : fired)
                if (spike[i] != own.spikes) refuse(c, neuron, "the spike", i);
        }
        if (!(std::fabs(next[i] - own.carried) <= tolerance * own.size))
            refuse(c, neuron, "the next potential", i);
    }
}

std::vector<double> presynaptic(const Checker& c, const Connection& connection, const Values& values) {
    if (connection.source.kind == Presynaptic::Kind::input) {
        std::size_t index = 0;
        for (std::size_t i = 0; i < c.graph.inputs.size(); ++i) {
            if (is_given_state(c, static_cast<Variable>(i))) continue;
            if (index++ == connection.source.index) return values_of(c, values, static_cast<Variable>(i));
        }
        SYNFIRE_BUG("a connection from an input that the graph lacks");
    }
    const Neuron& source = c.neurons[connection.source.index];
    if (connection.delay == 0) return values_of(c, values, source.spikes.front());
    std::vector<double> x = values_of(c, values, source.previous.front().variable);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] /= at(source.previous.front().factor, i);
    return x;
}

void compare_synapses(const Checker& c, std::size_t population, const Values& values) {
    const Neuron& neuron = c.neurons[population];
    Currents wanted = graph_currents(c, neuron, values);
    add(wanted, spread(neuron.population.bias, wanted.sum.size()));
    if (neuron.current) add(wanted, spread(neuron.current->offset, wanted.sum.size()));
    Currents own{std::vector<double>(wanted.sum.size(), 0.0), std::vector<double>(wanted.sum.size(), 0.0)};
    for (const Connection& connection : c.network.connections) {
        if (connection.target != population) continue;
        std::vector<double> x = presynaptic(c, connection, values);
        for (const Stage& stage : connection.stages) x = apply_stage(stage, x);
        add(own, x);
    }
    // The offset of a layer may have become a part of the neuron's bias.
    add(own, spread(c.network.populations[population].bias, own.sum.size()));
    for (std::size_t i = 0; i < wanted.sum.size(); ++i) {
        const double allowed = tolerance * (own.size[i] + wanted.size[i] + threshold_or_one(neuron, i));
        if (!(std::fabs(own.sum[i] - wanted.sum[i]) <= allowed)) refuse(c, neuron, "the synaptic current", i);
    }
}

// What both comparisons read of the graph.
std::vector<int> compared_values(const Checker& c) {
    std::vector<int> wanted;
    for (const Neuron& neuron : c.neurons) {
        wanted.push_back(neuron.next);
        if (neuron.current) wanted.push_back(neuron.current->next);
        std::vector<Variable> read = neuron.spikes;
        for (const NeuronSource& source : neuron.sources) read.push_back(source.variable);
        for (const ScaledSpike& previous : neuron.previous) read.push_back(previous.variable);
        for (const Variable v : read) wanted.push_back(symbol(c, v).value);
        if (neuron.spikes.empty()) continue;
        if (const Node* node = comparison(c, neuron.spikes.front()))
            wanted.insert(wanted.end(), node->inputs.begin(), node->inputs.end());
    }
    return wanted;
}

// Points that max_work allows, given the operations that one evaluation takes, within bounds.
std::uint64_t affordable(double work_per_point, std::uint64_t least, std::uint64_t most) {
    return std::clamp(static_cast<std::uint64_t>(max_work / (work_per_point + 1)), least, most);
}

}  // namespace

void check_numerically(const Graph& graph, const Symbols& symbols, const std::vector<StatePair>& pairs,
                       const std::vector<Neuron>& neurons, const Network& network) {
    const Checker c{graph, symbols, pairs, neurons, network};
    const std::vector<int> wanted = compared_values(c);
    double elements = 0;
    for (const Node& node : graph.nodes)
        elements += static_cast<double>(
            element_count(graph.values[static_cast<std::size_t>(node.outputs[0])].shape).value());
    const std::uint64_t points = affordable(4 * elements, 9, neuron_points);
    for (std::uint64_t point = 0; point < points; ++point) {
        const Values values = evaluate(graph, point_for_neurons(c, point), wanted);
        for (const Neuron& neuron : neurons) compare_neuron(c, neuron, values);
    }
    const std::uint64_t layers = affordable(2 * evaluation_work(graph), 1, synapse_points);
    for (std::uint64_t point = 0; point < layers; ++point) {
        const Values values = evaluate(graph, point_for_synapses(c, point), wanted);
        for (std::size_t i = 0; i < neurons.size(); ++i) compare_synapses(c, i, values);
    }
}

}  // namespace synfire::onnx
