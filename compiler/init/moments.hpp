// Mean and mean square of one value of a signal in one step, and what the stages of a connection make of
// them.
#pragma once

#include "compiler/network/stage.hpp"

namespace synfire {

struct Moments {
    double mean = 0;
    double square = 0;
};

inline double variance(const Moments& x) {
    return x.square - x.mean * x.mean;
}

// Of spikes: 1 with probability p, else 0.
inline Moments spikes_of(double p) {
    return {p, p};
}

// Behind a stage without weights. Values are taken as independent; a maximum is that of spikes (0 and 1).
Moments behind(const Stage& stage, const Moments& x);

}  // namespace synfire
