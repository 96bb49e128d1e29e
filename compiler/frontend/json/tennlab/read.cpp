// RISP step by step (risp.cpp of the framework): a leaking neuron forgets, a potential below min_potential is
// raised to it, everything that arrives in the step is added, and a neuron whose potential has reached the
// threshold spikes and returns to 0; a spike at t arrives at t + delay. Only neurons at which something
// arrives are looked at, which is the same for every threshold above 0. Synapses differ in delay one by one:
// they become one connection for each delay.
#include "compiler/frontend/json/tennlab/read.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "compiler/frontend/json/tennlab/graph.hpp"
#include "compiler/frontend/json/tennlab/parameters.hpp"
#include "compiler/frontend/json/tensor.hpp"

namespace synfire::json {
namespace {

// Where a node lives in the Network.
struct Seat {
    std::size_t population = 0, neuron = 0;
};

// One synapse of a connection.
struct Entry {
    std::size_t row, column;
    double weight;
};

Sparse to_sparse(std::size_t outputs, std::size_t inputs, std::vector<Entry> entries) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.row, a.column) < std::tie(b.row, b.column);
    });
    Sparse sparse{outputs, inputs, {}, {}, {}, {}};
    sparse.first.assign(outputs + 1, 0);
    for (const Entry& entry : entries) {
        ++sparse.first[entry.row + 1];
        sparse.column.push_back(entry.column);
        sparse.weight.push_back(entry.weight);
    }
    for (std::size_t o = 0; o < outputs; ++o) sparse.first[o + 1] += sparse.first[o];
    return sparse;
}

// A neuron with a threshold of 0 or less spikes whenever something arrives; with nothing but positive charges
// this is what a threshold at the smallest of them does.
void raise_thresholds(RispGraph& graph, const RispParameters& parameters, Report& report) {
    std::vector<std::optional<double>> least(graph.nodes.size());
    const auto arrives = [&](std::size_t node, double charge) {
        least[node] = std::min(charge, least[node].value_or(charge));
    };
    for (const RispEdge& edge : graph.edges) arrives(edge.to, edge.weight);
    for (const std::size_t node : graph.inputs) arrives(node, parameters.input_charge);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        RispNode& node = graph.nodes[i];
        if (node.threshold > 0) continue;
        if (least[i].value_or(1) <= 0)
            fail(inside(node.place, "values"),
                 fmt::format("with a threshold of {} the neuron spikes whenever something arrives, whatever "
                             "it is",
                             node.threshold),
                 "a threshold > 0, or positive weights only", "raise the threshold above 0");
        report.note(complaint(inside(node.place, "values"),
                              fmt::format("the threshold of {} was raised to the smallest charge that can "
                                          "arrive, {}",
                                          node.threshold, least[i].value_or(1)),
                              "", ""));
        node.threshold = least[i].value_or(1);
    }
}

// Whether a node's potential can fall below its rest: it keeps what arrives, and not all of that is positive.
std::vector<bool> can_fall(const RispGraph& graph, const RispParameters& parameters) {
    std::vector<bool> falls(graph.nodes.size(), false);
    const auto arrives = [&](std::size_t node, double charge) {
        if (charge < 0 && !graph.nodes[node].leaks) falls[node] = true;
    };
    for (const RispEdge& edge : graph.edges) arrives(edge.to, edge.weight);
    for (const std::size_t node : graph.inputs) arrives(node, parameters.input_charge);
    return falls;
}

struct Building {
    const RispGraph& graph;
    const RispParameters& parameters;
    Network network;
    std::vector<bool> falls;  // by node
    std::vector<Seat> seats;  // by node
    TensorSource source;
    Place place;

