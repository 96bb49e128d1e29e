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
        if (timing == "snntorch_nodelay")
            fail(inside(from, "timing"), "\"snntorch_nodelay\" is not supported yet by this version",
                 "\"immediate\" or \"next_step\"",
                 "train with reset_delay=True (snnTorch's default): \"next_step\"");
        if (found->contains("value") && mode != "value")
            fail(inside(from, "value"), fmt::format("has no effect with mode \"{}\"", mode), "mode \"value\"",
                 "remove it, or use mode \"value\"");
        next_step = timing == "next_step" && mode != "none";
        if (mode == "none") return NoReset{};
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
        assumed("compare", "is not given; \"gt\" was taken: a spike when v > threshold",
                "add it here or to \"defaults\": \"gt\" or \"ge\"");
        return Compare::greater;
    }

    // A delayed reset is told from the membrane, so a run must not start above the threshold.
    void check_start(const Population& p, bool next_step) const {
        for (std::size_t i = 0; next_step && i < p.initial_v.size(); ++i) {
            const double threshold = at(p.spiking->threshold, i);
            if (p.initial_v[i] > threshold ||
                (p.spiking->compare == Compare::greater_equal && p.initial_v[i] == threshold))
                fail(inside(place, "v_init"),
                     fmt::format("value {} at index {} is above the threshold {}", p.initial_v[i], i,
                                 threshold),
                     "below the threshold where the reset comes in the next step",
                     "start lower, or reset at once");
        }
    }

    void refuse_unsupported() const {
        for (const char* field : {"multi_spike", "v_min"})
            if (has(field))
                fail(inside(place, field), fmt::format("'{}' is not supported yet by this version", field),
                     "",
                     field[0] == 'm' ? "train with at most one spike per step"
                                     : "train without a lower limit of the membrane");
        if (layer.value("spike_value", 1.0) != 1.0)
            fail(inside(place, "spike_value"),
                 "spikes of another value than 1 are not supported yet by this version", "1",
                 "multiply the weights of the layer after by it");
        if (!all_equal(read("i_init", 0), 0))
            fail(inside(place, "i_init"),
                 "a current before the first step is not supported yet by this version", "0",
                 "start the run with an input that builds it up");
    }

    FoldedNeuron operator()(const std::string& name) const {
        refuse_unsupported();
        FoldedNeuron folded;
        Population& p = folded.population;
        p.name = name;
        p.shape = shape;
        folded.gain = membrane(p);
        folded.gain = multiply(folded.gain, synapse(p));
        p.initial_v = read("v_init", 0);
        if (has("discretisation") && !has("tau_mem") && !has("tau_syn"))
            assumed("discretisation", "has no effect on a layer without time constants", "remove it");
        if (!has("threshold")) return folded;
        Spiking spiking;
        bool next_step = false;
        spiking.threshold = read("threshold", 0);
        spiking.compare = compare();
        spiking.reset = reset(spiking.threshold, next_step);
        spiking.refractory_steps = layer.value("refractory", 0);
        if (spiking.refractory_steps > 0 && next_step && std::holds_alternative<SoftReset>(spiking.reset))
            fail(inside(place, "refractory"), "cannot be combined with a subtraction in the next step", "0",
                 "use timing \"immediate\", or no refractory period");
        p.spiking = spiking;
        check_start(p, next_step);
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
