// Loihi 1 subtracts only with a second compartment per neuron (NxTF), and exactly only where the threshold is
// m * 2^e; Lava and Loihi 2 subtract in a process of their own; a hard reset costs nothing and changes the
// spikes.
#include "cli/loihi_resets.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/support/parallel.hpp"
#include "emulator/compare.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"
#include "targets/loihi/loihi.hpp"
#include "targets/loihi/registers.hpp"

namespace synfire::cli {
namespace {

struct Choice {
    std::string reset, flag, runs_on;
    IntNetwork integers;
    std::optional<loihi::Placement> placement;  // none: a register does not hold a parameter
    Agreement agreement;
};

bool soft(const IntPopulation& p) {
    return p.spiking && p.reset != rt::Reset::to_value && p.reset != rt::Reset::none;
}

std::string where_soft_runs(const IntNetwork& integers) {
    std::size_t layers = 0, exact = 0;
    for (const IntPopulation& p : integers.populations) {
        layers += soft(p);
        exact += soft(p) && loihi::exact_on_chip(p);
    }
    if (exact == layers) return "Lava; Loihi 1 in two compartments, exactly";
    return fmt::format("Lava; Loihi 1 in two compartments, {} of {} layers exactly", exact, layers);
}

void measure(const Network& network, const std::vector<std::vector<Signal>>& samples, const Common& common,
             std::vector<Choice>& choices) {
    for (std::size_t b = 0; b < samples.size(); ++b) {
        const FloatTrace reference = simulate(network, samples[b]);
        ForcedSpikes forced;
        for (const auto& p : reference.populations) forced.push_back(p.s);
        for_each_index(choices.size(), common.threads, [&](std::size_t c) {
            const IntNetwork& n = choices[c].integers;
            add_sample(choices[c].agreement, b, network, n, reference, emulate(n, samples[b]),
                       emulate(n, samples[b], &forced));
        });
    }
}

std::string agreement_text(const Choice& choice, std::size_t output) {
    const std::vector<LayerAgreement>& layers = choice.agreement.layers;
    const std::string all = fmt::format("{:.4f}", overall(layers).propagated.value());
    for (const LayerAgreement& l : layers)
        if (l.name == choice.integers.populations[output].name)
            return fmt::format("{} ({:.4f})", all, l.propagated.value());
    return all;
}

}  // namespace

void describe_resets(const Network& network, const IntNetwork& integers,
                     const std::vector<std::vector<Signal>>& samples, const TargetOptions& options,
                     const Common& common, Outcome& outcome) {
    if (std::none_of(integers.populations.begin(), integers.populations.end(), soft)) return;
    std::vector<Choice> choices(2);
    choices[0] = {"soft, as in the model", "", where_soft_runs(integers), integers, {}, {}};
    choices[1] = {"hard, to zero", "--hard-reset", "Lava, Loihi 1", loihi::with_hard_reset(integers), {}, {}};
    for (Choice& c : choices) {
        Report ignored;  // what the chosen one is told is in the report already
        TargetOptions plain = options;
        plain.hard_reset = false;
        if (auto placed = loihi::place_checked(loihi::as_emitted(c.integers, plain), plain, ignored))
            c.placement = std::move(placed->placement);
    }
    measure(network, samples, common, choices);
    outcome.text += fmt::format("\n{:<24} {:<14} {:>5} {:>5} {:>17}  {}\n", "reset", "flag", "cores", "chips",
                                "agreement (output)", "runs on");
    for (const Choice& c : choices) {
        const std::size_t cores = c.placement ? c.placement->cores.size() : 0;
        const std::size_t chips = c.placement ? c.placement->chips : 0;
        const auto count = [](std::size_t n) { return n == 0 ? std::string("-") : std::to_string(n); };
        const std::string agreement = agreement_text(c, integers.outputs.front());
        outcome.text += fmt::format("{:<24} {:<14} {:>5} {:>5} {:>17}  {}\n", c.reset, c.flag, count(cores),
                                    count(chips), agreement, c.runs_on);
        Json row = {
            {"reset", c.reset}, {"flag", c.flag}, {"cores", cores}, {"chips", chips}, {"runs_on", c.runs_on}};
        for (const LayerAgreement& l : c.agreement.layers) row["agreement"][l.name] = l.propagated.value();
        outcome.json["resets"].push_back(std::move(row));
    }
}

}  // namespace synfire::cli
