#include "targets/loihi/partition/place.hpp"

#include <algorithm>

#include "targets/loihi/limits.hpp"
#include "targets/loihi/partition/chips.hpp"
#include "targets/loihi/partition/pack.hpp"

namespace synfire::loihi {
namespace {

// Adding a core to a layer adds output axons to layers that may already have been cut; twice around is enough
// wherever a network fits at all.
constexpr int most_rounds = 4;

using Cuts = std::vector<Cut>;  // per population; without parts: not cut yet

void add_targets(const Wiring& w, const Cuts& cuts, std::size_t source, bool own, std::size_t each,
                 std::vector<std::uint32_t>& reach) {
    const std::size_t first = w.first_source_of_population[source];
    const std::size_t last = first + neurons(w.network.populations[source]);
    for (std::size_t target = 0; target < cuts.size(); ++target) {
        if (target == source && !own) continue;
        for (const CoreUse& use : cuts[target].uses) {
            auto at = std::lower_bound(use.sources.begin(), use.sources.end(), first);
            for (; at != use.sources.end() && *at < last; ++at)
                reach[*at] += static_cast<std::uint32_t>(each);
        }
    }
}

bool output_axons_fit(const CutContext& context, const Cuts& cuts) {
    const Wiring& w = context.wiring;
    std::vector<std::uint32_t> reach(w.sources);
    for (std::size_t p = 0; p < cuts.size(); ++p)
        add_targets(w, cuts, p, true, context.axons_per_target, reach);
    for (const Cut& cut : cuts)
        for (const Part& part : cut.parts) {
            std::size_t axons = w.compartments[part.population] > 1 ? neurons(part.box) : 0;
            const std::size_t base = w.first_source_of_population[part.population];
            for_each_neuron(w.axes[part.population], part.box,
                            [&](std::size_t j, std::size_t) { axons += reach[base + j]; });
            if (axons > context.budget.output_axons) return false;
        }
    return true;
}

Cuts cut_all(CutContext& context, std::vector<Unfit>& unfit) {
    Cuts cuts(context.wiring.axes.size());
    for (int round = 0; round < most_rounds; ++round) {
        unfit.clear();
        for (std::size_t p = cuts.size(); p-- > 0;) {
            context.reach.assign(context.wiring.sources, 0);
            add_targets(context.wiring, cuts, p, false, context.axons_per_target, context.reach);
            CutResult result = cut(context, p);
            cuts[p] = std::move(result.cut);
            if (result.unfit) unfit.push_back(*result.unfit);
        }
        if (!unfit.empty() || output_axons_fit(context, cuts)) break;
    }
    std::reverse(unfit.begin(), unfit.end());
    return cuts;
}

// Output axons as they are once cores share layers and chips are known.
void count_output_axons(const Wiring& w, Placement& placement) {
    const std::vector<std::uint32_t> home = home_of_sources(w, placement.cores);
    for (Core& core : placement.cores) {
        core.use.output_axons = 0;
        for (const Part& part : core.parts)
            if (w.compartments[part.population] > 1) core.use.output_axons += neurons(part.box);
    }
    for (const Core& core : placement.cores)
        for (const std::uint32_t source : core.use.sources) {
            if (home[source] == no_core) continue;
            Core& from = placement.cores[home[source]];
            from.use.output_axons += from.chip == core.chip ? 1 : 2;
        }
}

Placement place_with(const Wiring& w, const PlaceOptions& options, std::size_t axons_per_target) {
    CutContext context{w, budget(options.full_limits), {}, axons_per_target};
    Placement placement;
    Cuts cuts = cut_all(context, placement.unfit);
    for (Cut& cut : cuts) {
        placement.cut_into.push_back(cut.parts.size());
        placement.binding.push_back(cut.binding);
        for (std::size_t i = 0; i < cut.parts.size(); ++i)
            placement.cores.push_back({0, 0, {cut.parts[i]}, std::move(cut.uses[i])});
    }
    if (!placement.unfit.empty()) {
        placement.cores.clear();
        return placement;
    }
    share_cores(w, context.budget, placement.cores);
    const ChipPlan plan = assign_chips(w, placement.cores);
    placement.chips = plan.chips;
    placement.crossing = plan.crossing;
    placement.crossing_in_order = plan.crossing_in_order;
    count_output_axons(w, placement);
    return placement;
}

}  // namespace

std::size_t chips_for(std::size_t cores) {
    return (cores + cores_per_chip - 1) / cores_per_chip;
}

Placement place(const Wiring& w, const PlaceOptions& options) {
    Placement placement = place_with(w, options, 1);
    const Budget limits = budget(options.full_limits);
    const bool fits = std::all_of(placement.cores.begin(), placement.cores.end(),
                                  [&](const Core& c) { return c.use.output_axons <= limits.output_axons; });
    // A target on another chip takes two output axons; where that is too much, all count as if they were.
    return fits ? placement : place_with(w, options, 2);
}

}  // namespace synfire::loihi
