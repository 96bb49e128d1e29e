// Folding rules (dt in seconds; x what arrives; i the synaptic current; v the membrane potential):
//
//   tau_syn dI/dt   = -I + w_in x               i = alpha i + gain_i x
//   tau_mem dv/dt   = (v_leak - v) + r I        v = beta v + gain_v i + (1 - beta) v_leak
//   model if, i:  dv/dt = r x                   v = v + (r dt) x
//
//   euler      decay 1 - dt/tau     gain dt/tau
//   exp_euler  decay exp(-dt/tau)   gain dt/tau
//   exact      decay exp(-dt/tau)   gain 1 - exp(-dt/tau)
//
// Both gains end in the weights: the current is kept in units of gain_v i. v_leak is the potential that v
// decays to under every rule, so its share is 1 - beta.
#include "compiler/frontend/json/fold_neuron.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/network/per_neuron.hpp"

namespace synfire::json {
namespace {

// What one time constant becomes.
struct Discrete {
    PerNeuron decay;
    PerNeuron gain;
};

struct Folding {
    const Value& layer;
    const Shape& shape;
    const Value& document;
    const Place& place;
    TensorSource& source;
    Report& report;

    bool has(const char* field) const { return layer.contains(field); }

    PerNeuron read(const char* field, double otherwise) const {
        if (!has(field)) return {otherwise};
        return read_per_neuron(layer[field], shape, inside(place, field), source);
    }

    void note(const char* field, const std::string& what) const {
        report.note(complaint(inside(place, field), what, "", ""));
    }

    void assumed(const char* field, const std::string& what, const std::string& hint) const {
        report.warning(complaint(inside(place, field), what, "", hint));
    }

    // The layer's own setting, or that of "defaults", with the place it came from.
    const Value* setting(const char* field, Place& from) const {
        from = inside(place, field);
        if (has(field)) return &layer[field];
        if (!document.contains("defaults") || !document["defaults"].contains(field)) return nullptr;
        from = {place.file, place.node, child("/defaults", field)};
        return &document["defaults"][field];
    }

    double dt(const char* user) const {
        if (!document.contains("dt"))
            fail({place.file, place.node, "/dt"}, fmt::format("is missing, and '{}' is in seconds", user),
                 "seconds per step, a number > 0",
                 "add \"dt\", or give per-step factors (beta, alpha, gain)");
        return document["dt"].get<double>();
    }

    std::string discretisation() const {
        Place from;
        if (const Value* found = setting("discretisation", from)) return *found;
        assumed("discretisation", "is not given; \"euler\" was taken",
                "add it here or to \"defaults\": \"euler\", \"exp_euler\" or \"exact\"");
        return "euler";
    }

    Discrete discretise(const char* field, const std::string& rule) const {
        const double step = dt(field);
        const PerNeuron tau = read(field, 0);
        for (std::size_t i = 0; i < tau.size(); ++i) {
            if (!(tau[i] > 0))
                fail(inside(place, field),
                     fmt::format("value {} at index {} is not a time constant", tau[i], i), "> 0 s",
                     "a population without this filter has another model");
            if (rule == "euler" && step > tau[i])
                fail(inside(place, field),
                     fmt::format("value {} s at index {} is shorter than a step, dt = {} s", tau[i], i, step),
                     "at least dt with \"euler\"", "use \"exp_euler\" or \"exact\", or a smaller dt");
        }
        Discrete d{tau, tau};
        for (double& x : d.decay) x = rule == "euler" ? 1.0 - step / x : std::exp(-step / x);
        for (double& x : d.gain) x = rule == "exact" ? -std::expm1(-step / x) : step / x;
        return d;
    }

    void require_tau(const char* field, const char* tau, const char* instead) const {
        if (has(field) && !has(tau))
            fail(inside(place, field), fmt::format("goes with '{}', which is not given", tau), "",
                 fmt::format("{}, or add \"{}\"", instead, tau));
    }

    PerNeuron factor(const char* field) const {
        PerNeuron values = read(field, 0);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!(values[i] >= 0 && values[i] <= 1))
                fail(inside(place, field), fmt::format("value {} at index {} is out of range", values[i], i),
                     "0..1, the fraction kept per step",
                     fmt::format("is it a time constant? then write \"tau_{}\"",
                                 field[0] == 'b' ? "mem" : "syn"));
        return values;
    }

