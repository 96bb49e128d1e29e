// The invariants of an IntNetwork. The quantizer keeps them; files from elsewhere may not.
#include "compiler/quantize/check_integers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/network/check_stage.hpp"
#include "compiler/quantize/shared_weights.hpp"

namespace synfire {
namespace {

constexpr const char* damaged = "was the file edited? compile or import the model again";

// Every message has the same hint: such networks are not written by hand.
struct IntComplaints {
    const std::string& file;
    Report& report;
    std::string node;

    void add(const std::string& field, const std::string& reason, const std::string& expected) {
        Diagnostic d;
        d.file = file;
        d.node = node;
        d.field = field;
        d.reason = reason;
        d.expected = expected;
        d.hint = damaged;
        report.error(d);
    }
};

void check_register(const rt::Register& r, const std::string& field, IntComplaints& complaints) {
    if (r.bits < 2 || r.bits > 32) complaints.add(field, fmt::format("{} bits", r.bits), "2..32 bits");
}

void check_rules(const rt::Rules& rules, IntComplaints& complaints) {
    if (rules.decay_bits < 1 || rules.decay_bits > 30)
        complaints.add("decay_bits", fmt::format("{} bits", rules.decay_bits), "1..30 bits");
    if (rules.accumulator_shift > 16)
        complaints.add("accumulator_shift", fmt::format("{}", rules.accumulator_shift), "0..16");
    check_register(rules.accumulator, "accumulator", complaints);
    check_register(rules.current, "current", complaints);
    check_register(rules.drive, "drive", complaints);
    check_register(rules.membrane, "membrane", complaints);
}

void check_values(const IntPerNeuron& values, std::size_t n, std::int32_t low, std::int32_t high,
                  const std::string& field, IntComplaints& complaints) {
    if (values.size() != 1 && values.size() != n) {
        complaints.add(field, fmt::format("has {} values", values.size()),
                       fmt::format("one value or {} values", n));
        return;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] >= low && values[i] <= high) continue;
        complaints.add(field, fmt::format("value {} at index {} is out of range", values[i], i),
                       fmt::format("{}..{}", low, high));
        return;
    }
}

void check_resets(const IntPopulation& p, IntComplaints& complaints) {
    if (p.max_spikes < 1 || p.max_spikes > max_count)
        complaints.add("max_spikes", fmt::format("{} spikes", p.max_spikes), fmt::format("1..{}", max_count));
    const bool negative = std::any_of(p.threshold.begin(), p.threshold.end(), [](auto t) { return t < 0; });
    if (p.max_spikes > 1 && (negative || rt::without_delay(p.reset)))
        complaints.add("max_spikes", "several spikes in one step need thresholds >= 0 and a reset at once",
                       "1");
    if (p.refractory_steps > 0 && rt::without_delay(p.reset))
        complaints.add("refractory_steps", "a reset without delay has no refractory period", "0");
    if (p.periodic_reset.interval < 0 || p.periodic_reset.first < 0)
        complaints.add("periodic_reset", "is negative", "0 or more steps");
    const auto zero = [](std::int32_t x) { return x == 0; };
    const bool from_zero = std::all_of(p.initial_v.begin(), p.initial_v.end(), zero) &&
                           std::all_of(p.initial_u.begin(), p.initial_u.end(), zero);
    if (p.periodic_reset.interval > 0 && !from_zero)
        complaints.add("periodic_reset", "clears to 0, but the initial state is another",
                       "an initial state of 0");
}

