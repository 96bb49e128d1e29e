// Folding rules (dt in seconds; x what arrives; i the synaptic current; v the membrane potential):
//
//   CubaLIF, CubaLI   tau_syn dI/dt = -I + w_in x              i = alpha i + (w_in dt/tau_syn) x
//                     tau_mem dv/dt = (v_leak - v) + r I       v = beta v + (r dt/tau_mem) i + (1 - beta)
//                     v_leak
//   LIF, LI           tau dv/dt = (v_leak - v) + r x           the same without i
//   IF, I             dv/dt = r x                              v = v + (r dt) x; r = 1 is taken per step
//   Threshold         spikes when x > threshold                v = x, never reset
//
//   euler: decay 1 - dt/tau (Norse, snnTorch, Lava)    exp: decay exp(-dt/tau) (sinabs, Rockpool); gain
//   dt/tau, or 1 where the framework adds what arrives as it is
//
// The current is kept in units of r dt/tau_mem, so that both gains end in the weights.
#include "compiler/frontend/nir/fold_neuron.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/frontend/nir/lava_integers.hpp"
#include "compiler/network/per_neuron.hpp"

namespace synfire::nir {
namespace {

struct Folding {
    const Graph& graph;
    const Node& node;
    const Conventions conventions;
    Report& report;

    PerNeuron read(const char* field, double otherwise) const {
        const Data* data = data_of(node, field);
        return data == nullptr ? PerNeuron{otherwise} : data->numbers;
    }

    void fail(const char* field, const std::string& reason, const std::string& expected,
              const std::string& hint) const {
        report.error(about(graph, node, field, reason, expected, hint));
    }

    void note(const char* field, const std::string& what) const {
        report.note(about(graph, node, field, what, "", ""));
    }

    bool exponential() const { return conventions.discretization == Discretization::exponential; }

    // The decay per step; gain: dt/tau.
    PerNeuron decay(const char* field, PerNeuron& gain) const {
        const double dt = conventions.dt;
        PerNeuron kept = read(field, 0);
        gain = kept;
        for (std::size_t i = 0; i < kept.size(); ++i) {
            const double tau = kept[i];
            if (!(tau > 0)) {
                fail(field, fmt::format("value {} at index {} is not a time constant", tau, i),
                     "> 0 s, one value or one per neuron",
                     "a neuron without this filter has another type: LIF instead of CubaLIF, IF instead of "
                     "LIF");
                return {0.0};
            }
            if (!exponential() && dt > tau) {
                fail(field,
                     fmt::format("value {} s at index {} is shorter than a step, dt = {} s: the Euler rule "
                                 "is unstable",
                                 tau, i, dt),
                     "at least dt", "give a smaller --dt, or --discretization exp");
                return {0.0};
            }
            kept[i] = exponential()               ? std::exp(-dt / tau)
                      : conventions.lava_integers ? lava_decay(dt / tau)
                                                  : 1.0 - dt / tau;
            gain[i] = conventions.gain == Gain::one ? 1.0 : dt / tau;
        }
        return kept;
    }

    // r, or 1 where the framework does not read it.
    PerNeuron resistance() const { return conventions.gain == Gain::one ? PerNeuron{1.0} : read("r", 1); }

    PerNeuron integrator_gain() const {
        const double dt = conventions.dt;
        PerNeuron r = resistance();
        if (all_equal(r, 1)) {
            note("r", "1 is taken per step, as simulators that know no seconds write it");
            return {1.0};
        }
        for (double& x : r) x = std::abs(x * dt - 1) < 1e-6 ? 1.0 : x * dt;
        note("r", fmt::format("folded with dt = {} s: gain r dt = {}", dt, shown(r)));
        return r;
    }

    // Sets beta and bias; returns the gain from what arrives at the membrane.
    PerNeuron membrane(Population& p) const {
        if (node.type == "Threshold") return {1.0};
        const char* field = data_of(node, "tau_mem") != nullptr ? "tau_mem" : "tau";
        if (node.type == "IF" || node.type == "I") {
            p.beta = {1.0};
            return integrator_gain();
        }
        PerNeuron gain;
        p.beta = decay(field, gain);
        gain = multiply(gain, resistance());
        note(field, fmt::format("folded with {} and dt = {} s: beta = {}, gain = {}",
                                exponential() ? "exp" : "euler", conventions.dt, shown(p.beta), shown(gain)));
        const PerNeuron leak = read("v_leak", 0);
        if (!all_equal(leak, 0)) {
            p.bias = combine(p.beta, leak, [](double b, double v) { return (1 - b) * v; });
            note("v_leak", fmt::format("folded into the bias (1 - beta) v_leak = {}", shown(p.bias)));
        }
        return gain;
    }

