#include "tuning/predict_steps.hpp"

#include <algorithm>

#include "emulator/reference.hpp"
#include "tuning/slice.hpp"

namespace synfire {
namespace {

// What inputs deliver to a population in each step: the current of neurons that neither keep it nor fire.
Signal driven_by_inputs(const Network& network, const PlannedPopulation& planned,
                        const std::vector<Signal>& inputs, std::uint64_t seed) {
    Network part;
    part.inputs = network.inputs;
    Population listener;
    listener.name = "current";
    listener.shape = network.populations[planned.fan.population].shape;
    part.populations = {listener};
    part.outputs = {0};
    std::vector<std::size_t> place(network.connections.size(), network.connections.size());
    for (std::size_t k = 0; k < network.connections.size(); ++k) {
        const Connection& c = network.connections[k];
        if (c.target != planned.fan.population || c.source.kind != Presynaptic::Kind::input) continue;
        place[k] = part.connections.size();
        part.connections.push_back(c);
        part.connections.back().target = 0;
    }
    if (part.connections.empty()) return {};
    PlannedPopulation own = planned;
    own.integers.reset();
    own.fan.drawn.clear();
    own.laws.clear();
    for (std::size_t k = 0; k < planned.laws.size(); ++k) {
        if (!planned.fan.drawn[k].from_input) continue;
        own.fan.drawn.push_back(planned.fan.drawn[k]);
        own.laws.push_back(planned.laws[k]);
    }
    draw_weights(own, seed, [&](std::size_t c) -> Connection& { return part.connections[place[c]]; });
    const FloatTrace trace = simulate(part, inputs);
    return {trace.steps, neurons(listener), trace.populations[0].compared};
}

// Sources among the populations; nothing where one is not a matrix to be drawn.
std::optional<std::vector<ProcessSource>> sources_of(const Network& network,
                                                     const PlannedPopulation& planned) {
    std::vector<ProcessSource> sources;
    for (std::size_t k = 0; k < network.connections.size(); ++k) {
        const Connection& c = network.connections[k];
        if (c.target != planned.fan.population || c.source.kind == Presynaptic::Kind::input) continue;
        const auto& drawn = planned.fan.drawn;
        const auto it =
            std::find_if(drawn.begin(), drawn.end(), [&](const DrawnStage& s) { return s.connection == k; });
        if (it == drawn.end() || it->stage != 0 || !std::holds_alternative<Dense>(c.stages[0]))
            return std::nullopt;
        const bool plain = std::all_of(c.stages.begin() + 1, c.stages.end(),
                                       [](const Stage& s) { return std::holds_alternative<Scale>(s); });
        if (!plain || c.source.index > c.target) return std::nullopt;
        const Law& law = planned.laws[static_cast<std::size_t>(it - drawn.begin())];
        sources.push_back({c.source.index, it->fan_in * it->gain * it->gain * variance(law),
                           it->fan_in * it->gain * mean(law), c.delay});
    }
    return sources;
}

}  // namespace

std::optional<std::vector<ProcessActivity>> predict_steps(const Network& network,
                                                          const std::vector<PlannedPopulation>& planned,
                                                          const std::vector<Signal>& inputs,
                                                          std::uint64_t seed) {
    if (!is_layered(network)) return std::nullopt;
    std::vector<ProcessLayer> layers;
    for (const PlannedPopulation& p : planned) {
        const auto sources = sources_of(network, p);
        if (!sources) return std::nullopt;
        layers.push_back(
            {network.populations[p.fan.population], *sources, driven_by_inputs(network, p, inputs, seed)});
    }
    constexpr std::uint64_t process_streams = std::uint64_t{1} << 34;  // no tensor's own
    return gaussian_process(layers, inputs.at(0).steps, seed, process_streams);
}

}  // namespace synfire
