// Cores are counted up until every part fits. A part that is too large is found at once, as the middle one is
// tried first, so that the attempts together look at the synapses a few times only.
#include "targets/loihi/partition/cut.hpp"

#include <algorithm>

#include "compiler/support/report.hpp"
#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

// All ways to cut the axes into so many parts.
std::vector<Axes> tilings(const Box& box, std::size_t cores) {
    std::vector<Axes> all;
    const auto length = [&](std::size_t a) { return box.last[a] - box.first[a]; };
    for (std::size_t a = 1; a <= std::min(cores, length(0)); ++a) {
        if (cores % a != 0) continue;
        for (std::size_t b = 1; b <= std::min(cores / a, length(1)); ++b)
            if (cores / a % b == 0 && cores / a / b <= length(2)) all.push_back({a, b, cores / a / b});
    }
    return all;
}

Box tile(const Box& box, const Axes& tiling, std::size_t index) {
    const Axes at = {index / (tiling[1] * tiling[2]), index / tiling[2] % tiling[1], index % tiling[2]};
    Box part;
    for (std::size_t a = 0; a < 3; ++a) {
        const std::size_t length = box.last[a] - box.first[a];
        part.first[a] = box.first[a] + at[a] * length / tiling[a];
        part.last[a] = box.first[a] + (at[a] + 1) * length / tiling[a];
    }
    return part;
}

bool feeds_itself(const Wiring& w, std::size_t population) {
    return std::any_of(w.arriving[population].begin(), w.arriving[population].end(), [&](std::size_t c) {
        return w.network.connections[c].source == Presynaptic{Presynaptic::Kind::population, population};
    });
}

// Lists that are cut take no fewer words in sum, unless they are shared: the words of this part are spread
// over so many parts, and at most every (more cores / cores) of them plus two lie in it.
std::size_t at_least(const Violation& v, const CoreUse& use, std::size_t cores) {
    if (v.limit != Limit::words || use.stored_synapses < use.synapses) return 0;
    const std::size_t parts = v.used / v.available;
    return parts > 2 ? (parts - 2) * cores : 0;
}

Attempt cut_as(CutContext& context, std::size_t population, const Box& box, const Axes& tiling) {
    const std::size_t cores = tiling[0] * tiling[1] * tiling[2];
    const std::size_t own = feeds_itself(context.wiring, population) ? cores * context.axons_per_target : 0;
    Attempt attempt{Cut{std::vector<Part>(cores), std::vector<CoreUse>(cores), std::nullopt}, {}};
    for (std::size_t k = 0; k < cores; ++k) {
        const std::size_t i = (k + cores / 2) % cores;
        std::vector<Part> parts{{population, tile(box, tiling, i), 0}};
        CoreUse use = use_of(context.wiring, parts, context.reach, context.scratch);
        use.output_axons += own * use.neurons;
        if (const auto v = violation(use, context.budget))
            return {std::nullopt, {population, parts[0].box, *v}, at_least(*v, use, cores)};
        attempt.cut->parts[i] = parts[0];
        attempt.cut->uses[i] = std::move(use);
    }
    return attempt;
}

// As shares of a core: an input axon is an output axon of another core too, and a core has 4096 of either and
// 16384 words.
std::size_t cost(const Cut& cut) {
    std::size_t sum = 0;
    for (const CoreUse& use : cut.uses) sum += 8 * use.input_axons + use.words;
    return sum;
}

// The neuron with the most synapses: what does not fit alone fits in no company.
std::size_t busiest_neuron(const Wiring& w, std::size_t population) {
    std::vector<std::size_t> count(neurons(w.network.populations[population]));
    for (const std::size_t c : w.arriving[population])
        for (std::size_t j = 0; j < count.size(); ++j)
            for_each_synapse(w.network.connections[c], j,
                             [&](std::size_t, std::int16_t weight) { count[j] += weight != 0; });
    return static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
}

Box box_of(const Axes& axes, std::size_t neuron) {
    const Axes first = {neuron / (axes[1] * axes[2]), neuron / axes[2] % axes[1], neuron % axes[2]};
    return {first, {first[0] + 1, first[1] + 1, first[2] + 1}};
}

std::optional<Unfit> profiles_unfit(const Cut& cut) {
    for (std::size_t i = 0; i < cut.parts.size(); ++i)
        if (const auto v = profile_violation(cut.uses[i]))
            return Unfit{cut.parts[i].population, cut.parts[i].box, *v};
    return std::nullopt;
}

}  // namespace

Box whole(const Axes& axes) {
    return {{0, 0, 0}, axes};
}

Attempt cut_into(CutContext& context, std::size_t population, const Box& box, std::size_t cores) {
    Attempt best{std::nullopt, {population, box, {Limit::cores, neurons(box), cores}}, SIZE_MAX};
    for (const Axes& tiling : tilings(box, cores)) {
        Attempt attempt = cut_as(context, population, box, tiling);
        best.at_least = std::min(best.at_least, attempt.at_least);
        if (!attempt.cut)
            best.against = attempt.against;
        else if (!best.cut || cost(*attempt.cut) < cost(*best.cut))
            best.cut = std::move(attempt.cut);
    }
    if (best.at_least == SIZE_MAX) best.at_least = 0;
    return best;
}

CutResult cut(CutContext& context, std::size_t population) {
    const Axes& axes = context.wiring.axes[population];
    const Box box = whole(axes);
    const std::size_t n = neurons(box);
    if (Attempt one =
            cut_into(context, population, box_of(axes, busiest_neuron(context.wiring, population)), 1);
        !one.cut)
        return {{}, one.against};
    std::optional<Violation> binding;
    std::size_t too_few = 0;
    std::size_t next = 1;
    for (std::size_t cores = 1; cores <= n; cores = next) {
        next = std::min(std::max(n, cores + 1), cores + 1 + cores / 32);
        Attempt attempt = cut_into(context, population, box, cores);
        if (!attempt.cut) {
            if (cores == n) return {{}, attempt.against};
            if (!tilings(box, cores).empty()) binding = attempt.against.violation;
            too_few = cores;
            if (attempt.at_least > next) {
                next = std::min(n, attempt.at_least);
                too_few = next - 1;
            }
            continue;
        }
        while (cores > too_few + 1) {  // the steps were larger than one
            Attempt fewer = cut_into(context, population, box, cores - 1);
            if (!fewer.cut) break;
            attempt = std::move(fewer);
            --cores;
        }
        attempt.cut->binding = binding;
        const auto unfit = profiles_unfit(*attempt.cut);
        return {std::move(*attempt.cut), unfit};
    }
    SYNFIRE_BUG("a population without neurons");
}

}  // namespace synfire::loihi
