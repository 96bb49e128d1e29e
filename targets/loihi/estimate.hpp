// What a placed network may take in time and energy on Loihi 1, from the spikes of a run: a model, with a low
// and a high bound, and nothing that was measured on a chip.
//
// Low: Table 2 of Davies et al., "Loihi: A Neuromorphic Manycore Processor with On-Chip Learning", IEEE Micro
// 38(1), 2018 (0.75 V, before silicon). High: the constants that SANA-FE fitted to silicon (arch/loihi.yaml,
// revision 8951ab0) where they are larger. Static power: Frady et al. 2020 (32 chips), and the probes of
// Quartz. Against published runs the model is within a factor of about 3.
#pragma once

#include <string>
#include <vector>

#include "targets/loihi/partition/place.hpp"

namespace synfire::loihi {

struct Range {
    double low = 0, high = 0;
};

// Steps in which each source sends, as a share of all steps: [Wiring::sources].
using Rates = std::vector<double>;

// Mean per step.
struct CoreEstimate {
    double operations = 0;  // synaptic, of weights other than 0
    double updates = 0;     // compartments
    double spikes = 0;      // of its neurons, soft resets included
    double sent = 0;        // axon messages
    double received = 0;
    Range time;    // s, of this core alone
    Range energy;  // J, dynamic
};

struct Estimate {
    std::vector<CoreEstimate> cores;   // as in the placement
    std::vector<CoreEstimate> layers;  // per population: what reaches its neurons, and what they send
    std::size_t busiest = 0;           // core
    Range step;                        // s: the busiest core and the barrier
    Range host;                        // s per step on top, where a host manages the steps
    Range energy;                      // J per step, dynamic, all cores
    Range static_power;                // W, of the cores in use
    Range host_power;                  // W, of the x86 cores of the chips in use
};

Estimate estimate(const Wiring& wiring, const Placement& placement, const Rates& rates);

// Of so many steps, the management of a host included in the high bound.
struct RunEstimate {
    Range time;                                        // s
    Range dynamic_energy, static_energy, host_energy;  // J
};
RunEstimate run_estimate(const Estimate& estimate, double steps);
// The same where the time is known.
RunEstimate run_estimate(const Estimate& estimate, double steps, Range time);

}  // namespace synfire::loihi
