// First fit among the cores that still have room, in the order of the layers, so that layers which talk to
// each other meet.
#include "targets/loihi/partition/pack.hpp"

#include <algorithm>
#include <deque>

#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

// Cores that are tried for each part.
constexpr std::size_t most_open = 16;

// Cheap, and never wrong: what fails here would fail when counted.
bool hopeless(const CoreUse& a, const CoreUse& b, const Budget& budget) {
    return a.compartments + b.compartments > compartments_limit(std::max(a.delay_slots, b.delay_slots)) ||
           std::max(a.input_axons, b.input_axons) > budget.input_axons ||
           a.words + b.words > budget.words + budget.words / 8 ||
           a.output_axons + b.output_axons > budget.output_axons;
}

// One core with the parts of both; without parts where that does not work.
Core joined(const Wiring& w, const Core& a, const Core& b, const Budget& budget, Scratch& scratch) {
    Core both{0, 0, a.parts, {}};
    both.parts.insert(both.parts.end(), b.parts.begin(), b.parts.end());
    both.use = use_of(w, both.parts, {}, scratch);
    // A source that reaches both took an output axon for each; one less now, but that is counted in the end.
    both.use.output_axons = a.use.output_axons + b.use.output_axons;
    if (violation(both.use, budget) || profile_violation(both.use)) both.parts.clear();
    return both;
}

}  // namespace

void share_cores(const Wiring& w, const Budget& budget, std::vector<Core>& cores) {
    std::vector<Core> packed;
    std::deque<std::size_t> open;
    Scratch scratch;
    for (Core& core : cores) {
        bool placed = false;
        for (const std::size_t o : open) {
            if (hopeless(packed[o].use, core.use, budget)) continue;
            Core both = joined(w, packed[o], core, budget, scratch);
            if (both.parts.empty()) continue;
            packed[o] = std::move(both);
            placed = true;
            break;
        }
        if (placed) continue;
        open.push_back(packed.size());
        if (open.size() > most_open) open.pop_front();
        packed.push_back(std::move(core));
    }
    cores = std::move(packed);
}

}  // namespace synfire::loihi
