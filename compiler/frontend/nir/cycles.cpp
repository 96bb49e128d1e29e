// Both searches colour nodes: new, open (on the way from where the search came), done.
#include "compiler/frontend/nir/cycles.hpp"

#include <functional>

#include <fmt/format.h>

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

void delay_cycles(Network& network, const std::string& file, Report& report) {
    const auto wait = [&](Connection& c, const std::string& how) {
        c.delay = 1;
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
        Connection& connection = network.connections[c];
        if (connection.source.kind == Presynaptic::Kind::input) {
            starts.push_back(connection.target);
        } else if (connection.delay == 0 && connection.source.index == connection.target) {
            wait(connection, "a loop of one population");
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
            Connection& connection = network.connections[c];
            if (colour[connection.target] == Colour::open)
                wait(connection, "a cycle of several populations");
            else
                visit(connection.target);
        }
        colour[p] = Colour::done;
    };
    for (const std::size_t p : starts) visit(p);
}

}  // namespace synfire::nir
