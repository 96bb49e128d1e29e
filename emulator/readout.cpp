#include "emulator/readout.hpp"

#include <array>

#include "compiler/support/report.hpp"

namespace synfire {
namespace {

std::vector<double> spike_count(const OutputRecord& r) {
    std::vector<double> score(r.neurons);
    for (std::size_t k = 0; k < r.s.size(); ++k) score[k % r.neurons] += r.s[k];
    return score;
}

// Minus the step of the first spike; silence comes after every step.
std::vector<double> first_spike(const OutputRecord& r) {
    std::vector<double> score(r.neurons, -static_cast<double>(r.steps));
    for (std::size_t k = r.s.size(); k-- > 0;)
        if (r.s[k] > 0) score[k % r.neurons] = -static_cast<double>(k / r.neurons);
    return score;
}

std::vector<double> greatest_potential(const OutputRecord& r) {
    std::vector<double> score(r.v.begin(), r.v.begin() + static_cast<std::ptrdiff_t>(r.neurons));
    for (std::size_t k = r.neurons; k < r.v.size(); ++k)
        score[k % r.neurons] = std::max(score[k % r.neurons], r.v[k]);
    return score;
}

std::vector<double> mean_potential(const OutputRecord& r) {
    std::vector<double> score(r.neurons);
    for (std::size_t k = 0; k < r.v.size(); ++k)
        score[k % r.neurons] += r.v[k] / static_cast<double>(r.steps);
    return score;
}

std::vector<double> last_potential(const OutputRecord& r) {
    return {r.v.end() - static_cast<std::ptrdiff_t>(r.neurons), r.v.end()};
}

constexpr std::array<ReadoutRule, 5> rules = {
    {{"count", "the output that spikes most", true, spike_count},
     {"first-spike", "the output that spikes first", true, first_spike},
     {"membrane", "the output whose potential rises highest in any step", false, greatest_potential},
     {"membrane-mean", "the output with the highest mean potential", false, mean_potential},
     {"last-step", "the output with the highest potential in the last step", false, last_potential}}};

}  // namespace

std::span<const ReadoutRule> readout_rules() {
    return rules;
}

const ReadoutRule* find_readout_rule(std::string_view name) {
    for (const ReadoutRule& rule : rules)
        if (rule.name == name) return &rule;
    return nullptr;
}

const ReadoutRule& default_readout_rule(bool spiking) {
    const ReadoutRule* rule = find_readout_rule(spiking ? "count" : "last-step");
    if (rule == nullptr) SYNFIRE_BUG("a default readout rule has no row");
    return *rule;
}

Answer answer_of(const std::vector<double>& scores) {
    const auto best = std::max_element(scores.begin(), scores.end());
    return {static_cast<std::size_t>(best - scores.begin()),
            std::count(scores.begin(), scores.end(), *best) > 1};
}

}  // namespace synfire
