// beta = 1 - dt/tau and gain = r dt/tau are solved for tau and r so that reading gives the very same doubles
// where there are any: the neighbours of the quotient are tried.
#include "compiler/frontend/nir/write_neuron.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "compiler/network/per_neuron.hpp"

namespace synfire::nir {
namespace {

constexpr int neighbours = 8;

// The x near the guess with f(x) == wanted, or the guess.
template <class F>
double solve(double guess, double wanted, F f) {
    double up = guess, down = guess;
    for (int k = 0; k <= neighbours; ++k) {
        if (f(up) == wanted) return up;
        if (f(down) == wanted) return down;
        up = std::nextafter(up, std::numeric_limits<double>::infinity());
        down = std::nextafter(down, -std::numeric_limits<double>::infinity());
    }
    return guess;
}

struct NeuronWriter {
    const Population& p;
    const Shape& shape;
    WrittenGraph& graph;
    NeedsOptions& needs;
    std::size_t n = neurons(p);

    WrittenField field(const PerNeuron& values) const {
        std::vector<double> all(n);
        for (std::size_t i = 0; i < n; ++i) all[i] = at(values, i);
        return array(shape, std::move(all));
    }

    PerNeuron tau(const PerNeuron& kept) const {
        PerNeuron out = kept;
        for (double& x : out) {
            const double beta = x;
            x = solve(graph.dt / (1 - beta), beta, [&](double t) { return 1 - graph.dt / t; });
            if (graph.dt > x) x = graph.dt;
        }
        return out;
    }

    // r or w_in with which what arrives counts once.
    PerNeuron resistance(const PerNeuron& tau) const {
        PerNeuron out = tau;
        for (double& x : out) {
            const double gain = graph.dt / x;
            x = solve(1 / gain, 1, [&](double r) { return gain * r; });
        }
        return out;
    }

    PerNeuron leak() const {
        return combine(p.beta, p.bias, [](double beta, double bias) {
            return bias == 0 ? 0.0 : solve(bias / (1 - beta), bias, [&](double v) { return (1 - beta) * v; });
        });
    }

    bool all_below_one(const PerNeuron& kept, const char* what) const {
        bool some = false, all = true;
        for (const double x : kept) {
            some = some || x == 1;
            all = all && x == 1;
        }
        if (some && !all)
            graph.refuse(p.name,
                         fmt::format("the {} of some of its neurons never decays, that of others does", what),
                         "NIR has one type per node: split the population");
        return !some;
    }

    void refuse_what_nir_lacks() const {
        const auto lacks = [&](bool set, const char* what) {
            if (set)
                graph.refuse(p.name, fmt::format("{}, which NIR has no field for", what),
                             "write it as .json, or train it without");
        };
        lacks(!all_equal(p.initial_i, 0) || !all_equal(p.initial_v, 0), "does not start from 0");
        lacks(p.periodic_reset.interval > 0, "is cleared periodically");
        lacks(!p.v_min.empty(), "has a lower bound");
        if (p.spiking) lacks(p.spiking->refractory_steps > 0, "has refractory steps");
    }

    void check_amount(const PerNeuron& amount) const {
        const PerNeuron& threshold = p.spiking->threshold;
        for (std::size_t i = 0; i < n; ++i)
            if (at(amount, i) != at(threshold, i))
                return graph.refuse(p.name,
                                    fmt::format("subtracts {} from neuron {} at a spike, its threshold is {}",
                                                at(amount, i), i, at(threshold, i)),
                                    "readers of NIR subtract the threshold; use one that is equal");
    }

    PerNeuron reset_value() {
        const Reset& reset = p.spiking->reset;
        if (const auto* hard = std::get_if<HardReset>(&reset)) {
            needs.reset = ResetRule::zero;
            return hard->value;
        }
        const auto* soft = std::get_if<SoftReset>(&reset);
        const auto* no_delay = std::get_if<NoDelayReset>(&reset);
        if (soft != nullptr) {
            needs.reset = soft->next_step ? ResetRule::subtract : ResetRule::subtract_now;
            check_amount(soft->amount);
        } else if (no_delay != nullptr) {
            // From 0 and below the threshold, resetting to 0 with and without delay are the same.
            needs.reset = no_delay->to_zero ? ResetRule::zero : ResetRule::snntorch_nodelay;
            if (!no_delay->to_zero) check_amount(no_delay->amount);
        } else {
            needs.reset = ResetRule::none;
        }
        return {0.0};
    }

