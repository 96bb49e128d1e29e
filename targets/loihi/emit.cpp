#include <fmt/format.h>

#include "targets/loihi/loihi.hpp"
#include "targets/loihi/mapping.hpp"
#include "targets/loihi/netx.hpp"
#include "targets/loihi/recount.hpp"
#include "targets/loihi/script.hpp"

namespace synfire::loihi {
namespace {

bool soft_or_none(const IntPopulation& p) {
    return p.spiking && p.reset != rt::Reset::to_value;
}

void warn_changed_resets(const IntNetwork& network, Report& report) {
    for (const IntPopulation& p : network.populations)
        if (soft_or_none(p) || (p.spiking && p.reset_amount != IntPerNeuron{0}))
            report.warning({.node = "'" + p.name + "'",
                            .field = "reset",
                            .reason =
                                "its reset is replaced by a hard reset to zero, as asked for; its spikes are "
                                "not those of the model file",
                            .hint = "leave out --hard-reset to keep the reset of the model"});
}

// netx layers start their biases with the first step of the run, one step per layer before their first input.
void note_how_to_load(const IntNetwork& network, Report& report) {
    report.note(
        {.field = "network.net",
         .reason = fmt::format(
             "row k of layer i (from 0) of netx is step k - 1 - i; for exact states load it with "
             "netx.hdf5.Network(net_config='network.net', reset_interval=R, reset_offset=1), R at least the "
             "steps of a sample; {} layers",
             network.populations.size())});
}

// Lava and netx have no sparse connections; larger matrices would not be simulated by anybody either.
constexpr std::size_t largest_matrix = std::size_t{1} << 26;

bool write_out_matrices(IntNetwork& network, Report& report) {
    for (IntConnection& c : network.connections) {
        if (!is_sparse(c)) continue;
        const auto size = element_count({c.outputs, c.inputs});
        if (!size || *size > largest_matrix) {
            report.warning(
                {.node = "'" + c.name + "'",
                 .field = "weight",
                 .reason = fmt::format("the Lava script is not written: {} x {} weights are too many "
                                       "for a matrix, and it has no other form",
                                       c.outputs, c.inputs),
                 .hint = "mapping.json places the network all the same; simulate a smaller one"});
            return false;
        }
        c.weight = dense_weights(c);
        c.first.clear();
        c.column.clear();
    }
    return true;
}

void add_simulation(IntNetwork network, const Schedule& schedule, Artifacts& files, Report& report) {
    if (std::optional<Diagnostic> refusal = netx_refusal(network)) {
        report.warning(std::move(*refusal));
    } else {
        files["network.net"] = to_netx(network);
        note_how_to_load(network, report);
    }
    if (write_out_matrices(network, report)) files.merge(lava_script(network, schedule));
}

}  // namespace

Artifacts emit(const IntNetwork& original, const TargetOptions& options, Report& report) {
    if (options.hard_reset) warn_changed_resets(original, report);
    const IntNetwork network = as_emitted(original, options);
    const std::optional<Placed> placed = place_checked(network, options, report);
    report.stop_on_errors();
    Artifacts files;
    files["mapping.json"] =
        mapping_text(wiring(network, placed->schedule), placed->schedule, placed->placement);
    for (const std::string& fault : recount(network, placed->schedule, files["mapping.json"]))
        SYNFIRE_BUG("mapping.json: " + fault);
    add_simulation(network, placed->schedule, files, report);
    return files;
}

}  // namespace synfire::loihi