    // Sets beta; returns the gain from i to v.
    PerNeuron membrane(Population& p) const {
        const bool leaky = has("beta") || has("tau_mem");
        PerNeuron gain{1.0};
        if (has("tau_mem")) {
            const std::string rule = discretisation();
            const Discrete d = discretise("tau_mem", rule);
            p.beta = d.decay;
            gain = multiply(d.gain, read("r", 1));
            note("tau_mem", fmt::format("folded with {} and dt = {} s: beta = {}, gain = {}", rule,
                                        dt("tau_mem"), shown_values(p.beta), shown_values(gain)));
        } else if (has("beta")) {
            require_tau("r", "tau_mem", "write \"gain\" for a factor per step");
            p.beta = factor("beta");
        } else {
            p.beta = {1.0};
            if (has("r")) {
                gain = multiply(read("r", 1), {dt("r")});
                note("r",
                     fmt::format("folded with dt = {} s: gain = r dt = {}", dt("r"), shown_values(gain)));
            }
        }
        if (has("gain")) {
            if (has("r")) note("gain", "replaces the gain that follows from r and the time constant");
            gain = read("gain", 1);
        }
        if (leaky) {
            const PerNeuron leak = read("v_leak", 0);
            p.bias = combine(p.beta, leak, [](double b, double v) { return (1 - b) * v; });
            if (!all_equal(leak, 0))
                note("v_leak",
                     fmt::format("folded into the bias (1 - beta) v_leak = {}", shown_values(p.bias)));
        }
        return gain;
    }

    // Sets alpha; returns the gain from what arrives to i.
    PerNeuron synapse(Population& p) const {
        if (has("alpha")) {
            require_tau("w_in", "tau_syn", "scale the weights");
            p.alpha = factor("alpha");
            return {1.0};
        }
        if (!has("tau_syn")) return {1.0};
        const std::string rule = discretisation();
        const Discrete d = discretise("tau_syn", rule);
        p.alpha = d.decay;
        const PerNeuron gain = multiply(d.gain, read("w_in", 1));
        note("tau_syn", fmt::format("folded with {} and dt = {} s: alpha = {}, gain = {}", rule,
                                    dt("tau_syn"), shown_values(p.alpha), shown_values(gain)));
        return gain;
    }

    Reset reset(const PerNeuron& threshold, bool& next_step) const {
        Place from;
        const Value* found = setting("reset", from);
        if (found == nullptr) {
            assumed("reset", "is not given; a reset to zero at once was taken",
                    "add it here or to \"defaults\": {\"mode\": \"zero\"} or {\"mode\": \"subtract\"}");
            return HardReset{{0.0}};
        }
        const std::string mode = (*found)["mode"];
        const std::string timing = found->value("timing", "immediate");
        if (found->contains("value") && mode != "value")
            fail(inside(from, "value"), fmt::format("has no effect with mode \"{}\"", mode), "mode \"value\"",
                 "remove it, or use mode \"value\"");
        next_step = timing == "next_step" && mode != "none";
        if (mode == "none") return NoReset{};
        if (timing == "snntorch_nodelay") {
            if (mode == "value")
                fail(inside(from, "timing"), "\"snntorch_nodelay\" resets to zero or subtracts",
                     "mode \"zero\" or \"subtract\"", "use timing \"immediate\" for a reset to a value");
            return NoDelayReset{mode == "zero", mode == "zero" ? PerNeuron{0.0} : threshold};
        }
        if (mode == "subtract") return SoftReset{threshold, next_step};
        const PerNeuron value = mode == "value"
                                    ? read_per_neuron((*found)["value"], shape, inside(from, "value"), source)
                                    : PerNeuron{0.0};
        if (next_step)
            note("reset",
                 fmt::format("folded: \"{}\" before the next update gives the same spikes as at once; the "
                             "membrane is recorded after the reset",
                             mode));
        return HardReset{value};
    }

    Compare compare() const {
        Place from;
        if (const Value* found = setting("compare", from))
            return *found == "ge" ? Compare::greater_equal : Compare::greater;
        if (has("multi_spike")) {
            assumed("compare", "is not given; \"ge\" was taken, as 'multi_spike' needs it",
                    "add it here or to \"defaults\": \"ge\"");
            return Compare::greater_equal;
        }
        assumed("compare", "is not given; \"gt\" was taken: a spike when v > threshold",
                "add it here or to \"defaults\": \"gt\" or \"ge\"");
        return Compare::greater;
    }

    // A delayed reset is told from the membrane, so a run must not start above the threshold.
    void check_start(const Spiking& s, bool next_step) const {
        const PerNeuron v = read("v_init", 0);
        for (std::size_t i = 0; next_step && i < v.size(); ++i) {
            const double threshold = at(s.threshold, i);
            if (v[i] > threshold || (s.compare == Compare::greater_equal && v[i] == threshold))
                fail(inside(place, "v_init"),
                     fmt::format("value {} at index {} is above the threshold {}", v[i], i, threshold),
                     "below the threshold where the reset comes in the next step",
                     "start lower, or reset at once");
        }
    }

