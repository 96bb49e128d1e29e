// The choice of scales: how many integer units one unit of potential gets, and how they are rounded.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/quantize/fold.hpp"
#include "compiler/quantize/profile.hpp"

namespace synfire {

// A population with everything that reaches it.
struct Fan {
    const Population* population = nullptr;
    std::vector<const Folded*> connections;
    Biases bias;
};

// Neurons [first, last) that share one scale.
struct Group {
    std::size_t first = 0;
    std::size_t last = 0;
    double largest = 0;  // |weight|, or what stands in for it where all weights are 0
    double base = 0;     // scale at exponent 0: the largest weight becomes weight_max
    double most = 0;     // scale that no threshold, bias, reset or initial potential allows to exceed
    bool exact = false;  // base turns every weight into a whole number
};

// Scales of a population for one exponent of its largest weights.
struct Choice {
    int exponent = 0;
    double shrink = 1;
    std::vector<double> scale;  // per neuron
};

// One group per population, per neuron, or per channel where the neurons of one share weights.
std::vector<Group> group_neurons(const Fan& fan, const Profile& profile, Granularity granularity);

// The least exponent with which leak truncation stays below leak_loss of every threshold and every threshold
// is at least one grid step; most_exponent + 1 where none does.
int least_exponent(const Fan& fan, const Profile& profile, const std::vector<Group>& groups);

// Scale of a group: base * 2^(exponent + accumulator_shift) * shrink, limited by `most`, and lowered by at
// most a tenth so that the threshold becomes a whole number of integer units, where that is possible; or to a
// power of two, where the profile asks for one.
double scale_of(const Fan& fan, const Profile& profile, const Group& group, int exponent, double shrink);

// Nearest whole number where x misses one only by rounding errors of double or float32 parameters, else x.
double snap(double x);

// Decay constants at the profile's resolution.
std::int32_t decay_of(double kept, const Profile& profile);

// The floor rule, on the profile's grid: v > T exactly where v passes theta * scale.
double threshold_of(double theta, double scale, Compare compare, const Profile& profile);

// True where neither filter nor leak moves the membrane off the lattice of the weights.
bool keeps_lattice(const Population& population, std::size_t neuron, const Profile& profile);

}  // namespace synfire
