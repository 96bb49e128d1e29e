// Cuts one population into parts that fit a core each.
#pragma once

#include <optional>
#include <vector>

#include "targets/loihi/partition/core.hpp"

namespace synfire::loihi {

struct Cut {
    std::vector<Part> parts;           // [cores]
    std::vector<CoreUse> uses;         // [cores]
    std::optional<Violation> binding;  // what one core less would exceed; nothing where one core is enough
};

// A neuron that fits no core even alone, or a layer that needs more registers than its cores have.
struct Unfit {
    std::size_t population = 0;
    Box box;  // the neurons that do not fit
    Violation violation;
};

struct CutResult {
    Cut cut;
    std::optional<Unfit> unfit;
};

// What a cut depends on besides the population.
struct CutContext {
    const Wiring& wiring;
    Budget budget;
    std::vector<std::uint32_t>
        reach;  // per source: output axons that one neuron takes, its own population apart
    std::size_t axons_per_target = 1;  // 2 where every target may be on another chip
    Scratch scratch{};
};

Box whole(const Axes& axes);

// The fewest cores, all parts of nearly the same size; among equals the cut that takes least of them.
CutResult cut(CutContext& context, std::size_t population);

// The cut of a box into exactly that many cores, or the violation that speaks against it.
struct Attempt {
    std::optional<Cut> cut;
    Unfit against;
    std::size_t at_least = 0;  // cores that what speaks against it shows to be needed
};
Attempt cut_into(CutContext& context, std::size_t population, const Box& box, std::size_t cores);

}  // namespace synfire::loihi
