// The search for the cheapest integers that still do what is asked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "emulator/evaluate.hpp"
#include "tuning/repair.hpp"

namespace synfire {

// What must hold on every sample set that a candidate is judged on.
struct TuneGoal {
    double agree = 1;          // spike agreement of every layer, as the network runs
    double accuracy_loss = 1;  // share of the samples; 1: not asked for
    bool every_spike() const { return agree == 1; }
};

// One configuration and what it does.
struct Candidate {
    std::vector<int> weight_bits;  // by population; of a population without synapses, as its neighbours
    bool repaired = false;         // rounded so that every spike of the calibration data is kept
    RepairResult repair;           // where it was tried
    Evaluation calibration;        // on the data that it was rounded for
    Evaluation validation;         // on other data; samples 0 where there is none
    IntNetwork integers;
};

// The least propagated agreement of any layer.
double least_agreement(const Evaluation& evaluation);
// By how much the share of right answers is smaller than the reference's; 0 without labels.
double accuracy_loss(const Evaluation& evaluation);
bool reaches(const TuneGoal& goal, const Evaluation& evaluation);
// On both sample sets.
bool reaches(const TuneGoal& goal, const Candidate& candidate);

struct TuneData {
    std::vector<std::vector<Signal>> samples;  // [sample][input]
    std::vector<std::size_t> labels;           // [sample], or empty
};

struct TuneOptions {
    TuneGoal goal;
    QuantizeOptions quantize;              // profile and granularity; the widths are searched
    std::vector<int> widths{2, 4, 8, 16};  // ascending
    const ReadoutRule* rule = nullptr;
    unsigned threads = 0;
    std::function<void(const Candidate&)> progress;  // after each candidate; may be empty
};

// First one width for all layers, then, from the cheapest of those that reaches the goal, one layer after the
// other, largest first, takes narrower weights as long as the goal is reached. cost: what is to be small, of
// a network that can be deployed; negative: it cannot, and the candidate is passed over. Candidates are in
// the order in which they were tried.
std::vector<Candidate> tune(const Network& network, const TuneData& calibration, const TuneData& validation,
                            const TuneOptions& options, const std::function<double(const IntNetwork&)>& cost,
                            Report& report);

}  // namespace synfire
