// Both searches colour nodes: new, open (on the way from where the search came), done.
#include "compiler/frontend/nir/cycles.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

#include "compiler/network/apply_stage.hpp"
#include "compiler/network/per_neuron.hpp"

namespace synfire::nir {
namespace {

enum class Colour { fresh, open, done };

bool is_stateless(const Node& node) {
    return node.role != Role::neuron;
}

}  // namespace

void refuse_stateless_cycles(const Graph& graph, Report& report) {
    std::vector<Colour> colour(graph.nodes.size(), Colour::fresh);
    // True where the node leads back to an open one. Depth is bounded by the number of nodes.
    const std::function<bool(std::size_t)> closes = [&](std::size_t n) {
        if (colour[n] == Colour::open) return true;
        if (colour[n] == Colour::done || !is_stateless(graph.nodes[n])) return false;
        colour[n] = Colour::open;
        for (const std::size_t source : graph.nodes[n].from)
            if (closes(source)) return true;
        colour[n] = Colour::done;
        return false;
    };
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        if (!closes(n)) continue;
        report.error(about(graph, graph.nodes[n], "", "is part of a cycle of nodes without state", "",
                           "a recurrent cycle must lead through a neuron; check the edges"));
        return;
    }
}

std::vector<std::size_t> delay_cycles(Network& network, const std::string& file, Report& report) {
    std::vector<std::size_t> delayed;
    const auto wait = [&](std::size_t index, const std::string& how) {
        Connection& c = network.connections[index];
        c.delay = 1;
        delayed.push_back(index);
        Diagnostic d;
        d.file = file;
        d.node = "'" + c.name + "'";
        d.reason = fmt::format(
            "closes {}: its spikes arrive one step later, its bias acts from the first step", how);
        report.note(d);
    };
    std::vector<std::vector<std::size_t>> leaving(network.populations.size());
    std::vector<std::size_t> starts;
    for (std::size_t c = 0; c < network.connections.size(); ++c) {
        const Connection& connection = network.connections[c];
        if (connection.source.kind == Presynaptic::Kind::input) {
            starts.push_back(connection.target);
        } else if (connection.delay == 0 && connection.source.index == connection.target) {
            wait(c, "a loop of one population");
        } else if (connection.delay == 0) {
            leaving[connection.source.index].push_back(c);
        }
    }
    for (std::size_t p = 0; p < network.populations.size(); ++p) starts.push_back(p);
    std::vector<Colour> colour(network.populations.size(), Colour::fresh);
    const std::function<void(std::size_t)> visit = [&](std::size_t p) {
        if (colour[p] != Colour::fresh) return;
        colour[p] = Colour::open;
        for (const std::size_t c : leaving[p]) {
            const Connection& connection = network.connections[c];
            if (colour[connection.target] == Colour::open)
                wait(c, "a cycle of several populations");
            else
                visit(connection.target);
        }
        colour[p] = Colour::done;
    };
    for (const std::size_t p : starts) visit(p);
    return delayed;
}

void hold_back_biases(Network& network, const std::vector<std::size_t>& connections, const std::string& file,
                      Report& report) {
    for (const std::size_t index : connections) {
        const Connection& c = network.connections[index];
        Population& p = network.populations[c.target];
        std::vector<double> bias(width(network, c.source), 0.0);
        for (const Stage& stage : c.stages) bias = apply_stage(stage, bias);
        if (all_equal(bias, 0)) continue;
        bool lost = false;
        PerNeuron initial_i(bias.size()), initial_v(bias.size());
        for (std::size_t j = 0; j < bias.size(); ++j) {
            const double alpha = at(p.alpha, j), beta = at(p.beta, j);
            initial_i[j] = at(p.initial_i, j) - (alpha > 0 ? bias[j] / alpha : 0);
            initial_v[j] = at(p.initial_v, j) - (alpha == 0 && beta > 0 ? bias[j] / beta : 0);
            lost = lost || (bias[j] != 0 && alpha == 0 && beta == 0);
        }
        p.initial_i = std::move(initial_i);
        p.initial_v = std::move(initial_v);
        Diagnostic d;
        d.file = file;
        d.node = "'" + c.name + "'";
        d.field = "bias";
        if (lost) {
            d.reason = "acts from the first step: its target keeps nothing that could hold it back";
            d.hint = "Norse applies it from the second step on; the first step differs";
            report.warning(d);
        } else {
            d.reason =
                "is not applied in the first step, as in Norse: the states before it are set to cancel it";
            report.note(d);
        }
    }
}

}  // namespace synfire::nir