    // floor(v / threshold) spikes in one step, at most "max".
    int max_spikes(const Spiking& spiking, bool later) const {
        if (!has("multi_spike")) return 1;
        const Place here = inside(place, "multi_spike");
        if (spiking.compare == Compare::greater)
            fail(here, "needs a spike where v is the threshold: v / threshold is 1 there",
                 "\"compare\": \"ge\"", "change \"compare\" here or in \"defaults\"");
        if (later)
            fail(here, "needs a reset in the step of the spike", "timing \"immediate\"",
                 "change \"reset\" here or in \"defaults\"");
        for (std::size_t i = 0; i < spiking.threshold.size(); ++i)
            if (!(spiking.threshold[i] > 0))
                fail(inside(place, "threshold"),
                     fmt::format("value {} at index {} cannot be counted in", spiking.threshold[i], i),
                     "> 0 with 'multi_spike'", "shift potentials so that the resting potential is 0");
        if (!layer["multi_spike"].contains("max")) {
            note("multi_spike", fmt::format("no \"max\": at most {} spikes per step", max_count));
            return max_count;
        }
        const int most = layer["multi_spike"]["max"];
        if (most > max_count)
            fail(inside(here, "max"), fmt::format("{} spikes in one step", most),
                 fmt::format("1..{}", max_count), "bound the number of spikes in one step");
        return most;
    }

    // The lower limit holds before the threshold is met, so no reset may lead below it.
    PerNeuron lower_limit(const std::optional<Spiking>& spiking) const {
        if (!has("v_min")) return {};
        const PerNeuron low = read("v_min", 0);
        if (!spiking) return low;
        if (std::holds_alternative<NoDelayReset>(spiking->reset))
            fail(inside(place, "v_min"), "cannot be combined with timing \"snntorch_nodelay\"", "",
                 "remove it; snnTorch has no lower limit");
        const auto* hard = std::get_if<HardReset>(&spiking->reset);
        const auto* soft = std::get_if<SoftReset>(&spiking->reset);
        const PerNeuron left = combine(spiking->threshold, low, [&](double threshold, double) {
            return soft != nullptr && !soft->next_step ? 0.0 : threshold;
        });
        const PerNeuron lowest =
            hard == nullptr ? left
                            : combine(left, hard->value, [](double a, double b) { return std::min(a, b); });
        for (std::size_t i = 0; i < std::max(low.size(), lowest.size()); ++i)
            if (at(low, i) > at(lowest, i))
                fail(inside(place, "v_min"),
                     fmt::format("value {} at index {} is above the potential after a reset, {}", at(low, i),
                                 i, at(lowest, i)),
                     fmt::format("<= {}", at(lowest, i)), "lower it, or reset to a higher value");
        return low;
    }

    void fold_spike_value(FoldedNeuron& folded) const {
        folded.spike_value = layer.value("spike_value", 1.0);
        if (folded.spike_value != 1)
            note("spike_value", fmt::format("{} folded into the weights of the layers that read the spikes",
                                            folded.spike_value));
    }

    Spiking spiking() const {
        Spiking s;
        bool next_step = false;
        s.threshold = read("threshold", 0);
        s.compare = compare();
        s.reset = reset(s.threshold, next_step);
        s.refractory_steps = layer.value("refractory", 0);
        const bool no_delay = std::holds_alternative<NoDelayReset>(s.reset);
        const bool later = no_delay || (next_step && std::holds_alternative<SoftReset>(s.reset));
        if (s.refractory_steps > 0 && later)
            fail(inside(place, "refractory"),
                 no_delay ? "cannot be combined with timing \"snntorch_nodelay\""
                          : "cannot be combined with a subtraction in the next step",
                 "0", "use timing \"immediate\", or no refractory period");
        s.max_spikes = max_spikes(s, later);
        check_start(s, next_step);
        return s;
    }

    FoldedNeuron operator()(const std::string& name) const {
        FoldedNeuron folded;
        Population& p = folded.population;
        p.name = name;
        p.shape = shape;
        const PerNeuron current_gain = membrane(p);
        folded.gain = multiply(current_gain, synapse(p));
        p.initial_v = read("v_init", 0);
        // The current is kept in units of gain_v i.
        p.initial_i = multiply(read("i_init", 0), current_gain);
        if (has("i_init") && current_gain != PerNeuron{1.0})
            note("i_init",
                 fmt::format("folded with the gain to the membrane: {}", shown_values(p.initial_i)));
        if (has("discretisation") && !has("tau_mem") && !has("tau_syn"))
            assumed("discretisation", "has no effect on a layer without time constants", "remove it");
        if (has("threshold")) {
            p.spiking = spiking();
            fold_spike_value(folded);
        }
        p.v_min = lower_limit(p.spiking);
        return folded;
    }
};

}  // namespace

std::string shown_values(const PerNeuron& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (*low == *high) return fmt::format("{}", *low);
    return fmt::format("{}..{} ({} values)", *low, *high, values.size());
}

FoldedNeuron fold_neuron(const Value& layer, const std::string& name, const Shape& shape,
                         const Value& document, const Place& place, TensorSource& source, Report& report) {
    return Folding{layer, shape, document, place, source, report}(name);
}

}  // namespace synfire::json
