#include <fmt/format.h>

#include "targets/loihi/loihi.hpp"
#include "targets/loihi/netx.hpp"
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

}  // namespace

Artifacts emit(const IntNetwork& original, const TargetOptions& options, Report& report) {
    if (options.hard_reset) warn_changed_resets(original, report);
    const IntNetwork network = options.hard_reset ? with_hard_reset(original) : original;
    check(network, options, report);
    report.stop_on_errors();
    Report already_reported;
    Artifacts files = lava_script(network, schedule(network, already_reported).value());
    if (std::optional<Diagnostic> refusal = netx_refusal(network)) {
        report.warning(std::move(*refusal));
        return files;
    }
    files["network.net"] = to_netx(network);
    note_how_to_load(network, report);
    return files;
}

}  // namespace synfire::loihi