    PerNeuron synapse(Population& p) const {
        if (node.type != "CubaLIF" && node.type != "CubaLI") return {1.0};
        PerNeuron gain;
        p.alpha = decay("tau_syn", gain);
        if (conventions.gain != Gain::one) gain = multiply(gain, read("w_in", 1));
        note("tau_syn",
             fmt::format("folded with {} and dt = {} s: alpha = {}, gain = {}",
                         exponential() ? "exp" : "euler", conventions.dt, shown(p.alpha), shown(gain)));
        return gain;
    }

    Reset reset(const PerNeuron& threshold) const {
        const PerNeuron value = read("v_reset", 0);
        switch (conventions.reset) {
            case ResetRule::zero:
                return HardReset{value};
            case ResetRule::subtract:
                return SoftReset{threshold, true};
            case ResetRule::subtract_now:
                return SoftReset{threshold, false};
            case ResetRule::snntorch_nodelay:
                return NoDelayReset{false, threshold};
            case ResetRule::none:
                return NoReset{};
        }
        SYNFIRE_BUG("an unknown reset rule");
    }

    void check_reset(const Spiking& spiking) const {
        const auto* hard = std::get_if<HardReset>(&spiking.reset);
        if (hard == nullptr) {
            if (!all_equal(read("v_reset", 0), 0))
                report.warning(about(graph, node, "v_reset", "has no effect with the given --reset", "",
                                     "--reset zero resets to it"));
            return;
        }
        const std::size_t n = std::max(spiking.threshold.size(), hard->value.size());
        for (std::size_t i = 0; i < n; ++i) {
            if (at(spiking.threshold, i) > at(hard->value, i)) continue;
            fail("v_threshold",
                 fmt::format("value {} at index {} is not above v_reset = {}", at(spiking.threshold, i), i,
                             at(hard->value, i)),
                 "> v_reset", "the neuron would spike in every step; check units and sign");
            return;
        }
    }

    void spiking(Population& p) const {
        Spiking s;
        s.compare = conventions.compare;
        if (node.type == "Threshold") {
            s.threshold = read("threshold", 1);
            s.reset = NoReset{};
            p.spiking = s;
            return;
        }
        if (data_of(node, "v_threshold") == nullptr) return;
        s.threshold = read("v_threshold", 1);
        s.reset = reset(s.threshold);
        s.max_spikes = conventions.max_spikes;
        check_reset(s);
        if (s.max_spikes > 1)
            note("v_threshold",
                 fmt::format("floor(v / v_threshold) spikes in one step, {} at most", s.max_spikes));
        if (node.type == "IF" && conventions.if_has_lower_bound) {
            p.v_min = s.threshold;
            for (double& v : p.v_min) v = -v;
            note("v_threshold", "v is raised to -v_threshold, as sinabs imports an IF");
        }
        p.spiking = s;
    }
};

// What the node's own metadata says beats what the graph's says.
Hints hints_at(const Graph& graph, const Node& node) {
    Hints hints = graph.hints;
    const Hints own = hints_of(*node.fields);
    if (!own.reset.empty()) hints.reset = own.reset;
    if (!own.compare.empty()) hints.compare = own.compare;
    if (own.max_spikes > 0) hints.max_spikes = own.max_spikes;
    return hints;
}

}  // namespace

std::string shown(const PerNeuron& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (*low == *high) return fmt::format("{}", *low);
    return fmt::format("{}..{} ({} values)", *low, *high, values.size());
}

FoldedNeuron fold_neuron(const Graph& graph, const Node& node, const Shape& shape, const ReadOptions& options,
                         Report& report) {
    const Folding folding{graph, node, conventions_of(options, hints_at(graph, node)), report};
    FoldedNeuron folded;
    folded.population.name = node.name;
    folded.population.shape = shape;
    folded.gain = folding.membrane(folded.population);
    folded.gain = multiply(folded.gain, folding.synapse(folded.population));
    folding.spiking(folded.population);
    return folded;
}

}  // namespace synfire::nir