void check_population(const IntPopulation& p, const rt::Rules& rules, IntComplaints& complaints) {
    const std::optional<std::size_t> n = element_count(p.shape);
    if (!n || *n == 0) {
        complaints.add("shape", fmt::format("{} is not a usable size", to_string(p.shape)),
                       fmt::format("1..{} neurons", max_elements));
        return;
    }
    const std::int32_t whole = std::int32_t{1} << rules.decay_bits;
    const auto state = static_cast<std::int32_t>((std::int64_t{1} << (rules.membrane.bits - 1)) - 1);
    check_values(p.decay_u, *n, 0, whole, "decay_u", complaints);
    check_values(p.decay_v, *n, 0, whole, "decay_v", complaints);
    check_values(p.bias, *n, -INT32_MAX, INT32_MAX, "bias", complaints);
    check_values(p.bias_u, *n, -INT32_MAX, INT32_MAX, "bias_u", complaints);
    check_values(p.threshold, *n, -INT32_MAX, INT32_MAX, "threshold", complaints);
    check_values(p.reset_amount, *n, -state, state, "reset_amount", complaints);
    check_values(p.initial_v, *n, -state, state, "initial_v", complaints);
    check_values(p.initial_u, *n, -state, state, "initial_u", complaints);
    check_values(p.v_min, *n, no_v_min, state, "v_min", complaints);
    check_resets(p, complaints);
    if (p.scale.size() != 1 && p.scale.size() != *n)
        complaints.add("scale", fmt::format("has {} values", p.scale.size()),
                       fmt::format("one value or {} values", *n));
    for (double s : p.scale)
        if (!(std::isfinite(s) && s > 0)) {
            complaints.add("scale", fmt::format("{} is not a scale", s), "finite and > 0");
            break;
        }
    if (p.refractory_steps < 0 || p.refractory_steps > 255)
        complaints.add("refractory_steps", fmt::format("{} steps", p.refractory_steps), "0..255 steps");
    if (p.refractory_steps > 0 && p.reset == rt::Reset::subtract_next_step)
        complaints.add("refractory_steps", "a soft reset in the next step has no refractory period", "0");
}

// Returns whether the pool, if there is one, turns `arriving` values into `leaving`.
bool check_pool(const std::optional<Pool>& pool, const std::string& field, std::size_t arriving,
                std::size_t leaving, IntComplaints& complaints) {
    if (!pool) return true;
    Report found;
    Complaints stage{complaints.file, found, complaints.node};
    if (pool->kind == Pool::Kind::maximum && check_stage(*pool, arriving, stage) &&
        outputs(*pool, arriving) == leaving)
        return true;
    complaints.add(field, "does not fit the connection",
                   fmt::format("a maximum pool from {} to {} values", arriving, leaving));
    return false;
}

void check_sparse(const IntConnection& c, IntComplaints& complaints) {
    const bool divided = c.first.size() == c.outputs + 1 && c.first.front() == 0 &&
                         c.first.back() == c.weight.size() && std::is_sorted(c.first.begin(), c.first.end());
    if (!divided || c.column.size() != c.weight.size()) {
        complaints.add("first", "does not divide the synapses among the outputs", "ascending from 0");
        return;
    }
    for (std::size_t o = 0; o < c.outputs; ++o)
        for (std::size_t k = c.first[o]; k < c.first[o + 1]; ++k) {
            if (c.column[k] < c.inputs && (k == c.first[o] || c.column[k - 1] < c.column[k])) continue;
            complaints.add("column", fmt::format("the inputs of output {} are not ascending", o),
                           fmt::format("numbers below {}", c.inputs));
            return;
        }
}

// The synapses, which have passed all other checks, against the kernel that they should share.
void check_convolution(const IntConnection& c, IntComplaints& complaints) {
    if (!c.convolution) return;
    Report found;
    Complaints stage{complaints.file, found, complaints.node};
    const bool fits = c.convolution->weight.empty() && c.convolution->bias.empty() &&
                      check_stage(*c.convolution, c.inputs, stage, Weights::may_be_absent) &&
                      outputs(*c.convolution, c.inputs) == c.outputs;
    if (!fits)
        complaints.add("convolution", "does not fit the connection",
                       fmt::format("a convolution from {} to {} values", c.inputs, c.outputs));
    else if (!shared_weights(c))
        complaints.add("convolution", "the synapses are not those of one kernel",
                       "the weight of every synapse at its place in the kernel");
}

