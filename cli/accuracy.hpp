// How often the output names the right class, step after step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "cli/common.hpp"
#include "emulator/trace.hpp"

namespace synfire::cli {

// The class after step `step`: the output neuron that spiked most so far; for a readout, the one with the
// greatest potential. The lowest index where several are equal. scale: what one unit of a neuron's potential
// is in the trace, one value or one per neuron.
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

// 1, 2, 4, ... and the number of steps itself.
std::vector<std::size_t> reported_steps(std::size_t steps);

// right[k]: samples whose class is right after reported step k. A line per step, and the same in json.
std::string accuracy_table(const std::string& engine, const std::vector<std::size_t>& steps,
                           const std::vector<std::size_t>& right, std::size_t samples, Json& json);

template <class Value>
std::string accuracy_over_time(const std::string& engine, const std::vector<Trace<Value>>& traces,
                               std::size_t output, const PerNeuron& scale,
                               const std::vector<std::size_t>& labels, std::size_t steps, Json& json) {
    const std::vector<std::size_t> reported = reported_steps(steps);
    std::vector<std::size_t> right;
    for (const std::size_t step : reported) {
        std::size_t count = 0;
        for (std::size_t b = 0; b < traces.size(); ++b)
            count += class_after(traces[b].populations[output], step - 1, scale) == labels[b] ? 1 : 0;
        right.push_back(count);
    }
    return accuracy_table(engine, reported, right, traces.size(), json);
}

}  // namespace synfire::cli
