// How often the output names the right class, step after step.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/common.hpp"
#include "emulator/readout.hpp"

namespace synfire::cli {

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
