// The invariants of a Network, each with its message, and the topological order of its populations.
#include "compiler/network/check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/network/check_stage.hpp"

namespace synfire {
namespace {

// Whole numbers that a real value may become; sums of them stay far from 64 bits.
constexpr int most_levels = 1 << 20;

// Leaves room for ".s.npy" in a file name.
constexpr std::size_t longest_name = 128;

void check_per_neuron(const PerNeuron& values, std::size_t n, double low, double high,
                      const std::string& field, const std::string& expected, const std::string& hint,
                      Complaints& complaints) {
    if (values.size() != 1 && values.size() != n) {
        complaints.add(field, fmt::format("has {} values", values.size()),
                       fmt::format("one value or {} values", n),
                       "give one value for the population or one per neuron");
        return;
    }
    check_values(values, low, high, field, expected, hint, complaints);
}

// floor(v / threshold) only means a number of spikes where they start at the threshold.
void check_max_spikes(const Spiking& spiking, bool later, Complaints& complaints) {
    if (spiking.max_spikes == 1) return;
    if (spiking.max_spikes < 1 || spiking.max_spikes > max_count)
        complaints.add("max spikes", fmt::format("{} per step", spiking.max_spikes),
                       fmt::format("1..{}", max_count), "bound the number of spikes in one step");
    if (spiking.compare != Compare::greater_equal)
        complaints.add("max spikes", "several spikes in one step need spikes when v >= threshold", "",
                       "compare with >=, as sinabs does");
    if (later)
        complaints.add("max spikes", "several spikes in one step need a reset in the step of the spike", "",
                       "subtract at once, as sinabs does");
    const bool positive = std::all_of(spiking.threshold.begin(), spiking.threshold.end(),
                                      [](double threshold) { return threshold > 0; });
    if (!positive)
        complaints.add("threshold", "several spikes in one step need positive thresholds", "> 0",
                       "shift potentials so that the resting potential is 0");
}

void check_spiking(const Spiking& spiking, std::size_t n, Complaints& complaints) {
    const std::string retrain = "is the file complete, and were the weights finite when it was exported?";
    check_per_neuron(spiking.threshold, n, -huge, huge, "threshold", "finite", retrain, complaints);
    const auto* hard = std::get_if<HardReset>(&spiking.reset);
    const auto* soft = std::get_if<SoftReset>(&spiking.reset);
    const auto* no_delay = std::get_if<NoDelayReset>(&spiking.reset);
    const std::size_t before = complaints.report.diagnostics.size();
    if (hard != nullptr)
        check_per_neuron(hard->value, n, -huge, huge, "reset value", "finite", retrain, complaints);
    if (soft != nullptr)
        check_per_neuron(soft->amount, n, -huge, huge, "reset amount", "finite", retrain, complaints);
    if (no_delay != nullptr)
        check_per_neuron(no_delay->amount, n, -huge, huge, "reset amount", "finite", retrain, complaints);
    if (complaints.report.diagnostics.size() != before) return;
    const std::size_t m =
        hard ? std::max(spiking.threshold.size(), hard->value.size()) : spiking.threshold.size();
    for (std::size_t i = 0; i < m; ++i) {
        const double threshold = at(spiking.threshold, i);
        const double floor = hard ? at(hard->value, i) : 0.0;
        if (threshold > floor) continue;
        complaints.add("threshold",
                       fmt::format("value {} at index {} is not above {} {}", threshold, i,
                                   hard ? "the reset value" : "the resting potential", floor),
                       fmt::format("> {}", floor),
                       "the neuron would spike without input; check units and sign");
        return;
    }
    if (spiking.refractory_steps < 0 || spiking.refractory_steps > 255)
        complaints.add("refractory", fmt::format("{} steps", spiking.refractory_steps), "0..255 steps",
                       "use fewer steps or a larger dt");
    const bool later = (soft != nullptr && soft->next_step) || no_delay != nullptr;
    if (spiking.refractory_steps > 0 && later)
        complaints.add("refractory",
                       "a soft reset in the next step cannot be combined with a refractory period", "",
                       "subtract at once, or set the refractory period to 0");
    check_max_spikes(spiking, later, complaints);
}

// The bound is applied before the threshold is met, so no reset may go below it.
void check_v_min(const Population& p, std::size_t n, Complaints& complaints) {
    if (p.v_min.empty()) return;
    check_per_neuron(p.v_min, n, -huge, huge, "v_min", "finite", "give a lower bound in volts or none",
                     complaints);
    if (!p.spiking || complaints.report.has_errors()) return;
    const auto* hard = std::get_if<HardReset>(&p.spiking->reset);
    const auto* soft = std::get_if<SoftReset>(&p.spiking->reset);
    if (std::holds_alternative<NoDelayReset>(p.spiking->reset))
        complaints.add("v_min", "cannot be combined with snnTorch's reset without delay", "",
                       "leave v_min out");
    for (std::size_t i = 0; i < n; ++i) {
        const double threshold = at(p.spiking->threshold, i);
        double lowest = threshold;
        if (hard != nullptr) lowest = std::min(lowest, at(hard->value, i));
        if (soft != nullptr && !soft->next_step) lowest = std::min(lowest, threshold - at(soft->amount, i));
        if (at(p.v_min, i) <= lowest) continue;
        complaints.add("v_min",
                       fmt::format("value {} at index {} is above the potential after a reset, {}",
                                   at(p.v_min, i), i, lowest),
                       fmt::format("<= {}", lowest), "lower v_min");
        return;
    }
}

void check_periodic_reset(const Population& p, Complaints& complaints) {
    const PeriodicReset& reset = p.periodic_reset;
    if (reset.interval < 0 || reset.first < 0)
        complaints.add("reset interval", fmt::format("{} steps, first {}", reset.interval, reset.first),
                       "0 or more steps", "leave the interval out where states are never cleared");
    const auto zero = [](double x) { return x == 0; };
    const bool from_zero = std::all_of(p.initial_v.begin(), p.initial_v.end(), zero) &&
                           std::all_of(p.initial_i.begin(), p.initial_i.end(), zero);
    if (reset.interval > 0 && !from_zero)
        complaints.add("reset interval", "states are cleared to 0, but start from other values", "",
                       "leave the initial values out");
}

void check_population(const Population& p, Complaints& complaints) {
    const std::optional<std::size_t> n = element_count(p.shape);
    if (!n || *n == 0) {
        complaints.add("shape", fmt::format("{} is not a usable size", to_string(p.shape)),
                       fmt::format("1..{} neurons", max_elements), "check the layer's shape");
        return;
    }
    const std::string fraction = "0..1, the fraction kept per step";
    const std::string leak = "is it a time constant? per step it is 1 - dt/tau or exp(-dt/tau)";
    check_per_neuron(p.beta, *n, 0, 1, "beta", fraction, leak, complaints);
    check_per_neuron(p.alpha, *n, 0, 1, "alpha", fraction, leak, complaints);
    const std::string retrain = "is the file complete, and were the weights finite when it was exported?";
    check_per_neuron(p.bias, *n, -huge, huge, "bias", "finite", retrain, complaints);
    check_per_neuron(p.initial_v, *n, -huge, huge, "initial v", "finite", retrain, complaints);
    check_per_neuron(p.initial_i, *n, -huge, huge, "initial i", "finite", retrain, complaints);
    check_periodic_reset(p, complaints);
    if (p.spiking) check_spiking(*p.spiking, *n, complaints);
    check_v_min(p, *n, complaints);
}

void check_connection(const Network& network, const Connection& c, Weights weights, Complaints& complaints) {
    const std::size_t sources =
        c.source.kind == Presynaptic::Kind::input ? network.inputs.size() : network.populations.size();
    if (c.source.index >= sources || c.target >= network.populations.size()) {
        complaints.add("source", "names a layer that does not exist", "", "check the layer order");
        return;
    }
    if (c.delay < 0 || c.delay > max_delay)
        complaints.add("delay", fmt::format("{} steps", c.delay), fmt::format("0..{} steps", max_delay),
                       "use a larger dt");
    std::size_t arriving = width(network, c.source);
    for (const Stage& stage : c.stages) {
        if (!check_stage(stage, arriving, complaints, weights)) return;  // what follows relies on its sizes
        arriving = outputs(stage, arriving);
    }
    const std::size_t n = neurons(network.populations[c.target]);
    if (arriving != n)
        complaints.add("weight", fmt::format("delivers {} values to a population of {} neurons", arriving, n),
                       fmt::format("{} values", n), "check the layer sizes");
}

void check_names(const Network& network, Complaints& complaints) {
    std::set<std::string> seen;
    const auto note = [&](const std::string& name) {
        if (!name.empty() && seen.insert(name).second) return;
        complaints.node = "'" + name + "'";
        complaints.add("name", name.empty() ? "is empty" : "is used twice",
                       "a name of its own for each input and layer", "rename one of them");
    };
    for (const Input& i : network.inputs) note(i.name);
    for (const Population& p : network.populations) {
        note(p.name);
        const bool plain = std::none_of(p.name.begin(), p.name.end(), [](char c) {
            return c == '/' || c == '\\' || static_cast<unsigned char>(c) < ' ';
        });
        if (plain && p.name.size() <= longest_name) continue;
        complaints.node = "'" + p.name + "'";
        complaints.add("name", "cannot be the name of a file",
                       fmt::format("at most {} bytes, without slashes and control characters", longest_name),
                       "rename it; results are written to one file per layer");
    }
}

// True where b must be updated after a within a step.
bool depends(const Connection& c, std::size_t a, std::size_t b) {
    return c.delay == 0 && c.target == b && c.source.kind == Presynaptic::Kind::population &&
           c.source.index == a;
}

// Populations in an order that respects the connections without delay; shorter than the list where there is a
// cycle.
std::vector<std::size_t> topological_order(const Network& network) {
    std::vector<std::size_t> order;
    std::vector<bool> done(network.populations.size(), false);
    for (bool progress = true; progress;) {
        progress = false;
        for (std::size_t p = 0; p < done.size() && !progress; ++p) {
            if (done[p]) continue;
            const bool ready = std::none_of(network.connections.begin(), network.connections.end(),
                                            [&](const Connection& c) {
                                                return c.source.index < done.size() &&
                                                       !done[c.source.index] && depends(c, c.source.index, p);
                                            });
            if (!ready) continue;
            done[p] = progress = true;
            order.push_back(p);
        }
    }
    return order;
}

}  // namespace

void check(const Network& network, const std::string& file, Report& report, Weights weights) {
    Complaints complaints{file, report, ""};
    if (network.inputs.empty() || network.populations.empty() || network.outputs.empty())
        complaints.add(
            "", "holds no network: at least one input, one population of neurons and one output are needed",
            "", "is this the file that you meant?");
    check_names(network, complaints);
    for (const Input& i : network.inputs) {
        complaints.node = "'" + i.name + "' (input)";
        const std::optional<std::size_t> n = element_count(i.shape);
        if (!n || *n == 0)
            complaints.add("shape", fmt::format("{} is not a usable size", to_string(i.shape)),
                           fmt::format("1..{} values per step", max_elements), "give the input's shape");
        if (!(i.range >= 0 && i.range <= huge) || i.levels < 1 || i.levels > most_levels)
            complaints.add("range", fmt::format("{} in {} levels", i.range, i.levels),
                           fmt::format("0 or more, in 1..{} levels", most_levels),
                           "give the greatest magnitude of the input's values");
    }
    for (const Population& p : network.populations) {
        complaints.node = "'" + p.name + "'";
        check_population(p, complaints);
    }
    complaints.node = "";
    if (report.has_errors()) return;  // sizes below rely on usable shapes
    for (const Connection& c : network.connections) {
        complaints.node = "'" + c.name + "'";
        check_connection(network, c, weights, complaints);
    }
    complaints.node = "";
    for (std::size_t o : network.outputs)
        if (o >= network.populations.size())
            complaints.add("outputs", "names a layer that does not exist", "", "check the output names");
    if (topological_order(network).size() != network.populations.size())
        complaints.add("", "holds a cycle of connections without delay",
                       "a delay of at least 1 step in every cycle",
                       "recurrent connections act one step later: give them a delay of 1");
}

Network sort_populations(Network network) {
    const std::vector<std::size_t> order = topological_order(network);
    if (order.size() != network.populations.size()) return network;
    std::vector<std::size_t> place(order.size());
    std::vector<Population> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        sorted.push_back(std::move(network.populations[order[i]]));
    }
    network.populations = std::move(sorted);
    for (Connection& c : network.connections) {
        if (c.target < place.size()) c.target = place[c.target];
        if (c.source.kind == Presynaptic::Kind::population && c.source.index < place.size())
            c.source.index = place[c.source.index];
    }
    for (std::size_t& o : network.outputs)
        if (o < place.size()) o = place[o];
    return network;
}

}  // namespace synfire