    void add_spiking(WrittenNode& node) {
        if (!p.spiking) return;
        node.fields["v_threshold"] = field(p.spiking->threshold);
        node.fields["v_reset"] = field(reset_value());
        needs.compare = p.spiking->compare;
        needs.max_spikes = p.spiking->max_spikes;
        node.metadata["reset"] = text(name_of(*needs.reset));
        node.metadata["compare"] = text(name_of(*needs.compare));
        if (p.spiking->max_spikes > 1) node.metadata["max_spikes"] = integer(p.spiking->max_spikes);
    }

    WrittenNode integrator(const char* type) const {
        return {type, {{"r", filled(shape, 1 / graph.dt)}}, {}};
    }

    WrittenNode leaky(const char* type, const PerNeuron& kept, const PerNeuron& v_leak) const {
        const PerNeuron times = tau(kept);
        return {
            type, {{"tau", field(times)}, {"r", field(resistance(times))}, {"v_leak", field(v_leak)}}, {}};
    }

    WrittenNode current_based() const {
        const PerNeuron syn = tau(p.alpha), mem = tau(p.beta);
        return {p.spiking ? "CubaLIF" : "CubaLI",
                {{"tau_syn", field(syn)},
                 {"tau_mem", field(mem)},
                 {"r", field(resistance(mem))},
                 {"w_in", field(resistance(syn))},
                 {"v_leak", field(leak())}},
                {}};
    }

    NeuronEnds write(PerNeuron& offset) {
        refuse_what_nir_lacks();
        const bool decays = all_below_one(p.beta, "potential"), drains = all_below_one(p.alpha, "current");
        if (p.spiking && all_equal(p.alpha, 0) && all_equal(p.beta, 0) && all_equal(p.bias, 0) &&
            std::holds_alternative<NoReset>(p.spiking->reset) && p.spiking->max_spikes == 1) {
            needs.compare = p.spiking->compare;
            WrittenNode node{"Threshold", {{"threshold", field(p.spiking->threshold)}}, {}};
            node.metadata["compare"] = text(name_of(p.spiking->compare));
            const std::string name = graph.add(p.name, std::move(node));
            return {name, name};
        }
        if (!decays && !all_equal(p.bias, 0)) offset = p.bias;
        const bool two = !all_equal(p.alpha, 0);
        if (two && decays && drains) {
            WrittenNode node = current_based();
            add_spiking(node);
            const std::string name = graph.add(p.name, std::move(node));
            return {name, name};
        }
        WrittenNode membrane =
            decays ? leaky(p.spiking ? "LIF" : "LI", p.beta, leak()) : integrator(p.spiking ? "IF" : "I");
        add_spiking(membrane);
        if (!two) {
            const std::string name = graph.add(p.name, std::move(membrane));
            return {name, name};
        }
        if (!p.spiking)
            graph.refuse(p.name, "has a current or a potential that never decays and no spikes",
                         "NIR's CubaLI needs time constants for both");
        if (!offset.empty())
            graph.refuse(p.name, "has a bias and a potential that never decays behind a current",
                         "NIR's IF has no field for it");
        // The current is a neuron of its own, whose potential the membrane reads.
        const std::string entry =
            graph.add(p.name + ".current", drains ? leaky("LI", p.alpha, {0.0}) : integrator("I"));
        const std::string exit = graph.chain(entry, p.name, std::move(membrane));
        return {entry, exit};
    }
};

}  // namespace

NeuronEnds write_neuron(const Population& population, const Shape& shape, WrittenGraph& graph,
                        NeedsOptions& needs, PerNeuron& offset) {
    return NeuronWriter{population, shape, graph, needs}.write(offset);
}

}  // namespace synfire::nir
