// One message per feature, and the matrices.
#include "targets/stored.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace synfire {
namespace {

// Values of one matrix that was sparse; far beyond what any microcontroller or chip stores.
constexpr std::size_t largest_matrix = std::size_t{1} << 26;

struct Refusals {
    const Target& target;
    Report& report;

    void add(const std::string& node, const std::string& field, const std::string& reason,
             const std::string& hint) const {
        Diagnostic d;
        d.node = "'" + node + "'";
        d.field = field;
        d.reason = fmt::format("{} on target {}", reason, target.name);
        d.hint = hint;
        report.error(std::move(d));
    }
};

bool differs(const IntPerNeuron& values, std::int32_t from) {
    return std::any_of(values.begin(), values.end(), [&](std::int32_t v) { return v != from; });
}

void check_population(const IntPopulation& p, const Refusals& refusals) {
    if (p.max_spikes > 1)
        refusals.add(p.name, "max spikes", "several spikes in one step cannot be sent",
                     "use single-spike neurons, or a shorter time step");
    if (!refusals.target.holds.v_min && differs(p.v_min, no_v_min))
        refusals.add(p.name, "v_min", "membranes have no lower bound", "train without a lower bound");
    if (!refusals.target.holds.current_bias && differs(p.bias_u, 0))
        refusals.add(p.name, "bias", "a bias cannot pass a synaptic filter", "train without this bias");
    if (!refusals.target.holds.initial_u && differs(p.initial_u, 0))
        refusals.add(p.name, "initial i", "synaptic currents start at zero", "leave the initial current out");
    if (p.periodic_reset.interval > 0)
        refusals.add(p.name, "reset interval", "states are cleared between samples only",
                     "leave --reset-interval out, and reset the network between samples");
}

void check_connection(const IntConnection& c, const Refusals& refusals) {
    if (c.sum_pool || (c.source_pool && !refusals.target.holds.source_pool))
        refusals.add(c.name, "stages",
                     c.sum_pool ? "maximum pools between weights and neurons are not available"
                                : "maximum pools are not available",
                     "train with average pooling");
    const auto size = element_count({c.outputs, c.inputs});
    if (is_sparse(c) && !refusals.target.holds.sparse && (!size || *size > largest_matrix))
        refusals.add(c.name, "weight",
                     fmt::format("{} x {} weights are too many to store", c.outputs, c.inputs),
                     "use a smaller layer");
}

}  // namespace

IntNetwork stored_on(const Target& target, IntNetwork network, Report& report) {
    const Refusals refusals{target, report};
    const std::size_t before = report.diagnostics.size();
    for (const Input& i : network.inputs)
        if (i.kind == SignalKind::real && !target.holds.values &&
            !(target.holds.whole_inputs && network.profile == "lava"))
            refusals.add(i.name, "kind", "real-valued inputs are not available",
                         "encode the input as spikes before the network");
    for (const IntPopulation& p : network.populations) check_population(p, refusals);
    for (const IntConnection& c : network.connections) check_connection(c, refusals);
    if (report.diagnostics.size() != before) report.stop_on_errors();
    if (target.holds.sparse) return network;
    for (IntConnection& c : network.connections) {
        c.weight = dense_weights(c);
        c.first.clear();
        c.column.clear();
    }
    return network;
}

}  // namespace synfire
