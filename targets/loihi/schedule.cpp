// Longest paths: a connection from a to b with delay d demands shift[b] >= shift[a] + 1 - d, and what is left
// over becomes the synaptic delay. There is no solution exactly where a loop's delays are fewer than its
// synapses.
#include "targets/loihi/schedule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

int shift_of(const Schedule& s, const Presynaptic& source) {
    return source.kind == Presynaptic::Kind::input ? 0 : s.shift[source.index];
}

// The loop that the last improvement belongs to, as "'a' -> 'b' -> 'a'". reached_by: per population, the
// connection that last raised its shift.
void report_loop(const IntNetwork& network, std::size_t start, const std::vector<std::size_t>& reached_by,
                 Report& report) {
    // After as many steps back as there are populations one is inside the loop.
    std::size_t inside = start;
    for (std::size_t i = 0; i < network.populations.size(); ++i)
        inside = network.connections[reached_by[inside]].source.index;
    std::string path = fmt::format("'{}'", network.populations[inside].name);
    int synapses = 0, delays = 0;
    std::size_t at = inside;
    do {
        const IntConnection& c = network.connections[reached_by[at]];
        at = c.source.index;
        path = fmt::format("'{}' -> {}", network.populations[at].name, path);
        ++synapses;
        delays += c.delay;
    } while (at != inside);
    report.error({.node = path,
                  .field = "delay",
                  .reason = fmt::format("the loop has {} synapses but its delays sum to {} step{}", synapses,
                                        delays, delays == 1 ? "" : "s"),
                  .expected = "at least one step of delay per synapse of a loop: a Loihi synapse takes one",
                  .hint = fmt::format("raise the delays of the loop by {} in sum", synapses - delays)});
}

bool improve(const IntNetwork& network, Schedule& s, std::vector<std::size_t>& reached_by,
             std::size_t& last) {
    bool changed = false;
    for (std::size_t i = 0; i < network.connections.size(); ++i) {
        const IntConnection& c = network.connections[i];
        const int earliest = shift_of(s, c.source) + 1 - c.delay;
        if (s.shift[c.target] >= earliest) continue;
        s.shift[c.target] = earliest;
        reached_by[c.target] = i;
        last = c.target;
        changed = true;
    }
    return changed;
}

}  // namespace

std::optional<Schedule> schedule(const IntNetwork& network, Report& report) {
    Schedule s{std::vector<int>(network.populations.size(), 0), {}};
    std::vector<std::size_t> reached_by(network.populations.size(), 0);
    std::size_t last = 0;
    bool changed = true;
    for (std::size_t round = 0; changed && round <= network.populations.size(); ++round)
        changed = improve(network, s, reached_by, last);
    if (changed) {
        report_loop(network, last, reached_by, report);
        return std::nullopt;
    }
    bool good = true;
    for (const IntConnection& c : network.connections) {
        s.delay.push_back(c.delay + s.shift[c.target] - shift_of(s, c.source) - 1);
        if (s.delay.back() <= delay_max) continue;
        good = false;
        report.error({.node = fmt::format("'{}'", c.name),
                      .field = "delay",
                      .reason = fmt::format("its spikes would have to wait {} steps", s.delay.back()),
                      .expected = fmt::format("at most {} steps besides the synapse's own", delay_max),
                      .hint = "pass long delays through a relay population, or shorten the delay"});
    }
    if (!good) return std::nullopt;
    return s;
}

}  // namespace synfire::loihi
