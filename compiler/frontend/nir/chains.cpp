// Each node of a path becomes one stage; neighbouring stages are merged at the end.
#include "compiler/frontend/nir/chains.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "compiler/frontend/nir/image.hpp"
#include "compiler/frontend/nir/merge_stages.hpp"

namespace synfire::nir {
namespace {

constexpr std::size_t most_values = std::size_t{1} << 28;  // of all connections: 2 GiB
constexpr std::size_t few_values = std::size_t{1} << 22;   // that any file may ask for
constexpr std::size_t most_copies = 64;                    // of a file's values, one for each path and delay

// [outputs, inputs] blocks along the diagonal, one for each place of the leading axes.
Sparse blocks(const std::vector<double>& weight, std::size_t count, std::size_t outputs, std::size_t inputs) {
    Sparse s{count * outputs, count * inputs, {0}, {}, weight, {}};
    for (std::size_t b = 0; b < count; ++b)
        for (std::size_t o = 0; o < outputs; ++o) {
            for (std::size_t i = 0; i < inputs; ++i) s.column.push_back(b * inputs + i);
            s.first.push_back(s.column.size());
        }
    return s;
}

// One value for all, one per last axis, or one each.
std::vector<double> spread(const std::vector<double>& values, std::size_t count) {
    std::vector<double> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i] = values[i % values.size()];
    return all;
}

std::size_t size_of(const Stage& stage) {
    if (const auto* map = std::get_if<IndexMap>(&stage)) return map->source.size();
    if (const auto* sparse = std::get_if<Sparse>(&stage)) return 2 * sparse->weight.size();
    return stored_weights(stage);
}

bool has_bias(const Stage& stage) {
    const auto any = [](const std::vector<double>& bias) {
        return std::any_of(bias.begin(), bias.end(), [](double b) { return b != 0; });
    };
    if (const auto* dense = std::get_if<Dense>(&stage)) return any(dense->bias);
    if (const auto* sparse = std::get_if<Sparse>(&stage)) return any(sparse->bias);
    if (const auto* c = std::get_if<Convolution>(&stage)) return any(c->bias);
    const auto* scale = std::get_if<Scale>(&stage);
    return scale != nullptr && any(scale->offset);
}

Shape with_height(Shape shape, std::size_t axes) {
    if (axes == 1) shape.insert(shape.begin() + 1, 1);
    return shape;
}

}  // namespace

std::size_t ChainBuilder::budget(const Graph& graph) {
    std::size_t held = 0;
    for (const Node& node : graph.nodes)
        for (const auto& [field, data] : node.fields->data) held += data.numbers.size();
    return std::min(most_values, few_values + most_copies * held);
}

void ChainBuilder::refuse(std::size_t n, const char* field, const std::string& reason,
                          const std::string& expected, const std::string& hint) const {
    throw InputError(about(graph_, graph_.nodes[n], field, reason, expected, hint));
}

void ChainBuilder::add(Chain& chain, std::size_t n, Stage stage) {
    const std::size_t size = size_of(stage);
    if (size > budget_)
        refuse(n, "", "makes the network's weights too many to hold",
               fmt::format("{} copies of the file's values", most_copies),
               "fewer paths between the same nodes, or fewer different delays");
    budget_ -= size;
    chain.stages.push_back(std::move(stage));
}

void ChainBuilder::add_matrix(Chain& chain, const Path::Step& step) {
    const Node& node = graph_.nodes[step.node];
    const Data& weight = *data_of(node, "weight");
    const std::size_t inputs = weight.shape.back(), outputs = weight.shape[weight.shape.size() - 2];
    const std::size_t count = weight.numbers.size() / (outputs * inputs);
    const Data* bias = data_of(node, "bias");
    std::vector<double> offsets;
    if (bias != nullptr && step.bias && chain.carries_bias) offsets = spread(bias->numbers, count * outputs);
    chain.name = node.name;
    if (count == 1) return add(chain, step.node, Dense{outputs, inputs, weight.numbers, std::move(offsets)});
    Sparse sparse = blocks(weight.numbers, count, outputs, inputs);
    sparse.bias = std::move(offsets);
    add(chain, step.node, std::move(sparse));
}

void ChainBuilder::add_convolution(Chain& chain, const Path::Step& step) {
    const Node& node = graph_.nodes[step.node];
    Convolution c;
    c.input = with_height(shapes_[step.node].arriving, axes_of(node));
    c.filters = data_of(node, "weight")->shape[0];
    c.groups = groups_of(node);
    c.window = *window_of(graph_, node, report_);
    c.weight = data_of(node, "weight")->numbers;
    const Data* bias = data_of(node, "bias");
    if (bias != nullptr && step.bias && chain.carries_bias) c.bias = spread(bias->numbers, c.filters);
    chain.name = node.name;
    add(chain, step.node, std::move(c));
}

