// What class an output population names: the rules by which spikes and potentials are read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

// One output population over one sample, in the units of the model file.
struct OutputRecord {
    std::size_t steps = 0;
    std::size_t neurons = 0;
    std::vector<double> s;  // [steps x neurons]; empty for a readout without spikes
    std::vector<double> v;  // [steps x neurons], as it met the threshold, before any reset
};

// scale: what one unit of a neuron's potential is in the trace, one value or one per neuron.
template <class Value>
OutputRecord output_record(const PopulationTrace<Value>& output, std::size_t steps, const PerNeuron& scale) {
    OutputRecord record{steps, output.neurons, {}, std::vector<double>(output.compared.size())};
    if (output.spiking) record.s.assign(output.s.begin(), output.s.end());
    for (std::size_t i = 0; i < record.v.size(); ++i)
        record.v[i] = static_cast<double>(output.compared[i]) / at(scale, i % output.neurons);
    return record;
}

// A rule gives each output neuron a score; the greatest score is the answer.
struct ReadoutRule {
    std::string_view name;
    std::string_view meaning;
    bool needs_spikes = false;
    std::vector<double> (*scores)(const OutputRecord&) = nullptr;
};

// A new rule is one row.
std::span<const ReadoutRule> readout_rules();

// The rule of that name, or nullptr.
const ReadoutRule* find_readout_rule(std::string_view name);

// count where the output spikes, else last-step.
const ReadoutRule& default_readout_rule(bool spiking);

struct Answer {
    std::size_t label = 0;  // the lowest index among the greatest scores
    bool tied = false;      // several neurons had the greatest score
};

Answer answer_of(const std::vector<double>& scores);

// The class after step `step`: the output neuron that spiked most so far; for a readout, the one with the
// greatest potential. The lowest index where several are equal. scale: as above.
template <class Value>
std::size_t class_after(const PopulationTrace<Value>& output, std::size_t step, const PerNeuron& scale) {
    const std::size_t n = output.neurons;
    std::vector<double> score(n);
    if (output.spiking)
        for (std::size_t i = 0; i < (step + 1) * n; ++i) score[i % n] += output.s[i];
    else
        for (std::size_t i = 0; i < n; ++i)
            score[i] = static_cast<double>(output.v[step * n + i]) / at(scale, i);
    return static_cast<std::size_t>(std::max_element(score.begin(), score.end()) - score.begin());
}

}  // namespace synfire
