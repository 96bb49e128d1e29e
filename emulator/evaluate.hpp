// Evaluation over a data set: float64 reference and integer emulator side by side, sample after sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "emulator/activity.hpp"
#include "emulator/compare.hpp"
#include "emulator/margins.hpp"
#include "emulator/readout.hpp"

namespace synfire {

// One of the two engines.
template <class T>
struct Both {
    T reference{};
    T emulator{};
};

struct LayerEvaluation {
    std::string name;
    std::size_t neurons = 0;
    bool spiking = true;
    Both<SpikeActivity> activity;
    // Of a readout without spikes: sums over all cells of (emulator - reference)^2 and reference^2 of the
    // potentials, in the units of the model file.
    double squared_error = 0;
    double squared_reference = 0;
    MarginHistogram margins;  // of a population that spikes
};

struct ConnectionEvaluation {
    std::string name, source, target;
    Both<std::uint64_t> synapses;  // with a weight other than 0
    Both<std::uint64_t> zeros;     // stored with the weight 0
    Both<Traffic> traffic;
};

// How the answers compare with each other and with the labels.
struct AnswerCounts {
    static constexpr std::size_t most_changed = 100;
    std::vector<std::size_t> changed;  // the first samples whose answers differ, at most so many
    std::uint64_t samples = 0;
    std::uint64_t same = 0;      // both engines give the same answer
    std::uint64_t labelled = 0;  // samples with a label; what follows counts these only
    Both<std::uint64_t> right;
    Both<std::uint64_t> tied;              // of all samples: several outputs share the greatest score
    Both<std::uint64_t> silent;            // of all samples: no output spiked
    std::uint64_t lost = 0;                // the reference is right, the emulator wrong
    std::uint64_t won = 0;                 // the reverse
    std::vector<std::uint64_t> per_class;  // [classes], labelled samples
    Both<std::vector<std::uint64_t>> right_per_class;
};

struct Evaluation {
    std::size_t samples = 0;
    std::size_t steps = 0;
    Agreement agreement;
    std::vector<LayerEvaluation> layers;            // all populations
    std::vector<ConnectionEvaluation> connections;  // in the network's order
    // Per network input and its neurons: steps, over all samples, in which a value other than 0 was sent.
    std::vector<std::vector<std::uint64_t>> input_events;
    AnswerCounts answers;
};

struct EvaluateOptions {
    const ReadoutRule* rule = nullptr;  // nullptr: the default of the output
    unsigned threads = 0;
    std::function<void(std::size_t)> progress;  // called with the number of samples done; may be empty
};

// One signal per network input; called from several threads.
using SampleSource = std::function<std::vector<Signal>(std::size_t)>;

// labels: [samples], or empty. The first output population answers. Samples run in parallel and in blocks
// whose traces stay below a fixed size, so that memory does not grow with the data set; the result does not
// depend on the number of threads.
Evaluation evaluate(const Network& network, const IntNetwork& integers, std::size_t samples,
                    std::size_t steps, const SampleSource& source, const std::vector<std::size_t>& labels,
                    const EvaluateOptions& options);

}  // namespace synfire