void ChainBuilder::add_pool(Chain& chain, std::size_t n) {
    const Node& node = graph_.nodes[n];
    const Pool::Kind kind = node.type == "SumPool2d" ? Pool::Kind::sum : Pool::Kind::average;
    if (chain.name.empty()) chain.name = node.name;
    add(chain, n, Pool{kind, shapes_[n].arriving, *window_of(graph_, node, report_), true});
}

void ChainBuilder::add_scale(Chain& chain, std::size_t n) {
    const std::vector<double>& factor = data_of(graph_.nodes[n], "scale")->numbers;
    report_.note(
        about(graph_, graph_.nodes[n], "scale", "folded into the weights: " + shown(factor), "", ""));
    add(chain, n, Scale{factor, {}});
}

// A neuron without spikes whose filter the target takes over: its gain and its leak remain.
void ChainBuilder::add_neuron(Chain& chain, const Path::Step& step) {
    const FoldedNeuron& folded = folded_.at(step.node);
    Scale scale{folded.gain, {}};
    if (step.bias && chain.carries_bias && !all_equal(folded.population.bias, 0))
        scale.offset = folded.population.bias;
    add(chain, step.node, std::move(scale));
}

std::vector<int> ChainBuilder::steps_of_delay(std::size_t n) const {
    std::vector<int> steps;
    bool rounded = false;
    const std::vector<double>& delay = data_of(graph_.nodes[n], "delay")->numbers;
    for (std::size_t i = 0; i < delay.size(); ++i) {
        const double exact = delay[i] / dt_, whole = std::nearbyint(exact);
        if (!(exact > -0.5 && whole <= max_delay))
            refuse(n, "delay",
                   fmt::format("value {} s at index {} is {} steps of dt = {} s", delay[i], i, whole, dt_),
                   fmt::format("0..{} steps", max_delay), "check the unit (s), or give another --dt");
        if (std::abs(exact - whole) > 1e-3 && !rounded) {
            rounded = true;
            report_.warning(about(graph_, graph_.nodes[n], "delay",
                                  fmt::format("value {} s at index {} is {} steps of dt = {} s; {} are taken",
                                              delay[i], i, exact, dt_, whole),
                                  "a whole number of steps", "give a --dt that divides the delay"));
        }
        steps.push_back(static_cast<int>(std::abs(whole)));
    }
    return steps;
}

// One chain per different delay, each with the values that are delayed by it.
std::vector<Chain> ChainBuilder::delayed(std::vector<Chain> chains, std::size_t n) {
    const std::vector<int> steps = steps_of_delay(n);
    const std::set<int> different(steps.begin(), steps.end());
    for (const Chain& chain : chains)
        if (std::any_of(chain.stages.begin(), chain.stages.end(), has_bias) && *different.rbegin() > 0)
            report_.warning(about(graph_, graph_.nodes[n], "",
                                  "delays spikes only: the bias in front of it acts from the first step", "",
                                  "put the Delay before the node with the bias"));
    report_.note(about(graph_, graph_.nodes[n], "delay",
                       different.size() == 1
                           ? fmt::format("folded into the connection: {} steps", *different.begin())
                           : fmt::format("folded into {} connections: {} to {} steps", different.size(),
                                         *different.begin(), *different.rbegin()),
                       "", ""));
    std::vector<Chain> out;
    for (const Chain& chain : chains)
        for (const int delay : different) {
            Chain part = chain;
            part.delay += delay;
            if (part.delay > max_delay)
                refuse(n, "", fmt::format("with the delays before it, {} steps are reached", part.delay),
                       fmt::format("0..{} steps", max_delay), "give a larger --dt");
            part.carries_bias = chain.carries_bias && delay == *different.begin();
            if (different.size() > 1) {
                IndexMap map{steps.size(), {}};
                for (std::size_t i = 0; i < steps.size(); ++i)
                    map.source.push_back(steps[i] == delay ? i : IndexMap::nothing);
                std::size_t copied = 0;
                for (const Stage& stage : part.stages) copied += size_of(stage);
                budget_ -= std::min(copied, budget_);
                add(part, n, std::move(map));
                part.stages = merge_stages(std::move(part.stages));
            }
            out.push_back(std::move(part));
        }
    return out;
}

std::vector<Chain> ChainBuilder::chains_of(const Path& path, std::size_t target, const PerNeuron& gain) {
    std::vector<Chain> chains(1);
    for (const Path::Step& step : path.steps) {
        const Node& node = graph_.nodes[step.node];
        if (node.type == "Delay") {
            chains = delayed(std::move(chains), step.node);
            continue;
        }
        for (Chain& chain : chains) {
            if (node.type == "Affine" || node.type == "Linear") add_matrix(chain, step);
            if (is_convolution(node)) add_convolution(chain, step);
            if (is_pool(node)) add_pool(chain, step.node);
            if (node.type == "Scale") add_scale(chain, step.node);
            if (node.role == Role::neuron) add_neuron(chain, step);
        }
    }
    for (Chain& chain : chains) {
        add(chain, target, Scale{gain, {}});
        chain.stages = merge_stages(std::move(chain.stages));
    }
    return chains;
}

}  // namespace synfire::nir