void check_connection(const IntNetwork& network, const IntConnection& c, IntComplaints& complaints) {
    const bool from_input = c.source.kind == Presynaptic::Kind::input;
    const std::size_t sources = from_input ? network.inputs.size() : network.populations.size();
    if (c.source.index >= sources) {
        complaints.add("source", fmt::format("index {} does not exist", c.source.index),
                       fmt::format("0..{}", sources - 1));
        return;
    }
    if (c.target >= network.populations.size()) {
        complaints.add("target", fmt::format("index {} does not exist", c.target),
                       fmt::format("0..{}", network.populations.size() - 1));
        return;
    }
    if (!from_input && c.delay == 0 && c.source.index >= c.target)
        complaints.add("delay", "is 0 in a connection against the order of the populations",
                       "at least 1 step");
    if (c.delay < 0 || c.delay > max_delay)
        complaints.add("delay", fmt::format("{} steps", c.delay), fmt::format("0..{} steps", max_delay));
    if (c.exponent < -16 || c.exponent > 16)
        complaints.add("exponent", fmt::format("{}", c.exponent), "-16..16");
    const std::size_t n = neurons(network.populations[c.target]);
    const std::size_t m = width(network, c.source);
    const bool pools = check_pool(c.source_pool, "source_pool", m, c.inputs, complaints) &&
                       check_pool(c.sum_pool, "sum_pool", c.outputs, n, complaints);
    if (!pools) return;
    if (!c.sum_pool && c.outputs != n)
        complaints.add("outputs", fmt::format("{}", c.outputs), fmt::format("{}", n));
    if (!c.source_pool && c.inputs != m)
        complaints.add("inputs", fmt::format("{}", c.inputs), fmt::format("{}", m));
    const std::size_t before = complaints.report.diagnostics.size();
    if (is_sparse(c)) {
        check_sparse(c, complaints);
    } else {
        const std::optional<std::size_t> size = element_count({c.outputs, c.inputs});
        if (!size || *size != c.weight.size())
            complaints.add("weight", fmt::format("has {} values", c.weight.size()),
                           fmt::format("{} x {} values", c.outputs, c.inputs));
    }
    if (complaints.report.diagnostics.size() == before) check_convolution(c, complaints);
}

// The emulator adds in 64 bits; files that could leave them are refused.
void check_sums(const IntNetwork& network, IntComplaints& complaints) {
    std::vector<double> most(network.populations.size(), 0.0);
    for (const IntConnection& c : network.connections)
        most[c.target] += std::exp2(15 + c.exponent + network.rules.accumulator_shift) *
                          largest_value(network, c.source) * static_cast<double>(c.inputs);
    for (std::size_t p = 0; p < most.size(); ++p) {
        if (most[p] < 0x1p62) continue;
        complaints.node = "'" + network.populations[p].name + "'";
        complaints.add("exponent", "the sum of its inputs can leave 64 bits", "smaller exponents");
    }
}

}  // namespace

void check(const IntNetwork& network, const std::string& file, Report& report) {
    IntComplaints complaints{file, report, "'rules'"};
    check_rules(network.rules, complaints);
    if (report.has_errors()) return;
    for (const Input& i : network.inputs) {
        complaints.node = "'" + i.name + "' (input)";
        const std::optional<std::size_t> n = element_count(i.shape);
        if (!n || *n == 0)
            complaints.add("shape", fmt::format("{} is not a usable size", to_string(i.shape)),
                           fmt::format("1..{} values per step", max_elements));
        if (i.kind == SignalKind::real && !(std::isfinite(i.range) && i.range > 0))
            complaints.add("range", fmt::format("{} is not a range of real values", i.range),
                           "finite and > 0");
    }
    for (const IntPopulation& p : network.populations) {
        complaints.node = "'" + p.name + "'";
        check_population(p, network.rules, complaints);
    }
    if (report.has_errors()) return;  // sizes below rely on usable shapes
    for (const IntConnection& c : network.connections) {
        complaints.node = "'" + c.name + "'";
        check_connection(network, c, complaints);
    }
    complaints.node = "";
    for (std::size_t o : network.outputs)
        if (o >= network.populations.size())
            complaints.add("outputs", fmt::format("index {} does not exist", o), "an index of a population");
    if (!report.has_errors()) check_sums(network, complaints);
}

}  // namespace synfire
