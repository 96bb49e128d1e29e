// How initial weights become integers.
#pragma once

#include <string>

namespace synfire {

// What one integer stands for before any correction.
enum class StepRule {
    sigmas,          // a number of standard deviations: integers are drawn without fractions
    matched,         // likewise, near that number, such that the threshold lies half way between two integers
    largest,         // the largest weight becomes M
    mean_magnitude,  // the mean of |w| (BitNet b1.58)
    ternary,  // 0 below 0.7 mean |w|, the mean of what is left (ternary weight networks, Li et al. 2016)
    sign      // -1 and 1
};

// Which weights share a unit that makes their mean square right.
enum class Correction { none, layer, neuron };

struct IntegerOptions {
    int largest = 127;  // M: integers lie within -M..M
    StepRule rule = StepRule::sigmas;
    double step = 0;          // of `sigmas` and `matched`, in standard deviations of the weights; 0: 5 / 127,
                              // 3 / 7, 2 / 3 or 1.224 for M = 127, 7, 3, 1
    bool by_neuron = false;   // `largest`: of each neuron instead of the layer
    bool stochastic = false;  // round up with the probability of the fraction
    Correction correction = Correction::layer;
    bool nearest_threshold = false;  // round(threshold) instead of the floor rule, to show what it costs
};

// "int8", "int4", "int3", "ternary" or "binary"; throws InputError.
IntegerOptions integer_options(const std::string& name);

}  // namespace synfire