    void add_population(const std::string& name, const std::vector<std::size_t>& nodes) {
        if (nodes.empty()) return;
        take(source, 2 * nodes.size(), place);
        Population p;
        p.name = name;
        p.shape = {nodes.size()};
        Spiking spiking;
        spiking.compare = Compare::greater_equal;
        spiking.reset = HardReset{{0.0}};
        p.beta.clear();
        for (const std::size_t node : nodes) {
            seats[node] = {network.populations.size(), p.beta.size()};
            p.beta.push_back(graph.nodes[node].leaks ? 0.0 : 1.0);
            if (falls[node]) p.v_min = {parameters.min_potential};
            spiking.threshold.push_back(graph.nodes[node].threshold);
        }
        p.spiking = spiking;
        network.populations.push_back(std::move(p));
    }

    void add_populations() {
        seats.resize(graph.nodes.size());
        std::vector<bool> is_output(graph.nodes.size(), false);
        for (const std::size_t node : graph.outputs) is_output[node] = true;
        std::vector<std::size_t> hidden;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i)
            if (!is_output[i]) hidden.push_back(i);
        add_population("hidden", hidden);
        network.outputs = {network.populations.size()};
        add_population("output", graph.outputs);
    }

    void connect(const Presynaptic& from, std::size_t target, int delay, const std::vector<Entry>& entries) {
        const std::size_t n = neurons(network.populations[target]);
        take(source, n + 1 + 2 * entries.size(), place);
        const std::string name =
            fmt::format("{}.{}{}", name_of(network, from), network.populations[target].name,
                        delay > 0 ? fmt::format(".{}", delay) : "");
        network.connections.push_back(
            {name, from, target, delay, {to_sparse(n, width(network, from), entries)}});
    }

    // RAVENS registers a spike one step after RISP does; as the synapses keep their time, this is as if the
    // inputs came one step later.
    void connect_inputs() {
        std::map<std::size_t, std::vector<Entry>> by_target;
        for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
            const Seat seat = seats[graph.inputs[i]];
            by_target[seat.population].push_back({seat.neuron, i, parameters.input_charge});
        }
        for (const auto& [target, entries] : by_target)
            connect({Presynaptic::Kind::input, 0}, target, parameters.fire_like_ravens ? 1 : 0, entries);
    }

    // Long delays first: what was sent earlier is added earlier, as in RISP.
    void connect_edges() {
        std::map<std::array<std::size_t, 3>, std::vector<Entry>> groups;
        for (const RispEdge& edge : graph.edges) {
            const Seat from = seats[edge.from], to = seats[edge.to];
            const auto sooner = static_cast<std::size_t>(max_delay - edge.delay);
            groups[{sooner, from.population, to.population}].push_back({to.neuron, from.neuron, edge.weight});
        }
        for (const auto& [key, entries] : groups)
            connect({Presynaptic::Kind::population, key[1]}, key[2], max_delay - static_cast<int>(key[0]),
                    entries);
    }
};

}  // namespace

Network read_tennlab(const Value& document, const std::string& file, Report& report) {
    const RispParameters parameters = read_risp_parameters(document, file, report);
    RispGraph graph = read_risp_graph(document, parameters, file);
    raise_thresholds(graph, parameters, report);
    Building b{graph, parameters, {}, can_fall(graph, parameters), {}, {}, {file, "", ""}};
    b.network.name = std::filesystem::path(file).stem().string();
    b.network.inputs.push_back({"input", {graph.inputs.size()}, SignalKind::spikes});
    b.add_populations();
    b.connect_inputs();
    b.connect_edges();
    report.note(complaint(b.place,
                          fmt::format("read as RISP runs it: a 1 in column k of the input adds {} to node "
                                      "Inputs[k]; population 'output' holds the nodes of Outputs in their "
                                      "order, 'hidden' the others by id",
                                      parameters.input_charge),
                          "", ""));
    if (parameters.fire_like_ravens)
        report.note(complaint({file, "", "/Associated_Data/proc_params/fire_like_ravens"},
                              "folded into a delay of one step for the inputs", "", ""));
    return std::move(b.network);
}

}  // namespace synfire::json
