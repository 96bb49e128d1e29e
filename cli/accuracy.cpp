// Steps and text of the accuracy report.
#include "cli/accuracy.hpp"

#include <fmt/format.h>

namespace synfire::cli {

std::vector<std::size_t> reported_steps(std::size_t steps) {
    std::vector<std::size_t> reported;
    for (std::size_t step = 1; step < steps; step *= 2) reported.push_back(step);
    reported.push_back(steps);
    return reported;
}

std::string accuracy_table(const std::string& engine, const std::vector<std::size_t>& steps,
                           const std::vector<std::size_t>& right, std::size_t samples, Json& json) {
    std::string text = fmt::format("{:<10} accuracy over {} samples\n", engine, samples);
    for (std::size_t k = 0; k < steps.size(); ++k) {
        const double share = static_cast<double>(right[k]) / static_cast<double>(samples);
        text += fmt::format("{:>10} steps {:>8.2f} %\n", steps[k], 100 * share);
        json["accuracy"][engine].push_back({{"steps", steps[k]}, {"accuracy", share}});
    }
    return text;
}

}  // namespace synfire::cli
