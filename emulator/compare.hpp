// Agreement of two runs of the same network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/spike_trains.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// The first spike on which two runs differ, with both membranes in the units of the model file.
// margin: |v - threshold| of the reference before its reset took effect.
struct Divergence {
    std::size_t sample = 0;
    std::size_t step = 0;
    std::size_t population = 0;
    std::size_t neuron = 0;
    int expected_spikes = 0;
    int actual_spikes = 0;
    double expected_v = 0;
    double actual_v = 0;
    double margin = 0;
};

struct CompareOptions {
    std::size_t within = 1;  // steps that two spikes may be apart and still count as the same
    double tau = 10;         // steps: time constant of van Rossum's distance
};

struct LayerAgreement {
    std::string name;
    SpikeAgreement propagated;  // the network as it runs
    SpikeAgreement local;       // the layer fed with the reference's spikes
    SpikeAgreement within;      // the network as it runs, spikes up to CompareOptions::within steps apart
    std::uint64_t expected_spikes = 0;
    std::uint64_t actual_spikes = 0;
    double squared_distance = 0;                        // van Rossum's, summed over samples and neurons
    double squared_reference = 0;                       // the same distance of the reference from silence
    std::uint64_t trains = 0;                           // samples times neurons
    std::uint64_t equal_samples = 0;                    // without any difference
    Correlation counts;                                 // of the spikes per sample and neuron
    std::vector<std::uint64_t> expected_of, actual_of;  // spikes per neuron over all samples
};

// Van Rossum's distance as a part of the reference's distance from silence: 0 is the same, 1 as far off as no
// spikes at all. Nothing where the reference is silent and the other is not.
std::optional<double> relative_distance(const LayerAgreement& layer);
// Of the firing rates of neurons; nothing where all are the same.
std::optional<double> rate_correlation(const LayerAgreement& layer);
// All layers as one.
LayerAgreement overall(const std::vector<LayerAgreement>& layers);

struct Agreement {
    CompareOptions options;
    std::vector<LayerAgreement> layers;  // the spiking populations, in the network's order
    std::optional<Divergence> first;     // earliest in (sample, step, population, neuron)
};

// Adds one sample of emulator against reference to the agreement; samples must be added in ascending order.
void add_sample(Agreement& agreement, std::size_t sample, const Network& network, const IntNetwork& integers,
                const FloatTrace& expected, const IntTrace& propagated, const IntTrace& local);

// What differs in one layer of a sample.
struct LayerSpread {
    std::string name;
    std::uint64_t cells = 0;                // (step, neuron)
    std::uint64_t neurons = 0;              // with such a cell
    std::optional<std::size_t> first_step;  // nothing where no cell differs
};

// How far a divergence spreads: what differs between the run as it is and the same run in which the least
// change of that one membrane potential makes the neuron do as the reference did. Spiking populations in
// order; the divergent cell itself counts.
std::vector<LayerSpread> spread_of(const Divergence& divergence, const IntNetwork& integers,
                                   const std::vector<Signal>& inputs);
// All that differs between reference and emulator in a sample.
std::vector<LayerSpread> differences(const FloatTrace& expected, const IntTrace& actual);

// The first difference of two integer runs that must be identical, in s, u and v.
struct Mismatch {
    std::size_t sample = 0;
    std::size_t step = 0;
    std::size_t population = 0;
    std::size_t neuron = 0;
    char variable = 's';  // or 'u', 'v'
    std::int64_t expected = 0;
    std::int64_t actual = 0;
};

// Arrays that actual leaves empty (not recorded) are not compared.
std::optional<Mismatch> first_mismatch(std::size_t sample, const IntTrace& expected, const IntTrace& actual);

}  // namespace synfire
