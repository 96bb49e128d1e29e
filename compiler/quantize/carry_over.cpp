// Conversions that must be exact; the first value of a field that is not stops that field.
#include "compiler/quantize/carry_over.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/quantize/fold.hpp"

namespace synfire {
namespace {

constexpr double units = 64;  // integer units of one unit of potential
constexpr double decay_units = 4096;
constexpr double largest_state = 0x1p31 - 1;

struct Exactly {
    Report& report;
    std::string node;

    void refuse(const char* field, const std::string& reason, const std::string& expected) const {
        Diagnostic d;
        d.node = "'" + node + "'";
        d.field = field;
        d.reason = reason;
        d.expected = expected;
        d.hint = "the lava profile takes trained integers over; quantize with --profile mcu or loihi instead";
        report.error(d);
    }

    // factor * value as a whole number of at most `limit`.
    IntPerNeuron whole(const char* field, const std::vector<double>& values, double factor,
                       double limit) const {
        IntPerNeuron out;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double x = values[i] * factor;
            if (x == std::floor(x) && std::abs(x) <= limit) {
                out.push_back(static_cast<std::int32_t>(x));
                continue;
            }
            refuse(field, fmt::format("value {} at index {} is not one of the profile's", values[i], i),
                   factor == 1 ? fmt::format("whole numbers, at most {}", limit)
                               : fmt::format("multiples of 1/{}, at most {}", factor, limit / factor));
            return {0};
        }
        return out;
    }

    IntPerNeuron decays(const char* field, const PerNeuron& kept) const {
        IntPerNeuron lost = whole(field, kept, decay_units, decay_units);
        for (std::int32_t& d : lost) d = static_cast<std::int32_t>(decay_units) - d;
        return lost;
    }
};

void set_spiking(const Spiking& spiking, const Exactly& exactly, IntPopulation& out) {
    out.threshold = exactly.whole("threshold", spiking.threshold, units, largest_state);
    if (spiking.compare == Compare::greater_equal)
        for (std::int32_t& t : out.threshold) --t;
    out.refractory_steps = spiking.refractory_steps;
    out.max_spikes = spiking.max_spikes;
    if (const auto* hard = std::get_if<HardReset>(&spiking.reset)) {
        out.reset = rt::Reset::to_value;
        out.reset_amount = exactly.whole("reset value", hard->value, units, largest_state);
    } else if (const auto* soft = std::get_if<SoftReset>(&spiking.reset)) {
        out.reset = soft->next_step ? rt::Reset::subtract_next_step : rt::Reset::subtract_at_once;
        out.reset_amount = exactly.whole("reset amount", soft->amount, units, largest_state);
    } else if (const auto* no_delay = std::get_if<NoDelayReset>(&spiking.reset)) {
        out.reset = no_delay->to_zero ? rt::Reset::to_zero_no_delay : rt::Reset::subtract_no_delay;
        out.reset_amount = exactly.whole("reset amount", no_delay->amount, units, largest_state);
    }
}

IntPopulation carried(const Population& p, const PerNeuron& bias, const PerNeuron& bias_u, Report& report) {
    const Exactly exactly{report, p.name};
    IntPopulation out;
    out.name = p.name;
    out.shape = p.shape;
    out.decay_u = exactly.decays("alpha", p.alpha);
    out.decay_v = exactly.decays("beta", p.beta);
    out.bias = exactly.whole("bias", bias, units, largest_state);
    out.bias_u = exactly.whole("bias", bias_u, 1, largest_state);  // in front of the shift by 6
    out.initial_v = exactly.whole("initial v", p.initial_v, units, largest_state);
    out.initial_u = exactly.whole("initial i", p.initial_i, units, largest_state);
    if (!p.v_min.empty()) out.v_min = exactly.whole("v_min", p.v_min, units, largest_state);
    out.periodic_reset = p.periodic_reset;
    out.scale = {units};
    out.spiking = p.spiking.has_value();
    if (p.spiking) set_spiking(*p.spiking, exactly, out);
    return out;
}

IntConnection carried(const Connection& c, const Folded& folded, Report& report) {
    IntConnection out;
    out.name = c.name;
    out.source = c.source;
    out.target = c.target;
    out.delay = c.delay;
    out.outputs = folded.matrix.outputs;
    out.inputs = folded.matrix.inputs;
    out.first = folded.matrix.first;
    out.column = folded.matrix.column;
    out.convolution = folded.convolution;
    out.source_pool = folded.source_pool;
    out.sum_pool = folded.sum_pool;
    const IntPerNeuron weights = Exactly{report, c.name}.whole("weight", folded.matrix.weight, 1, INT16_MAX);
    out.weight.assign(weights.begin(), weights.end());
    return out;
}

}  // namespace

IntNetwork carry_over(const Network& network, Report& report) {
    IntNetwork out;
    out.name = network.name;
    out.profile = "lava";
    out.rules = rt::lava_rules;
    out.inputs = network.inputs;
    out.outputs = network.outputs;
    std::vector<Folded> folded;
    for (const Connection& c : network.connections) folded.push_back(fold(network, c));
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const Biases biases = total_biases(network, folded, p);
        out.populations.push_back(carried(network.populations[p], biases.v, biases.u, report));
    }
    for (std::size_t c = 0; c < folded.size(); ++c)
        out.connections.push_back(carried(network.connections[c], folded[c], report));
    report.stop_on_errors();
    return out;
}

}  // namespace synfire
