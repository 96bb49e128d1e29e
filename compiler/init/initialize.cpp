#include "compiler/init/initialize.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/init/schemes.hpp"

namespace synfire {
namespace {

void fill(Stage& stage, const Law& law, Stream stream) {
    const std::size_t count = stored_weights(stage);
    std::visit(
        [&](auto& s) {
            if constexpr (requires { s.weight; }) {
                s.weight.resize(count);
                draw(law, stream, 0, s.weight);
            }
            if constexpr (requires { s.drawn; }) s.drawn.reset();
        },
        stage);
}

// A short text can ask for any number of weights.
void refuse_size(const Network& network, const Fan& fan, Report& report) {
    for (const DrawnStage& s : fan.drawn) {
        const std::size_t count = stored_weights(network.connections[s.connection].stages[s.stage]);
        if (count <= max_elements) continue;
        refuse(network.populations[fan.population], fmt::format("'{}' has {} weights", s.name, count),
               fmt::format("at most {}", max_elements), "use smaller layers", report);
    }
}

// A name that no connection has would otherwise change nothing in silence.
void refuse_unknown_names(const Network& network, const InitOptions& options, Report& report) {
    for (const std::string& name : options.inhibitory) {
        const auto& list = network.connections;
        if (std::any_of(list.begin(), list.end(), [&](const Connection& c) { return c.name == name; }))
            continue;
        Diagnostic d;
        d.field = "--inhibitory";
        d.reason = fmt::format("there is no connection '{}'", name);
        d.expected = "the name of a connection";
        d.hint = "synfire inspect lists them";
        report.error(d);
    }
}

}  // namespace

std::vector<PlannedPopulation> plan(const Network& network, const InitOptions& options, Report& report) {
    const SchemeRow& scheme = scheme_of(options.scheme);
    refuse_unknown_names(network, options, report);
    std::vector<PlannedPopulation> planned;
    for (Fan& fan : fans_of(network, options)) {
        const Population& population = network.populations[fan.population];
        std::vector<Law> laws = scheme.laws(population, fan, options, report);
        refuse_size(network, fan, report);
        std::optional<IntegerPlan> integers;
        if (options.integers && !fan.drawn.empty()) integers = plan_integers(*options.integers, fan);
        planned.push_back({std::move(fan), std::move(laws), std::move(integers)});
    }
    report.stop_on_errors();
    return planned;
}

std::optional<double> draw_weights(const PlannedPopulation& planned, std::uint64_t seed,
                                   const std::function<Connection&(std::size_t)>& connection) {
    if (planned.integers) return draw_integers(planned, seed, connection);
    for (std::size_t k = 0; k < planned.laws.size(); ++k) {
        const DrawnStage& s = planned.fan.drawn[k];
        fill(connection(s.connection).stages[s.stage], planned.laws[k], {seed, s.stream});
    }
    return std::nullopt;
}

Network initialize(Network network, const InitOptions& options, Report& report) {
    const std::vector<PlannedPopulation> planned = plan(network, options, report);
    for (const PlannedPopulation& p : planned)
        draw_weights(p, options.seed, [&](std::size_t c) -> Connection& { return network.connections[c]; });
    return network;
}

}  // namespace synfire
