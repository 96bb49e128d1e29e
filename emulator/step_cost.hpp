// What a step costs on a device, from the spikes in it: a constant, and so much for each spike of each source
// and for each synapse that sparse connections reach. Fitted to steps that a device has counted, it tells
// what other data will cost there from the emulator's spikes alone.
#pragma once

#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

struct CostTerm {
    std::string name;   // "spikes of 'fc1'", "spikes of 'fc1', 2 steps before", "synapses of 'conv1'"
    double each = 0;    // instructions or cycles
    bool seen = false;  // in the steps of the fit; otherwise each is 0 for want of anything better
};

struct StepCost {
    std::string device;
    std::string unit;             // "instructions" or "cycles"
    double constant = 0;          // of every step
    double first = 0;             // of the first step of a sample in addition
    std::vector<CostTerm> terms;  // in the order of cost_terms()
};

// Names of the terms of a network: every input and every population that spikes, and what arrives later than
// in the step of its spike; synapses of sparse connections; whether inputs of values change.
std::vector<std::string> cost_terms(const IntNetwork& network);

// How often each term occurs: [steps][terms]. trace: of the emulator, on these inputs.
std::vector<std::vector<double>> term_counts(const IntNetwork& network, const std::vector<Signal>& inputs,
                                             const IntTrace& trace);

// Steps whose cost is known.
struct CountedSteps {
    std::vector<std::vector<double>> counts;  // [steps][terms]
    std::vector<bool> first;                  // whether it is the first of its sample
    std::vector<double> cost;                 // [steps]
};

// Least squares (Householder QR with pivoting; terms that occur together share their cost in any proportion).
// terms: names. steps: at least one.
StepCost fit_cost(const std::vector<std::string>& terms, const CountedSteps& steps);

double predicted(const StepCost& cost, const std::vector<double>& counts, bool first);

}  // namespace synfire
