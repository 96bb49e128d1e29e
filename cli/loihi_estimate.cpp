#include "cli/loihi_estimate.hpp"

#include <fmt/format.h>

#include "targets/loihi/estimate.hpp"
#include "targets/loihi/limits.hpp"
#include "targets/loihi/loihi.hpp"
#include "targets/stored.hpp"

namespace synfire::cli {
namespace {

using loihi::CoreEstimate;
using loihi::Estimate;
using loihi::Range;

const Target& loihi_target() {
    for (const Target& target : targets())
        if (target.name == "loihi") return target;
    SYNFIRE_BUG("there is no target loihi");
}

loihi::Rates rates_of(const loihi::Wiring& w, const Evaluation& e) {
    loihi::Rates rates(w.sources);
    const auto steps = static_cast<double>(e.samples * e.steps);
    const auto take = [&](std::size_t first, const std::vector<std::uint64_t>& counts) {
        for (std::size_t j = 0; j < counts.size(); ++j)
            rates[first + j] = static_cast<double>(counts[j]) / steps;
    };
    for (std::size_t i = 0; i < e.input_events.size(); ++i)
        take(w.first_source_of_input[i], e.input_events[i]);
    for (std::size_t p = 0; p < e.layers.size(); ++p)
        take(w.first_source_of_population[p], e.layers[p].activity.emulator.of_neuron);
    return rates;
}

Json to_json(Range r) {
    return {r.low, r.high};
}

Json to_json(const CoreEstimate& c) {
    return {{"operations", c.operations},
            {"updates", c.updates},
            {"spikes", c.spikes},
            {"messages_sent", c.sent},
            {"messages_received", c.received},
            {"seconds", to_json(c.time)},
            {"joules", to_json(c.energy)}};
}

std::string text(Range r, double unit) {
    return fmt::format("{:.3g} to {:.3g}", r.low / unit, r.high / unit);
}

std::string row(const std::string& name, const CoreEstimate& c) {
    return fmt::format("{:<20} {:>12.1f} {:>10.1f} {:>10.2f} {:>10.2f} {:>20} {:>20}\n", name, c.operations,
                       c.updates, c.spikes, c.sent, text(c.time, 1e-6), text(c.energy, 1e-9));
}

std::string table(const IntNetwork& network, const Estimate& e, const loihi::Placement& placement) {
    std::string out =
        fmt::format("{:<20} {:>12} {:>10} {:>10} {:>10} {:>20} {:>20}\n", "per step", "operations", "updates",
                    "spikes", "messages", "us, one after all", "nJ dynamic");
    for (std::size_t p = 0; p < e.layers.size(); ++p) out += row(network.populations[p].name, e.layers[p]);
    const loihi::Core& busiest = placement.cores[e.busiest];
    return out + row(fmt::format("busiest: {}/{}", busiest.chip, busiest.number), e.cores[e.busiest]);
}

}  // namespace

void describe_loihi(const IntNetwork& integers, const Evaluation& evaluation, Outcome& outcome,
                    Report& report) {
    const IntNetwork network = loihi::as_emitted(stored_on(loihi_target(), integers, report), {});
    TargetOptions options;
    options.chips = loihi::most_chips;
    const auto placed = loihi::place_checked(network, options, report);
    report.stop_on_errors();
    const loihi::Wiring w = loihi::wiring(network, placed->schedule);
    const Estimate e = loihi::estimate(w, placed->placement, rates_of(w, evaluation));
    const auto steps = static_cast<double>(evaluation.steps);
    const loihi::RunEstimate run = loihi::run_estimate(e, steps);
    outcome.text += fmt::format(
        "\nLoihi 1, a model and no measurement: {} of {} cores\n{}"
        "a step takes {} us, and {} us more where a host manages it\n"
        "a sample of {} steps takes {} ms and, dynamic, {} uJ; static, {} uJ of the cores and {} uJ of the "
        "chips' x86 cores\npublished runs lie within a factor of 3 of such bounds\n",
        placed->placement.cores.size(), loihi::cores_per_chip * placed->placement.chips,
        table(network, e, placed->placement), text(e.step, 1e-6), text(e.host, 1e-6), evaluation.steps,
        text(run.time, 1e-3), text(run.dynamic_energy, 1e-6), text(run.static_energy, 1e-6),
        text(run.host_energy, 1e-6));
    Json json = {{"model_not_measured", true},
                 {"chips", placed->placement.chips},
                 {"busiest_core",
                  {placed->placement.cores[e.busiest].chip, placed->placement.cores[e.busiest].number}},
                 {"step_seconds", to_json(e.step)},
                 {"host_seconds_per_step", to_json(e.host)},
                 {"sample",
                  {{"seconds", to_json(run.time)},
                   {"dynamic_joules", to_json(run.dynamic_energy)},
                   {"static_joules", to_json(run.static_energy)},
                   {"x86_joules", to_json(run.host_energy)}}}};
    for (std::size_t p = 0; p < e.layers.size(); ++p) {
        json["layers"].push_back({{"name", network.populations[p].name}});
        json["layers"].back().update(to_json(e.layers[p]));
    }
    for (std::size_t i = 0; i < e.cores.size(); ++i) {
        json["cores"].push_back(
            {{"chip", placed->placement.cores[i].chip}, {"core", placed->placement.cores[i].number}});
        json["cores"].back().update(to_json(e.cores[i]));
    }
    outcome.json["loihi"] = std::move(json);
}

}  // namespace synfire::cli
